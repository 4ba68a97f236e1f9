"""docs/commands.md, made from the code (`make reference`): commands, and the options they share."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import click

from screener.cli.app import commands
from tests.conftest import ROOT

COMMANDS = ROOT / "docs/commands.md"
SHARED = 4
"""Commands that have an option for it to be told once, at the end."""
_PLACE = re.compile(r"(?<=<!-- reference -->\n).*?(?=<!-- end of reference -->)", re.DOTALL)
_WIDTH = 96

Record = tuple[str, str]


def reference() -> str:
    """Markdown: what each command is for, its own options and the names of the others, and then these."""
    listed = list(_commands(commands, "screener"))
    count = Counter(record for _, command in listed for record in _options(command))
    shared = [record for record in count if count[record] >= SHARED]
    pages = [f"```text\n{_page(name, command, shared)}```\n" for name, command in listed]
    formatter = click.HelpFormatter(width=_WIDTH)
    formatter.write_dl(sorted(shared), col_max=40)
    return "\n" + "\n".join([*pages, f"Options that these share:\n\n```text\n{formatter.getvalue()}```\n"]) + "\n"


def _page(name: str, command: click.Command, shared: Sequence[Record]) -> str:
    formatter = click.HelpFormatter(width=_WIDTH)
    arguments = [one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)]
    formatter.write_usage(name, " ".join(["[OPTIONS]", *arguments]), prefix="")
    options = list(_options(command))
    own = [record for record in options if record not in shared]
    with formatter.indentation():
        formatter.write_text(inspect.cleandoc(command.help or ""))
        if own:
            formatter.write_paragraph()
            formatter.write_dl(own, col_max=40)
        if others := [_name(record) for record in options if record in shared]:
            formatter.write_paragraph()
            formatter.write_text(f"and {', '.join(others)}")
        formatter.write_paragraph()
        formatter.write_text(inspect.cleandoc(command.epilog or ""))
    return formatter.getvalue()


def _name(record: Record) -> str:
    return record[0].split()[0].rstrip(",")


def _options(command: click.Command) -> Iterator[Record]:
    context = click.Context(command)
    for one in command.params:
        if isinstance(one, click.Option) and (record := one.get_help_record(context)):
            yield record


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def with_reference(page: str) -> str:
    """The page with the reference of the code as it is."""
    return _PLACE.sub(lambda _: reference(), page)


if __name__ == "__main__":
    COMMANDS.write_text(with_reference(COMMANDS.read_text(encoding="utf-8")), encoding="utf-8")
