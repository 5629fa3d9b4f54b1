"""What there is to know about the double of one outlet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.support.outlets.manners import Hosts
from tests.support.outlets.newsroom import Article, Newsroom


@dataclass(frozen=True, kw_only=True)
class Twin:
    """An outlet's double: its stock, the pages of each of its hosts, and where an article is to be cited."""

    outlet: str
    stock: Callable[[datetime], Sequence[Article]]
    hosts: Callable[[Newsroom], Hosts]
    address: Callable[[Article], str]
