"""`make_study`: events from a file to pooled figures, held against the report of one event and against plain loops."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from screener.config import load_settings
from screener.data.sources.demo import DAYS, EVENT_DAY, SECTORS, ticker
from screener.errors import DataError, UsageError
from screener.pooled.make import StudyRequest, make_study
from screener.pooled.placing import session_of
from screener.pooled.pools import overlaps
from screener.report.pooled_model import PooledReport


class Unwatched:
    def start(self, what: str, total: int) -> None: ...
    def step(self, what: str) -> None: ...
    def say(self, what: str) -> None: ...
