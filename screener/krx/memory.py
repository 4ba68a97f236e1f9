"""Small files in which this machine remembers something between runs."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def remember(path: Path, facts: Mapping[str, str]) -> None:
    """Put `facts` in the place of the file in one step, readable by its owner only.

    Raises:
        OSError: the disk would not take it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
