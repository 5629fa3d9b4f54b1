"""The pages that subscribers meet: subscribe, confirm, choose, leave, and say whether a report belongs to an event."""

from dashboard.people.manners import Limits
from dashboard.people.pages import Pages
from dashboard.people.reception import Reception
from dashboard.people.service import Service

__all__ = ["Limits", "Pages", "Reception", "Service"]
