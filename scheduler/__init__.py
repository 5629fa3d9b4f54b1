"""Time: the daemon, its few fixed jobs, and the work queue."""
