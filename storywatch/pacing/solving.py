"""The price at which a budget is spent."""

import math
from collections.abc import Callable

CHEAPEST, DEAREST = 1e-9, 1e15
"""Item-seconds between which a price is sought."""
_EXACT = 1e-4
_STEPS = 80
_FLATTEST, _STEEPEST = 0.05, 4.0


def price_for(spent: Callable[[float], float], budget: float) -> float:
    """Return the price at which `spent` is the budget: it falls as the price rises, mostly with its root.

    Each guess follows the line through the last two, of logarithms; where floors hold so much that it leads astray, the
    middle of what is left is taken. If no price spends so much, or so little, the cheapest or the dearest.
    """
    low, high, price, power = CHEAPEST, DEAREST, 1.0, 0.5
    before: tuple[float, float] | None = None
    for _ in range(_STEPS):
        share = spent(price) / max(budget, 1e-9)
        if abs(share - 1) < _EXACT or high / low < 1 + _EXACT:
            break
        low, high = (price, high) if share > 1 else (low, price)
        if before and before[0] != price and before[1] > 0 < share:
            slope = math.log(share / before[1]) / math.log(before[0] / price)
            power = min(max(slope, _FLATTEST), _STEEPEST)
        before = price, share
        guess = price * math.exp(min(max(math.log(share) / power, -50.0), 50.0)) if share > 0 else low
        price = guess if low < guess < high else math.sqrt(low * high)
    return price
