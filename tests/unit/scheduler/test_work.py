"""The work of the daemon: `scheduler.work`."""

from datetime import timedelta

import pytest

from scheduler.work import poll_lease
from spiders.parsing.limits import limits_of
from storywatch.model import Limits, Settings


@pytest.mark.parametrize("cpu", [timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=2)])
def test_a_lease_outlasts_the_longest_visit(cpu: timedelta) -> None:
    """The way to the document, and the longest that its parse may take, whatever the settings permit."""
    settings = Settings(database="", contact="c", timeout=timedelta(seconds=50), limits=Limits(parse_cpu=cpu))
    longest = settings.timeout + timedelta(seconds=limits_of(settings).patience)
    assert poll_lease(settings) > longest + timedelta(minutes=1)
