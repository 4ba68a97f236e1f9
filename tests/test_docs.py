"""The README and the pages of docs/: their commands run and print what is shown, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.data import small
from tests.test_cli import AS_OF, sources

READMES = ("README.md", "README.ko.md")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (*(ROOT / name for name in READMES), *sorted((ROOT / "docs").rglob("*.md")))
}
LINKING = PAGES | {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), ROOT / "reports/README.md")
}
REAL = "<!-- on real prices -->\n"
_CONSOLE = re.compile(r"((?:<!-- .*? -->\n)?)^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_EXCERPT = re.compile(r"<!-- from (\S+) -->\n```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [(page, mark, block) for page, text in PAGES.items() for mark, block in _CONSOLE.findall(text)]
EXCERPTS = [found for text in PAGES.values() for found in _EXCERPT.findall(text)]
INSTALLERS = ("git", "pip", "pipx", "cd")


def assert_in_order(expected: list[str], output: str) -> None:
    lines = iter(line.rstrip() for line in output.splitlines())
    for line in expected:
        if line.strip() and line.strip() != "...":
            assert line.rstrip() in lines, f"not there, or not in this order: {line!r}"


def is_korean(page: str) -> bool:
    return page.endswith(".ko.md") or page.startswith("docs/ko/")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that the examples name."""
    small.write_prices(tmp_path)
    small.write_benchmark(tmp_path).rename(tmp_path / "indices.csv")
    (tmp_path / "market.csv").write_text("date,ticker,close,volume,change_pct,marcap\n", encoding="utf-8")
    with (tmp_path / "market.csv").open("a", encoding="utf-8") as file:
        file.write(f"{small.sessions()[small.EVENT_ROW - 1]},000001,1,1,-2.20,1e12\n")
    small.write_config(tmp_path).rename(tmp_path / "mine")
    return tmp_path


def assert_prints_what_is_shown(page: str, block: str, desk: Path, run: Run, options: list[str]) -> None:
    """`options` are added to each command: where the prices are that the page speaks of."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    assert parts
    for part in parts:
        command, *expected = part.replace("\\\n", " ").splitlines()
        words = shlex.split(command, comments=True)
        if words[0] == "make":  # it would install; that its targets exist is what can be shown here
            dry = ["make", "--dry-run", "--directory", str(ROOT), *words[1:]]
            done = subprocess.run(dry, capture_output=True, text=True, encoding="utf-8", check=False)
        elif words[0] == "screener":
            language = "ko_KR.UTF-8" if is_korean(page) else "C.UTF-8"
            done = run(*words[1:], *options, cwd=desk, HOME=str(desk), LANG=language)
        else:
            assert words[0] in INSTALLERS
            continue
        assert done.returncode == 0, done.stderr
        assert_in_order(expected, done.stdout)


@pytest.mark.parametrize(("page", "block"), [(page, block) for page, mark, block in BLOCKS if not mark])
def test_commands_run_and_print_what_is_shown(page: str, block: str, desk: Path, run: Run) -> None:
    assert_prints_what_is_shown(page, block, desk, run, [])


@pytest.mark.parametrize(("page", "block"), [(page, block) for page, mark, block in BLOCKS if mark == REAL])
def test_commands_print_on_real_prices_what_is_shown(page: str, block: str, desk: Path, run: Run, krx: Path) -> None:
    assert_prints_what_is_shown(page, block, desk, run, ["--as-of", AS_OF, *sources(krx)])


@pytest.mark.parametrize(("file", "excerpt"), EXCERPTS)
def test_excerpts_are_from_the_files_they_name(file: str, excerpt: str) -> None:
    assert_in_order(excerpt.splitlines(), (ROOT / file).read_text(encoding="utf-8"))


def test_examples_are_where_readers_look_for_them() -> None:
    shown = {page for page, _, _ in BLOCKS}
    assert {*READMES, "docs/configuration.md", "docs/files.md", "docs/formats.md", "docs/store.md"} <= shown
    assert "reports/2025-02-11/deepseek/report.txt" in {file for file, _ in EXCERPTS}


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_short_and_shows_the_page_and_five_commands(name: str) -> None:
    assert len(PAGES[name].splitlines()) <= 180
    assert "(docs/page.png)" in PAGES[name]
    [real] = [block for page, mark, block in BLOCKS if page == name and mark == REAL]
    assert len(re.findall(r"^\$ screener ", real, re.MULTILINE)) == 5


def test_exit_codes_are_those_of_the_code() -> None:
    from screener.errors import ExitCode

    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", PAGES["docs/faults.md"], flags=re.MULTILINE))
    assert {int(code) for code in table} == {int(code) for code in ExitCode}


def test_reference_is_that_of_the_code() -> None:
    from tests.reference import with_reference

    page = PAGES["docs/commands.md"]
    assert with_reference(page) == page, "make reference brings it up to date"
    assert page.count("```text\nscreener ") >= 14


def prose(text: str) -> str:
    """A page without its blocks of code, in which brackets are no links."""
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """The headings of a page as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", prose(text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKING)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(LINKING[page])):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (ROOT / page).parent / path if path else ROOT / page
        assert there.exists(), f"{page}: {target}"
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), f"{page}: {target}"


def test_code_and_texts_name_pages_that_exist() -> None:
    named = re.compile(r"\bdocs/[\w/]+\.md\b")
    files = [*ROOT.glob("screener/**/*.py"), *ROOT.glob("config/*.toml"), *ROOT.glob("*.md")]
    for file in files:
        for name in named.findall(file.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{file}: {name}"


@pytest.mark.parametrize("page", [page for page in PAGES if is_korean(page)])
def test_korean_pages_have_the_sections_of_the_english_ones(page: str) -> None:
    english = page.replace(".ko.md", ".md").replace("docs/ko/", "docs/")
    levels = [re.findall(r"^#+(?= )", prose(PAGES[one]), flags=re.MULTILINE) for one in (page, english)]
    assert levels[0] == levels[1]


def figures(text: str) -> list[str]:
    """The cells of its tables that are numbers."""
    rows = re.findall(r"^\|.*$", text, flags=re.MULTILINE)
    return [cell.strip() for row in rows for cell in row.split("|") if re.fullmatch(r" *-?[\d.]+ *", cell)]


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/ko/")])
def test_korean_tables_have_the_figures_of_the_english_ones(page: str) -> None:
    assert figures(PAGES[page]) == figures(PAGES[page.replace("docs/ko/", "docs/")])
