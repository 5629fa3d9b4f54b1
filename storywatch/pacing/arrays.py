"""Arrays of numbers: single precision where they are stored, double where they are reckoned with."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]
Floats = NDArray[np.float64]
