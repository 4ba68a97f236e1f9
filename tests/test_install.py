"""The wheel carries everything it needs, and works outside the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from screener import __version__
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


def test_the_changelog_begins_with_this_version_and_its_day() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert re.fullmatch(rf"{re.escape(__version__)} \(\d{{4}}-\d{{2}}-\d{{2}}\)", headings[0])


def test_workflows_run_what_the_makefile_offers() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    steps = [
        step
        for path in sorted((ROOT / ".github/workflows").glob("*.yml"))
        for step in re.findall(r"- run: (.+)", path.read_text("utf-8"))
    ]
    asked = {word for step in steps for word in re.findall(r" ([a-z]+)(?= |$)", step)}
    assert asked == {"lint", "quick", "slow", "wheel", "audit"} <= targets
    assert all(step.startswith("make ") for step in steps)
