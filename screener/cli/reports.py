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
    from screener.config import Settings
    from screener.data.sources.base import Tried
    from screener.data.sources.live import Access
    from screener.report.screens import Screen

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
    from screener.app.trend import with_trend
    from screener.archive.filing import file_report
    from screener.report.make import Request, make_report
    from screener.report.screens import Screen

    with busy(_("measuring")):
        made = make_report(settings, Request(**asked), _access(settings, store, asked["source"]))
        root = reports or Path("reports")
        if asked["so_far"]:
            made = with_trend(made, root, settings)
    shown = Screen("report", made, explain=explain)
    code = _tried(made.provenance.tried)
    if not output.page:
        output.deliver(shown, settings)
        return code
    style = output.style(settings)
    screen = page(shown, style, full=output.full)
    if reports is None and (asked["sectors"] or asked["model"]):
        said = _(
            "Files: none, for this is not the configured study; --reports DIR files it, --csv DIR writes its tables."
        )  # part of a study must not take the place of the whole
    else:
        try:
            folder, files = file_report(root, made, shown, settings, style.palette, sys.argv[1:])
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
    return _delivered(settings, store, output, "compare", groups, asked)


@click.command(cls=Command, epilog="Example: screener stock 000660")
@click.argument("ticker", shell_complete=candidates.stocks)
@studied
@stored
@common
@outputs
def stock(config_directory: Path | None, store: str | None, output: Output, ticker: str, **asked: Any) -> int:
    """Everything about one stock around the event, by its code or name."""
    settings = settings_of(config_directory)
    return _delivered(settings, store, output, "stock", (ticker,), asked)


@click.command(cls=Command, epilog=CLAIMS_EPILOG)
@studied
@stored
@common
@outputs
def claims(config_directory: Path | None, store: str | None, output: Output, **asked: Any) -> int:
    """What was claimed about an event, each claim checked against prices; files nothing."""
    settings = settings_of(config_directory)
    return _delivered(settings, store, output, "claims", (), asked)


@click.command(cls=Command, epilog="Example: screener demo --seed 7")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Which simulated market.")
@common
@outputs
def demo(config_directory: Path | None, output: Output, seed: int) -> int:
    """Tour of a simulated market: planted effects beside what the study finds of them."""
    settings = settings_of(config_directory)
    from screener.demo import make_demo
    from screener.report.screens import Screen

    output.deliver(Screen("report", make_demo(settings, seed)), settings)
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
    shown = _shown(settings, store, screen, names, asked)
    emit(written(shown, format_, out, palette or settings.screener.palette))
    return _tried(shown.report.provenance.tried)


def _shown(
    settings: Settings, store: str | None, screen: str, names: Sequence[str], asked: Mapping[str, Any]
) -> Screen:
    """Measure what a screen shows; `names` are those that it takes."""
    from screener.report.make import Request, make_report, request_for
    from screener.report.screens import Screen

    with busy(_("measuring")):
        request = request_for(settings, screen, names, Request(**asked))
        return Screen(screen, make_report(settings, request, _access(settings, store, asked["source"])))


def _delivered(
    settings: Settings, store: str | None, output: Output, screen: str, names: Sequence[str], asked: Mapping[str, Any]
) -> int:
    """Measure, and deliver what was found."""
    shown = _shown(settings, store, screen, names, asked)
    code = _tried(shown.report.provenance.tried)
    output.deliver(shown, settings)
    return code


def _access(settings: Settings, store: str | None, source: str) -> Callable[[], Access]:
    """Opens the store and the ways to the exchange once they are needed; `auto` can do without the exchange."""
    return lambda: access_to(settings, store, hurried=source == "auto", watched=True)


def _tried(tried: Sequence[Tried]) -> int:
    """Say which sources could not serve, and hand on the exit code."""
    for one in tried:
        note(_("{source} could not serve: {why}", source=one.source, why=one.why))
    return max((one.code for one in tried), default=ExitCode.DONE)
