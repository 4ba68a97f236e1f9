"""docs/study.md: its commands print on real prices what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.test_docs import assert_in_order

DOCUMENT = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
[EXAMPLE] = re.findall(r"<!-- output of the study -->\n```console\n\$ (.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
[KOREAN] = re.findall(r"<!-- beginning of the study, ko -->\n```text\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
[LATEX] = re.findall(r"^```latex\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
DATA = {
    "prices.parquet": "prices_adjusted.parquet",
    "indices.parquet": "indices.parquet",
    "market.parquet": "market_2025-01-02_2025-02-11.parquet",
}


@pytest.fixture
def desk(tmp_path: Path, krx: Path) -> Path:
    """A folder with the files that the example names."""
    for name, real in DATA.items():
        (tmp_path / name).symlink_to(krx / real)
    (tmp_path / "nvidia.csv").write_bytes((ROOT / "docs" / "nvidia.csv").read_bytes())
    return tmp_path


def test_the_example_prints_what_is_shown(desk: Path, run: Run) -> None:
    command, *expected = EXAMPLE.replace("\\\n", " ").splitlines()
    words = [*shlex.split(command)[1:], "--jobs", "1"]
    done = run(*words, "--lang", "en", cwd=desk)
    assert done.returncode == 0, done.stderr
    assert_in_order(expected, done.stdout)
    assert_in_order(LATEX.splitlines(), (desk / "tables" / "groups.tex").read_text(encoding="utf-8"))
    assert_in_order(KOREAN.splitlines(), run(*words, "--lang", "ko", cwd=desk).stdout)
