"""`screener mcp` without its SDK, and the other commands, which do without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.data import small

WITHOUT = """
import sys
sys.modules["mcp"] = None
sys.argv = ["screener", "mcp"]
from screener.__main__ import main
main()
"""
LOADED = """
import sys
sys.argv = ["screener", *sys.argv[1:]]
from screener.cli import app
app.exit_now = lambda code: sys.stderr.write(f"{code} {sorted({'mcp', 'mcp_types', 'anyio', 'starlette'} & set(sys.modules))}")
app.main()
"""


def python(code: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": str(ROOT), "HOME": str(home), "LANG": "C.UTF-8"},
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_a_missing_sdk_is_named(tmp_path: Path) -> None:
    done = python(WITHOUT, home=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "screener: screener mcp needs the `mcp` package: run `pip install '.[mcp]'`\n"


def test_a_mistake_in_the_configuration_ends_it(tmp_path: Path) -> None:
    config = small.write_config(tmp_path)
    (config / "events.toml").write_text("[test]\n", encoding="utf-8")
    done = python("from screener.__main__ import main; main()", "mcp", "--config", str(config), home=tmp_path)
    assert done.returncode == 2
    assert "events.toml:1: test.name: the key 'name' is missing: add it" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["mcp", "--help"], ["events"]])
def test_no_other_command_loads_the_sdk(command: list[str], tmp_path: Path) -> None:
    done = python(LOADED, *command, home=tmp_path)
    assert done.stdout
    assert done.stderr.endswith("0 []"), done.stderr
