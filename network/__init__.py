"""The one room that opens sockets to the outside: every client in the program dials through `Guard`."""

from network.guard import Guard, Refused, causes, refusal_in
from network.judged import judge_requests

__all__ = ["Guard", "Refused", "causes", "judge_requests", "refusal_in"]
