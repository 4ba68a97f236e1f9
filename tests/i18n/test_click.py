"""click's own words: whatever a user of this command line can meet has its Korean, and gettext finds it."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import click

from screener.words import LOCALE
from screener.words.click import CLICK
from tests.words.compiled import compiled

NEVER_MET = {
    "prompts and editors": {
        "Aborted!",
        "Error: {message}",
        "Error: invalid input",
        "Error: The two entered values do not match.",
        "Repeat for confirmation",
        "Do you want to continue?",
        "Confirm the action without prompting.",
        "Press any key to continue...",
        "Unknown color {colour!r}",
        "{editor}: Editing failed",
        "{editor}: Editing failed: {e}",
        "d",
    },
    "how click itself would end the process": {"Try '{command} {option}' for help."},
    "mistakes of whoever declares a command": {
        "Arguments take exactly one parameter declaration, got {length}: {decls}.",
        "Boolean option {decl!r} cannot use the same flag for true/false.",
        "Could not determine name for option with declarations {decls!r}",
        "Invalid start character for option ({option})",
        "Name '{name}' defined twice",
        "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
        "Did you mean to pass '--{name}'?",
        "Value must be an iterable.",
        "Missing parameter: {param_name}",
        "Choice({choices})",
    },
    "nothing is deprecated": {
        "deprecated",
        "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
        "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
    },
    "no option is of such a type, or has more than one value": {
        "Argument {name!r} takes {nargs} values.",
        "Missing parameter",
        "Missing {param_type}",
        "Takes {nargs} values but 1 was given.",
        "{len_type} values are required, but {len_value} was given.",
        "{value!r} does not match the format {format}.",
        "{value!r} is not a valid UUID.",
        "{value!r} is not a valid boolean. Recognized values: {states}",
        "(dynamic)",
    },
    "paths are checked by who opens them": {
        "file",
        "directory",
        "path",
        "Could not open file {filename!r}: {message}",
        "unknown error",
        "Unknown standard stream '{name}'",
        "{name} {filename!r} does not exist.",
        "{name} {filename!r} is a directory.",
        "{name} {filename!r} is a file.",
        "{name} {filename!r} is not executable.",
        "{name} {filename!r} is not readable.",
        "{name} {filename!r} is not writable.",
        "Windows error: {error}",
    },
    "written anew here": {"%(prog)s, version %(version)s", "Show the version and exit."},
    "an old Bash, told by the shell's script": {
        "Couldn't detect Bash version, shell completion is not supported.",
        "Shell completion is not supported for Bash versions older than 4.4.",
    },
}


def gettext_calls() -> list[tuple[str, ...]]:
    """What click asks gettext for: a text, or one for one thing and one for many."""
    folder = Path(click.__file__).parent
    return [
        tuple(one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
        for path in sorted(folder.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext")
    ]


def test_every_word_that_can_be_met_is_there() -> None:
    met = {texts[0] if len(texts) == 1 else texts[:2] for texts in gettext_calls() if texts}
    never = set.union(*NEVER_MET.values())
    unknown = {text for text in met if text not in CLICK and (text if isinstance(text, str) else text[0]) not in never}
    assert unknown == set()


def test_no_word_is_there_that_click_does_not_say() -> None:
    said = {texts[0] if len(texts) == 1 else texts[:2] for texts in gettext_calls() if texts}
    assert CLICK.keys() - said == {"required"}  # which it passes in a variable


def test_places_are_clicks() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for english, korean in CLICK.items():
        assert places(korean) <= places("".join(english)), english


def test_compiled_words_are_these() -> None:
    kept = (LOCALE / "ko" / "LC_MESSAGES" / "messages.mo").read_bytes()
    assert kept == compiled(), "make screener/words/locale/ko/LC_MESSAGES/messages.mo brings it up to date"
