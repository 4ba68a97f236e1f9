"""The commands that report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.cli import candidates
from screener.cli.help_i18n import Command
from screener.cli.options import access_to, coloured, common, settings_of, stored, studied
from screener.cli.outputs import FORMATS, Output, folded, outputs, page, written
from screener.errors import ExitCode, ScreenerError
from screener.i18n import _
from screener.progress import busy
from screener.streams import emit, note

if TYPE_CHECKING:
    from screener.app.answers import Screen
    from screener.config import Settings
    from screener.data.connections import Connections
    from screener.data.sources import Tried

CLAIMS_EPILOG = """Example: screener claims --event deepseek

Your own claims about your own events: claims.toml in --config DIR."""


@click.command(cls=Command, epilog="Example: screener report --source file:prices.parquet --benchmark indices.csv")
@studied
@click.option("--so-far", is_flag=True, help="Measure all days since the event, too, with their trend.")
@click.option(
    "--sector",
    "sectors",
    multiple=True,
    metavar="ID",
    shell_complete=candidates.sectors,
    help="Only this sector; may be given several times.",
)
@click.option("--explain", is_flag=True, help="Show what the scores are made of.")
@click.option("--reports", type=click.Path(path_type=Path), metavar="DIR", help="Where reports are filed.  [reports]")
@stored
@common
@outputs
def report(
    config_directory: Path | None, store: str | None, output: Output, reports: Path | None, explain: bool, **asked: Any
) -> int:
    """Sectors, themes, winners and losers of an event; files them under reports/."""
    settings = settings_of(config_directory)
    from screener.app.report import Request, make_report
    from screener.app.trend import with_trend
    from screener.archive.filing import file_report
    from screener.report.answer import report_answer

    with busy(_("measuring")):
        made = make_report(settings, Request(**asked), _access(settings, store, asked["source"]))
        root = reports or Path("reports")
        if asked["so_far"]:
            made = with_trend(made, root, settings)
    answer = report_answer(made, explain=explain)
    code = _tried(answer.tried)
    if not output.page:
        output.deliver(answer, settings)
        return code
    style = output.style(settings)
    screen = page(answer, style, full=output.full)
    if reports is None and (asked["sectors"] or asked["model"]):
        said = _(
            "Files: none, for this is not the configured study; --reports DIR files it, --csv DIR writes its tables."
        )  # part of a study must not take the place of the whole
    else:
        try:
            folder, files = file_report(root, made, answer, settings, style.palette, sys.argv[1:])
        except ScreenerError:
            emit(screen)  # the report was made, whatever became of its files
            raise
        kept = root / made.as_of.isoformat() / made.event.id
        said = _(
            "Files: {folder} holds this study with more windows (screener daily) and was left as it "
            "is; --html FILE writes it elsewhere."
            if made.provenance.study
            else "Files: {folder} holds a full study already and was left as it is.",
            folder=kept,
        )
        if folder:
            said = _(
                "Files: {folder} ({n} files; {page} has the charts)", folder=folder, n=len(files), page="report.html"
            )
    emit(f"{screen}\n{folded(said, style.width)}")
    return code


@click.command(cls=Command, epilog="Example: screener compare SEMI:memory SEMI:hbm_equipment")
@click.argument("groups", nargs=-1, metavar="[SECTOR SECTOR]", shell_complete=candidates.groups)
@studied
@stored
@common
@outputs
def compare(
    config_directory: Path | None, store: str | None, output: Output, groups: tuple[str, ...], **asked: Any
) -> int:
    """One sector against another, or a theme (SECTOR:theme): the difference, its tests, its path, who drove it."""
    settings = settings_of(config_directory)
    from screener.app.answers import compared

    return _answered(settings, store, output, compared, groups, asked)


@click.command(cls=Command, epilog="Example: screener stock 000660")
@click.argument("ticker", shell_complete=candidates.stocks)
@studied
@stored
@common
@outputs
def stock(config_directory: Path | None, store: str | None, output: Output, ticker: str, **asked: Any) -> int:
    """Everything about one stock around the event, by its code or name."""
    settings = settings_of(config_directory)
    from screener.app.answers import of_stock

    return _answered(settings, store, output, of_stock, (ticker,), asked)


@click.command(cls=Command, epilog=CLAIMS_EPILOG)
@studied
@stored
@common
@outputs
def claims(config_directory: Path | None, store: str | None, output: Output, **asked: Any) -> int:
    """What was claimed about an event, each claim checked against prices; files nothing."""
    settings = settings_of(config_directory)
    from screener.app.answers import of_claims

    return _answered(settings, store, output, of_claims, (), asked)


@click.command(cls=Command, epilog="Example: screener demo --seed 7")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Which simulated market.")
@common
@outputs
def demo(config_directory: Path | None, output: Output, seed: int) -> int:
    """Tour of a simulated market: planted effects beside what the study finds of them."""
    settings = settings_of(config_directory)
    from screener.demo import make_demo
    from screener.report.answer import report_answer

    output.deliver(report_answer(make_demo(settings, seed)), settings)
    return ExitCode.DONE


@click.command(cls=Command, epilog="Example: screener export compare AI_SW SEMI --out mine --format xlsx")
@click.argument("screen", type=click.Choice(["report", "compare", "stock", "claims", "scan"]), default="report")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=candidates.names)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", required=True, help="Where the files go.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="csv", show_default=True, help="Of the files.")
@studied
@stored
@common
@coloured
def export(
    config_directory: Path | None,
    store: str | None,
    screen: str,
    names: tuple[str, ...],
    out: Path,
    format_: str,
    palette: str | None,
    **asked: Any,
) -> int:
    """Write what a screen finds into files, in one format; NAMEs are those that the screen takes."""
    settings = settings_of(config_directory)
    from screener.app.answers import SCREENS

    with busy(_("measuring")):
        access = _access(settings, store, asked["source"])
        answer = SCREENS[screen](settings, names, asked, access)
    code = _tried(answer.tried)
    emit(written(answer, format_, out, palette or settings.screener.palette))
    return code


def _answered(
    settings: Settings,
    store: str | None,
    output: Output,
    screen: Screen,
    names: Sequence[str],
    asked: Mapping[str, Any],
) -> int:
    """Measure, and deliver what was found."""
    with busy(_("measuring")):
        answer = screen(settings, names, asked, _access(settings, store, asked["source"]))
    code = _tried(answer.tried)
    output.deliver(answer, settings)
    return code


def _access(settings: Settings, store: str | None, source: str) -> Callable[[], Connections]:
    """Opens the store and the ways to the exchange once they are needed; `auto` can do without the exchange."""
    return lambda: access_to(settings, store, hurried=source == "auto", watched=True)


def _tried(tried: Sequence[Tried]) -> int:
    """Say which sources could not serve, and hand on the exit code."""
    for one in tried:
        note(_("{source} could not serve: {why}", source=one.source, why=one.why))
    return max((one.code for one in tried), default=ExitCode.DONE)
