"""How pykrx is loaded: what requests need, and nothing else of it."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

LOADING = """
import sys
from screener.krx.pykrx import _import_pykrx

used = _import_pykrx()
print("matplotlib" in sys.modules)
import pykrx
print(callable(pykrx.stock.get_market_ohlcv), sys.modules[used.naver.__name__] is used.naver)
"""


def test_charts_are_not_loaded_and_pykrx_stays_whole_for_others() -> None:
    done = subprocess.run([sys.executable, "-c", LOADING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "False"
    assert done.stdout.splitlines()[-1] == "True True"
