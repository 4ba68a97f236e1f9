"""The wheel carries everything it needs, and works outside the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.conftest import ROOT, Run


def test_wheel_works_outside_the_checkout(run: Run, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").glob("krx_impact_screener-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    assert {path.name for path in (tmp_path / "site/screener/config/shipped").iterdir()} == {
        "events.toml",
        "sectors.toml",
        "library.toml",
        "screener.toml",
        "claims.toml",
    }
    assert (tmp_path / "site/screener/py.typed").is_file()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = run("report", "--source", "press", cwd=elsewhere, PYTHONPATH=str(tmp_path / "site"))
    assert done.returncode == 0, done.stderr
    assert "SK hynix" in done.stdout
    assert run("--help", cwd=elsewhere, PYTHONPATH=str(tmp_path / "site")).stdout.startswith("Usage: screener")
    assert run("--help", "--lang", "ko", cwd=elsewhere, PYTHONPATH=str(tmp_path / "site")).stdout.startswith("사용법:")
    fault = run("nothing", "--lang", "ko", cwd=elsewhere, PYTHONPATH=str(tmp_path / "site")).stderr
    assert fault.startswith("screener: 'nothing' 명령은 없습니다")  # click's own words come along as well
    shown = run("config", "check", cwd=elsewhere, PYTHONPATH=str(tmp_path / "site")).stdout
    assert str(tmp_path / "site/screener/config/shipped/events.toml") in shown
