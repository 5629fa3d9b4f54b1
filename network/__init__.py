"""The one room that opens sockets to the outside: every client in the program dials through `Guard`."""

from network.guard import Guard, Refused, causes, refusal_in

__all__ = ["Guard", "Refused", "causes", "refusal_in"]
