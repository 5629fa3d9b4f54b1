"""The composition root: commands, and the wiring of rooms. Nothing imports it."""
