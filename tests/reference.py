"""The reference at the end of the README: every command's page of help, made from the code (`make reference`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from screener.cli.group import commands
from tests.conftest import ROOT

README = ROOT / "README.md"
_PLACE = re.compile(r"(?<=<!-- reference -->\n).*?(?=<!-- end of reference -->)", re.DOTALL)
_WIDTH = 80


def reference() -> str:
    """Markdown: a heading and the help of each command."""
    pages = [f"### {name}\n\n```text\n{text}\n```\n" for name, text in _pages(commands, "screener")]
    return "\n" + "\n".join(pages) + "\n"


def _pages(group: click.Group, path: str) -> Iterator[tuple[str, str]]:
    for name, command in sorted(group.commands.items()):
        called = f"{path} {name}"
        context = click.Context(command, info_name=called, terminal_width=_WIDTH, max_content_width=_WIDTH)
        context.formatter_class = commands.context_class.formatter_class
        yield called, command.get_help(context)
        if isinstance(command, click.Group):
            yield from _pages(command, called)


def with_reference(readme: str) -> str:
    """The README with the reference of the code as it is."""
    return _PLACE.sub(lambda _: reference(), readme)


if __name__ == "__main__":
    README.write_text(with_reference(README.read_text(encoding="utf-8")), encoding="utf-8")
