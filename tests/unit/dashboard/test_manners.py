"""Who asks, as far as a page can tell."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from dashboard.people.manners import client_of


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        (["203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        ([], "127.0.0.1"),
    ],
)
def test_a_client_is_whom_the_proxy_names_last(lines: list[str], client: str) -> None:
    """However many lines of the header there are: those before may be the client's own."""
    headers = CIMultiDict([("X-Forwarded-For", line) for line in lines])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote="127.0.0.1")
    assert client_of(request) == client
