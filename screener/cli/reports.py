"""The commands that report."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.cli.options import access_to, common, looks, settings_of, stored, studied, style_of
from screener.cli.speaking import Command
from screener.errors import ExitCode, ScreenerError, UsageError
from screener.streams import emit, note

if TYPE_CHECKING:
    from screener.market.sources.live import Access
    from screener.report.model import Report
    from screener.settings import Settings

CLAIMS_EPILOG = """Example: screener claims --event deepseek

Your own claims about your own events: claims.toml in --config DIR."""


@click.command(cls=Command, epilog="Example: screener report --source file:prices.parquet --benchmark indices.csv")
@studied
@click.option("--sector", "sectors", multiple=True, metavar="ID", help="Only this sector; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON; write no files.")
@click.option("--csv", "csv_folder", type=click.Path(path_type=Path), metavar="DIR", help="Write only CSV files, here.")
@click.option("--explain", is_flag=True, help="Show what the scores are made of.")
@click.option("--reports", type=click.Path(path_type=Path), metavar="DIR", help="Where reports are filed.  [reports]")
@stored
@common
@looks
def report(
    config_directory: Path | None,
    palette: str | None,
    ascii_only: bool,
    width: int | None,
    as_json: bool,
    csv_folder: Path | None,
    reports: Path | None,
    store: str | None,
    explain: bool,
    **asked: Any,
) -> int:
    """Sectors, themes, winners and losers of an event; files them under reports/."""
    import textwrap
    from dataclasses import replace

    if as_json and csv_folder:
        raise UsageError("--json and --csv exclude each other: give one of them")
    settings = settings_of(config_directory)
    from screener.app.filing import file_report, write_csv
    from screener.app.report import Request, make_report
    from screener.report.document import to_json
    from screener.report.tables import tables
    from screener.report.terminal import Style, render
    from screener.words import Words

    style = style_of(settings, palette, ascii_only, width)
    words = Words(style.language)
    made = make_report(settings, Request(**asked), _access(settings, store, asked["source"]))
    code = _tried(made)
    if as_json:
        emit(to_json(made, words, tables(made, words)).decode())
        return code
    screen = render(made, replace(style, explain=explain))
    try:
        if csv_folder is not None:
            names = ", ".join(path.name for path in write_csv(csv_folder, made, words))
            said = words("files", folder=csv_folder, names=names)
        elif reports is None and (asked["sectors"] or asked["model"]):
            said = words("files_part")  # part of a study must not take the place of the whole
        else:
            root = reports or Path("reports")
            plain = Style(language=style.language)
            text = screen if style == plain else render(made, plain)
            folder, files = file_report(root, made, settings, words, text, sys.argv[1:])
            kept = root / made.as_of.isoformat() / made.event.id
            said = words("files", folder=folder, names=", ".join(files)) if folder else words("files_kept", folder=kept)
    except ScreenerError:
        emit(screen)  # the report was made, whatever became of its files
        raise
    emit(f"{screen}\n{textwrap.fill(said, style.width, break_long_words=False, break_on_hyphens=False)}\n")
    return code


@click.command(cls=Command, epilog="Example: screener compare SEMI:memory SEMI:hbm_equipment")
@click.argument("groups", nargs=-1, metavar="[SECTOR SECTOR]")
@studied
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@stored
@common
@looks
def compare(
    config_directory: Path | None,
    palette: str | None,
    ascii_only: bool,
    width: int | None,
    as_json: bool,
    store: str | None,
    groups: tuple[str, ...],
    **asked: Any,
) -> int:
    """One sector against another, or a theme (SECTOR:theme): the difference, its tests, its path, who drove it."""
    if len(groups) not in (0, 2):
        raise UsageError(f"compare takes two sectors or themes, not {len(groups)}: screener compare SEMI AI_SW")
    settings = settings_of(config_directory)
    from screener.app.compare import make_comparison
    from screener.app.report import Request
    from screener.report.comparison import render_comparison
    from screener.report.document import to_json
    from screener.report.tables import tables
    from screener.words import Words

    style = style_of(settings, palette, ascii_only, width)
    pair = (groups[0], groups[1]) if groups else None
    made = make_comparison(settings, Request(**asked), pair, _access(settings, store, asked["source"]))
    code = _tried(made)
    words = Words(style.language)
    emit(to_json(made, words, tables(made, words)).decode() if as_json else render_comparison(made, style))
    return code


@click.command(cls=Command, epilog="Example: screener stock 000660")
@click.argument("ticker")
@studied
@stored
@common
@looks
def stock(
    config_directory: Path | None,
    palette: str | None,
    ascii_only: bool,
    width: int | None,
    store: str | None,
    ticker: str,
    **asked: Any,
) -> int:
    """Everything about one stock around the event, by its code or name."""
    settings = settings_of(config_directory)
    from screener.app.report import Request
    from screener.app.stock import make_card
    from screener.report.card import render_card

    card = make_card(settings, Request(**asked), ticker, _access(settings, store, asked["source"]))
    code = _tried(card.report)
    emit(render_card(card.report, card.ticker, card.flows, style_of(settings, palette, ascii_only, width)))
    return code


@click.command(cls=Command, epilog=CLAIMS_EPILOG)
@studied
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@stored
@common
@looks
def claims(
    config_directory: Path | None,
    palette: str | None,
    ascii_only: bool,
    width: int | None,
    as_json: bool,
    store: str | None,
    **asked: Any,
) -> int:
    """What was claimed about an event, each claim checked against prices; files nothing."""
    settings = settings_of(config_directory)
    from screener.app.report import Request, make_report
    from screener.report.claims_page import render_claims
    from screener.report.document import to_json
    from screener.report.tables import tables
    from screener.words import Words

    style = style_of(settings, palette, ascii_only, width)
    words = Words(style.language)
    made = make_report(settings, Request(**asked), _access(settings, store, asked["source"]))
    code = _tried(made)
    its_table = [table for table in tables(made, words) if table.name == "claims"]
    emit(to_json(made, words, its_table).decode() if as_json else render_claims(made, style))
    return code


def _access(settings: Settings, store: str | None, source: str) -> Callable[[], Access]:
    """Opens the store and the ways to the exchange once they are needed; `auto` can do without the exchange."""
    return lambda: access_to(settings, store, hurried=source == "auto", watched=True)


def _tried(made: Report) -> int:
    """Say which sources could not serve, and hand on the exit code."""
    for one in made.provenance.tried:
        note(f"{one.source} could not serve: {one.why}")
    return max((one.code for one in made.provenance.tried), default=ExitCode.DONE)


@click.command(cls=Command, epilog="Example: screener demo --seed 7")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Which simulated market.")
@common
@looks
def demo(config_directory: Path | None, seed: int, **look: Any) -> int:
    """Tour of a simulated market: planted effects beside what the study finds of them."""
    settings = settings_of(config_directory)
    from screener.demo import make_demo
    from screener.report.terminal import render

    emit(render(make_demo(settings, seed), style_of(settings, **look)))
    return ExitCode.DONE
