"""Event-study engine: numpy arrays in, frozen results out. Imports nothing else of this package."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Names of the array types that the engine passes about.
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
