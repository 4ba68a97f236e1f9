"""The command as its users meet it: what it prints where, what it writes, and how it ends."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.data import small

AS_OF = "2025-02-11"


def sources(krx: Path) -> list[str]:
    """Options that point at the real market data."""
    return [
        f"--source=file:{krx / 'prices_adjusted.parquet'}",
        f"--benchmark={krx / 'indices.parquet'}",
        f"--market={krx / 'market_2025-01-02_2025-02-11.parquet'}",
    ]


@pytest.fixture
def own(tmp_path: Path) -> list[str]:
    """Options that point at the small market."""
    return small.options(tmp_path)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_bare_command_prints_the_press_report_with_its_banner(run: Run, tmp_path: Path) -> None:
    done = run("--full")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == "screener: pykrx-keyless: stocks: 90 to go"
    assert done.stderr.count("\n") == 2
    for said in (done.stderr, done.stdout.replace("\n", " ")):
        assert "fchart.stock.naver.com could not be reached" in said
    assert "SK hynix" in done.stdout
    assert "Korea Times (Yonhap)" in done.stdout
    assert "figures selected by newspapers" in done.stdout
    assert "screener sync && screener report" in done.stdout.replace("\n", " ")
    assert "CAAR" not in done.stdout  # nothing that one selected day cannot carry
    for path in (tmp_path / "reports/2025-01-31/deepseek").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                assert row["source"] == "press"
                assert "selected by newspapers" in row["banner"]
                assert not any(
                    row.get(name) for name in ("car", "scar", "t", "p", "caar_ew", "t_portfolio", "p_portfolio")
                )


def test_press_json_carries_the_banner(run: Run) -> None:
    document = json.loads(run("report", "--source", "press", "--json").stdout)
    assert "selected by newspapers" in document["banner"]
    assert document["paths"] == []
    hynix = next(row for row in document["stocks"] if row["ticker"] == "000660")
    assert hynix["raw_return"] == -0.0986
    assert hynix["car"] is None
    assert "Kukmin Ilbo" in hynix["published_by"]


@pytest.mark.parametrize("key", ["AKIA:SEC/RET@bucket", "bucket/store?secret_key=SECRET"])
def test_no_key_of_a_store_stands_in_the_record_of_a_run(run: Run, tmp_path: Path, key: str) -> None:
    assert run("report", "--source", "press", f"--store=s3://{key}").returncode == 0
    (record,) = (tmp_path / "reports").glob("2*/*/run.json")
    assert "bucket" in record.read_text("utf-8")
    assert not re.search("AKIA|SEC/RET|SECRET|SEC%2FRET", record.read_text("utf-8"))


def test_press_never_replaces_a_study(krx: Path, run: Run, tmp_path: Path) -> None:
    study = run("report", "--as-of", "2025-01-31", *sources(krx))
    assert study.returncode == 0, study.stderr
    before = files(tmp_path)
    press = run("report", "--source", "press")
    assert press.returncode == 0
    assert "holds a full study already" in press.stdout
    assert files(tmp_path) == before


def test_second_run_is_byte_identical(run: Run, own: list[str], tmp_path: Path) -> None:
    first = run("report", *own)
    assert first.returncode == 0, first.stderr
    before = files(tmp_path / "reports")
    second = run("report", *own)
    assert second.stdout == first.stdout
    assert files(tmp_path / "reports") == before
    day = str(small.sessions()[-1])
    assert {Path(name).name for name in before if name.startswith(day)} == {
        "report.html", "report.txt", "report.json", "run.json", "stocks.csv", "sectors.csv", "spreads.csv", "paths.csv",
        "claims.csv", "levels.csv", "placebos.csv",
    }  # fmt: skip
    assert str((tmp_path / "reports" / "latest").readlink()) == day
    with (tmp_path / "reports" / "history.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["as_of"], row["sector"], row["window_end"]) for row in rows] == [
        (day, "A", "0"), (day, "A", "3"), (day, "B", "0"), (day, "B", "3"),
    ]  # fmt: skip


def test_report_file_is_what_the_pipe_shows(run: Run, own: list[str], tmp_path: Path) -> None:
    shown = run("report", "--full", *own).stdout
    filed = next((tmp_path / "reports").glob("*/test/report.txt")).read_text(encoding="utf-8")
    assert shown.startswith(filed)
    assert shown.removeprefix(filed).startswith("\nFiles: reports/")


def test_csv_option_writes_the_tables_and_nothing_else(run: Run, own: list[str], tmp_path: Path) -> None:
    done = run("report", *own, "--csv", "out")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "stocks.csv",
        "sectors.csv",
        "spreads.csv",
        "placebos.csv",
        "paths.csv",
        "levels.csv",
        "claims.csv",
    }
    assert not (tmp_path / "reports").exists()
    header = (tmp_path / "out/stocks.csv").read_bytes().split(b"\n")[0].removeprefix(b"\xef\xbb\xbf").decode()
    assert header.startswith(
        "event,as_of,source,ticker,symbol,name,market,sector,theme,window_start,window_end,raw_return,benchmark_return,"
        "car,bhar,scar,t,p,q,placebo_p,volume_ratio,score,rank,verdict,flags"
    )
    header = (tmp_path / "out/sectors.csv").read_bytes().split(b"\n")[0].removeprefix(b"\xef\xbb\xbf").decode()
    assert header.startswith(
        "event,as_of,source,sector,theme,n,n_skipped,window_start,window_end,mean_return_ew,mean_return_cw,median_return,"
        "breadth_up,caar_ew,caar_cw,t_portfolio,p_portfolio,z_patell,t_bmp,rbar,t_adj_bmp,p_adj_bmp,t_grank,p_grank,"
        "z_ewma,placebo_rank,placebo_n,placebo_p,q,volume_ratio,score,rank,verdict"
    )


def test_json_and_csv_agree_cell_by_cell(run: Run, own: list[str], tmp_path: Path) -> None:
    document = json.loads(run("report", *own, "--json").stdout)
    run("report", *own, "--csv", "out")
    for name in ("stocks", "sectors", "spreads", "paths"):
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(document[name]) > 0
        for in_csv, in_json in zip(rows, document[name], strict=True):
            assert set(in_csv) == set(in_json)
            for column, cell in in_csv.items():
                value = in_json[column]
                assert (float(cell) == value) if isinstance(value, int | float) else (cell == (value or "")), column


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["report", "--event", "deepsek"], 2, "no event 'deepsek': did you mean deepseek?"),
        (["report", "--sector", "SEMY"], 2, "no sector 'SEMY': did you mean SEMI or SECURITY?"),
        (["report", "--sorce", "press"], 2, "No such option"),
        (["reprot"], 2, "No such command 'reprot'"),
        (["report", "--as-of", "31.1.2025"], 2, "'31.1.2025' is not a valid date: write it as 2025-01-31"),
        (
            ["report", "--source", "press", "--as-of", "2025-01-24"],
            3,
            "newspaper figures are for 2025-01-31, after --as-of 2025-01-24",
        ),
        (
            ["report", "--source", "bloomberg"],
            2,
            "no source 'bloomberg': use auto, store, pykrx, openapi, datagokr, press or file:PATH",
        ),
        (["report", "--source", "file:"], 2, "has no path"),
        (["report", "--source", "file:nowhere.csv"], 2, "nowhere.csv: no such file"),
        (["report", "--benchmark", "x.csv"], 2, "--benchmark and --market go with --source file:PATH"),
        (["report", "--json", "--md"], 2, "--json and --md are mutually exclusive: use one of them"),
        (["report", "--config", "nowhere"], 2, "nowhere: no such directory"),
        (["report", "--width", "20"], 2, "20 is not in the range"),
        (["sectors", "SEMY"], 2, "no sector 'SEMY': did you mean SEMI or SECURITY?"),
    ],
)
def test_fault_is_one_line_on_stderr(run: Run, tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.startswith("screener: ")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_index_without_the_event_day_is_refused(run: Run, own: list[str], tmp_path: Path) -> None:
    benchmark = tmp_path / "benchmark.csv"
    lines = benchmark.read_text(encoding="utf-8").splitlines()
    day = str(small.event_day())
    benchmark.write_text(
        "\n".join(line for line in lines if not line.startswith(f"{day},KOSDAQ")) + "\n", encoding="utf-8"
    )
    done = run("report", *own)
    assert done.returncode == 3
    assert f"KOSDAQ has no level on {day} or the session before" in done.stderr
    assert done.stdout == ""


def test_study_without_a_return_is_no_report(run: Run, own: list[str], tmp_path: Path) -> None:
    assert run("report", *own).returncode == 0
    before = files(tmp_path / "reports")
    small.write_prices(
        tmp_path, lambda line: line.update(volume="0", open="0") if line["date"] == str(small.event_day()) else None
    )
    done = run("report", *own)
    assert done.returncode == 3
    assert "2024-04-22 was a session, but no stock has a row for it" in done.stderr
    small.write_prices(tmp_path, lambda line: line.update(volume="0", open="0"))
    done = run("report", *own)
    assert done.returncode == 3
    assert "none of the 3 configured tickers ever traded" in done.stderr
    assert files(tmp_path / "reports") == before


def test_prices_that_begin_too_late_say_so(run: Run, own: list[str], tmp_path: Path) -> None:
    late = {str(day) for day in small.sessions()[small.EVENT_ROW - 4 :]}
    small.write(tmp_path / "prices.csv", [row for row in small.price_rows() if row["date"] in late])
    done = run("report", "--full", *own)
    assert done.returncode == 0, done.stderr
    assert "Rose most: " in done.stdout
    assert (
        "Cannot be tested: the estimation window has 0 sessions, 20 are required. The figures are plain returns."
        in done.stdout.replace("\n", " ")
    )
    assert "the prices contain no session of the estimation window" in done.stdout
    assert "CAAR" not in done.stdout


def test_constant_index_is_no_crash(run: Run, own: list[str], tmp_path: Path) -> None:
    benchmark = tmp_path / "benchmark.csv"
    rows = [line.split(",") for line in benchmark.read_text(encoding="utf-8").splitlines()]
    benchmark.write_text(
        "\n".join(",".join([*row[:2], "1000" if row[0] != "date" else row[2]]) for row in rows) + "\n", encoding="utf-8"
    )
    done = run("report", *own)
    assert done.returncode == 3  # an index that never moves is none
    assert "KOSPI has no level on 2024-04-22 or the session before: complete the --benchmark file" in done.stderr


def test_part_of_a_study_does_not_take_the_place_of_the_whole(run: Run, own: list[str], tmp_path: Path) -> None:
    run("report", *own)
    before = files(tmp_path / "reports")
    done = run("report", *own, "--sector", "A")
    assert "Files: none" in done.stdout
    assert files(tmp_path / "reports") == before
    assert "Files: elsewhere/" in run("report", *own, "--sector", "A", "--reports", "elsewhere").stdout


def test_bare_options_and_environment_mean_report(run: Run, own: list[str]) -> None:
    assert json.loads(run("--source", "press", "--json").stdout)["event"]["id"] == "deepseek"
    done = run(*own[2:], SCREENER_CONFIG=own[1])
    assert done.stdout.startswith("Test")
    assert run(SCREENER_CONFIG="nowhere").returncode == 2


def test_what_a_file_holds_reaches_the_terminal_only_as_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "evil.csv").write_text("date,\x1b]0;title\x07\n1,2\n", encoding="utf-8")
    done = run("report", "--source", "file:evil.csv")
    assert done.returncode == 3
    assert "\x1b" not in done.stderr
    assert r"\x1b]0;title\x07" in done.stderr


def test_unwritable_reports_say_so_after_the_report(run: Run, own: list[str], tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("in the way", encoding="utf-8")
    done = run("report", *own, "--reports", "blocked")
    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert (tmp_path / "blocked").read_text(encoding="utf-8") == "in the way"


def test_lists(run: Run) -> None:
    assert "deepseek  2025-01-27  2025-01-31  2025-01-24" in run("events").stdout
    assert "SEMI           25      6" in run("sectors").stdout
    assert "000660  KOSPI   memory" in run("sectors", "SEMI").stdout


def test_config_commands(run: Run, tmp_path: Path) -> None:
    assert "OK: 1 event, 31 sectors, 452 stocks, 32 claims" in run("config", "check").stdout
    assert run("config", "init", "mine").stdout.count("copied") == 5
    shown = run("config", "show", "--config", "mine").stdout
    assert (tmp_path / "mine/sectors.toml").read_text(encoding="utf-8") in shown
    (tmp_path / "mine/screener.toml").write_text("gap = 1\n", encoding="utf-8")
    done = run("config", "check", SCREENER_CONFIG="mine")
    assert done.returncode == 2
    assert all(line.startswith("screener: mine/screener.toml:1: ") for line in done.stderr.splitlines())


def test_version_and_help(run: Run) -> None:
    from screener import __version__

    assert run("--version").stdout == f"screener {__version__}\n"
    assert run("--help").stdout == run("-h").stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--help", "--lang", "ko"], ["--version"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['screener', *{arguments!r}]\n"
        "from screener.__main__ import main\n"
        "main()\n"
        "print(sorted({'click', 'numpy', 'pandas', 'pyarrow', 'pydantic', 'pykrx', 'rich', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_report_loads_no_more_than_it_needs(own: list[str], tmp_path: Path) -> None:
    """Each of these would take longer to import than the report takes to make."""
    code = (
        "import os, sys\n"
        f"sys.argv = ['screener', 'report', *{own!r}]\n"
        "os._exit = lambda code: None\n"
        "from screener.cli.app import main\n"
        "main()\n"
        "late = {'pykrx', 'scipy.stats', 'statsmodels', 'dask', 'distributed', 'tomlkit', 'matplotlib', 'mcp', 'anyio'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
