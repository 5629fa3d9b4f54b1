"""What every database must do: the same tests on SQLite and PostgreSQL."""
