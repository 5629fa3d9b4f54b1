"""The price at which a budget is spent."""

import math
from collections.abc import Callable

CHEAPEST, DEAREST = 1e-9, 1e15
"""Item-seconds between which a price is sought."""
_EXACT = 1e-4
_STEPS = 80


def price_for(spent: Callable[[float], float], budget: float) -> float:
    """Return the price at which `spent` is the budget: it falls as the price rises, mostly with its root.

    That tells the next guess; where floors hold so much that it leads astray, the middle of what is left is taken. If
    no price spends so much, or so little, the cheapest or the dearest.
    """
    low, high, price = CHEAPEST, DEAREST, 1.0
    for _ in range(_STEPS):
        share = spent(price) / max(budget, 1e-9)
        if abs(share - 1) < _EXACT or high / low < 1 + _EXACT:
            break
        low, high = (price, high) if share > 1 else (low, price)
        guess = price * share * share if share > 0 else low
        price = guess if low < guess < high else math.sqrt(low * high)
    return price
