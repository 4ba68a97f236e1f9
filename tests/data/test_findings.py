"""What is said of faulty rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from screener.data.findings import Finding, refuse
from screener.errors import DataError, NetworkError


def test_the_first_wrong_row_is_named_and_the_others_are_counted() -> None:
    days = np.array(["2025-01-31", "2025-02-03", "2025-02-04"], dtype="datetime64[D]")
    told: dict[str, Any] = {
        "who": ["a", "b", "c"],
        "day": days,
        "close": pa.chunked_array([[1.5], [2.5, 3.5]]),
        "what": "a file",
    }
    with pytest.raises(DataError, match=r"^a file: b on 2025-02-03: 2\.5 \(and 1 more\): mend it$"):
        refuse(np.array([False, True, True]), "{what}: {who} on {day}: {close}{more}", hint="mend it", **told)


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    refuse(np.zeros(3, dtype=bool), "never", who=["a", "b", "c"])
    refuse([], "never")
    refuse(False, "never")


def test_what_is_wrong_as_a_whole_needs_no_rows() -> None:
    with pytest.raises(NetworkError, match=r"^12 of 2,000$"):
        refuse(True, "{few} of {all:,}", error=NetworkError, few=12, all=2000)


def test_a_finding_names_its_first_places_and_counts_all() -> None:
    assert Finding.at("gap", []) == []
    assert Finding.at("gap", list("abcd")) == [Finding("gap", "warning", 4, ("a", "b", "c"))]
