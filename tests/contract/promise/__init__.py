"""The delivery promise under everything that may happen, as a state machine over a virtual clock."""
