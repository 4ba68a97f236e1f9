"""LaTeX tables: they are well formed, whatever the data say, and hold the figures of the study."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from screener.i18n import LANGUAGES, Language
from screener.report.formats.latex import escaped, to_latex
from tests.i18n import speaking
from tests.pooled.handmade import handmade, ungrouped

_NASTY = r"a_b & 50% of $x^2 {y} #1 ~ \end{table} [0] * <|>"


def rows(text: str) -> list[str]:
    """The lines of the tabular that end a row."""
    body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    return [line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r"\\")]


def cells(row: str) -> int:
    spanned = sum(int(width) - 1 for width in re.findall(r"\\multicolumn\{(\d+)\}", row))
    return len(re.findall(r"(?<!\\)&", row)) + 1 + spanned


def assert_well_formed(text: str) -> None:
    depth = 0
    for char in re.sub(r"\\[\\{}%&#$_]", "", text):
        depth += (char == "{") - (char == "}")
        assert depth >= 0
    assert depth == 0
    stack = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack
    columns = re.search(r"\\begin\{tabular\}\{([lr]+)\}", text)
    assert columns
    for row in rows(text):
        assert cells(row) == len(columns[1])
        # The end of the row above, or a rule, would take either for its argument.
        assert not row.lstrip().startswith(("[", "*"))
    unescaped = re.sub(r"\\.", "", "\n".join(rows(text)).replace("$R^2$", ""))
    assert not re.search(r"[%#_^~]", unescaped)
    assert len(re.findall(r"\$", unescaped)) % 2 == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_well_formed(language: Language) -> None:
    with speaking(language):
        files = to_latex(handmade())
        assert list(files) == ["pooled.tex", "groups.tex", "regression.tex"]
        for content in files.values():
            assert_well_formed(content.decode())
        assert list(to_latex(ungrouped())) == ["pooled.tex"]


def test_text_of_the_data_cannot_break_them() -> None:
    report = handmade()
    frames = replace(
        report.frames,
        pooled=report.frames.pooled.replace({"split": _NASTY, "issue": "[x]*"}),
        regression=report.frames.regression.replace({"ratio_%": _NASTY}),
    )
    made = to_latex(replace(report, name=_NASTY, benchmark=_NASTY, groups=("all", _NASTY, "[x]*"), frames=frames))
    for content in made.values():
        assert_well_formed(content.decode())
    assert r"\label{tab:a-b-50-of-x-2-y-1-end-table-0-pooled}" in made["pooled.tex"].decode()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("R&D_50%", r"R\&D\_50\%"),
        ("\\", r"\textbackslash{}"),
        ("[0,+5]", "{[}0,+5{]}"),
        ("삼성전자", "삼성전자"),
        ("a\nb\x1b", "ab"),
    ],
)
def test_escaping(text: str, latex: str) -> None:
    assert escaped(text) == latex


def test_figures_are_those_of_the_study() -> None:
    made = {name: content.decode() for name, content in to_latex(handmade()).items()}
    # CAARs 1.145% and 1.7175%; below them the intervals of 0.8 and 1.2 around them.
    assert r"CAAR \% & +1.15 & +1.72 \\" in made["pooled.tex"]
    assert r" & {[+0.34, +1.95]} & {[+0.52, +2.92]} \\" in made["pooled.tex"]
    assert r"Shifts & +2.60 & +2.60 \\" + "\n" + r" & {[.008]} & {[.008]} \\" in made["pooled.tex"]
    assert r"issue & 8 & 5 & $-$1.79 & $-$2.60 & $-$2.34 & $-$2.08 \\" in made["groups.tex"]
    assert r"ratio\_\% & 0.000420 & 0.000420 \\" + "\n" + r" & {[.182]} & {[.182]} \\" in made["regression.tex"]
    independent = made["pooled.tex"].partition("Tests that assume independence")[2]
    assert "BMP & +3.38" in independent
    assert "Cross-section" in independent
    for text in made.values():
        assert "*" not in text
        assert "market model, 120 sessions ending 10 before the event" in text
