"""The picture for chats: its pixels, read again by Pillow, and the texts of the SVG that it is drawn from."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from importlib.metadata import distribution
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image, ImageFont

from screener.errors import ExitCode, UsageError
from screener.report.formats import files_of
from screener.report.formats.png import _FONTS, to_png, to_svg
from screener.report.model import Report, short_banner
from screener.report.screens import Screen
from tests.i18n import speaking

WIDTH, MARGIN = 608, 24
"""Of the card, in the units of its SVG."""
NAMESPACE = "{http://www.w3.org/2000/svg}"


def fixed(text: str) -> float:
    """A font in which each letter is half as wide as high."""
    return 0.5 * len(text)


def card_of(screen: Any, palette: str = "kr") -> ET.Element:
    return ET.fromstring(to_svg(screen, palette, fixed))  # noqa: S314 - our own


def texts_of(card: ET.Element) -> str:
    """All that the picture says, with the lines of a text joined."""
    return " ".join(text.text or "" for text in card.iter(f"{NAMESPACE}text"))


def pixels_of(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image.convert("RGB")


def test_every_screen_is_a_picture_of_one_width(screen: Screen) -> None:
    content = to_png(screen, "kr")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")  # the signature, PNG (third edition), 5.2
    image = pixels_of(content)
    assert image.width == 1080
    assert 0.3 < image.height / image.width < 3
    assert content == to_png(screen, "kr")


def test_nothing_is_cut_off(screen: Screen) -> None:
    """The outermost pixels are paper, or the ground of the warning at the top: no letter and no line reaches them."""
    image = pixels_of(to_png(screen, "kr"))
    paper, ink = (255, 255, 255), (0x16, 0x19, 0x1D)
    for x in (0, 1, image.width - 2, image.width - 1):
        colours = {image.getpixel((x, y)) for y in range(image.height)}
        # Where its ground ends between two pixels, one of them is a mixture.
        assert len(colours - {paper, ink}) <= (1 if screen.page(full=True).banner else 0), x
    assert {image.getpixel((x, image.height - 1)) for x in range(image.width)} == {paper}


@pytest.mark.parametrize("kind", ["demo", "press"])
def test_the_warning_stands_at_the_top(request: pytest.FixtureRequest, kind: str) -> None:
    report: Report = request.getfixturevalue(kind)
    screen = Screen("report", report)
    card = card_of(screen)
    banner = screen.page(full=True).banner
    assert banner
    assert texts_of(card).startswith(banner)
    # Once: the note of the chart does not repeat it.
    short = short_banner(report.banner)
    assert short is not None
    assert short not in texts_of(card)
    assert pixels_of(to_png(screen, "kr")).getpixel((4, 4)) == (0x16, 0x19, 0x1D)


def test_a_study_of_real_prices_has_no_warning(study: Report) -> None:
    assert pixels_of(to_png(Screen("report", study), "kr")).getpixel((4, 4)) == (255, 255, 255)


def test_the_card_says_what_the_page_says(screen: Screen) -> None:
    said, page = texts_of(card_of(screen)), screen.page(full=True)
    assert "".join(page.title.split(" · ", 1)[0]) in said
    for verdict in page.verdicts:
        assert f"{verdict.said.text} {verdict.rest}".strip() in " ".join(said.split())
    for line in page.remarks:
        assert " ".join(line.without_advice.split()) in said
    [made] = re.findall(r"\S* ?\S* krx-impact-screener .*", said)
    assert screen.tables()[0].about["as_of"] in made


def test_colours_are_resolved_in_each_palette(study: Report) -> None:
    screen = Screen("report", study)
    for palette, up in (("kr", "#c5162e"), ("us", "#0f7541"), ("cb", "#a85000")):
        svg = to_svg(screen, palette, fixed)
        assert "var(" not in svg
        assert f".chart text.up,.chart .mark.up{{fill:{up}}}" in svg.replace("&gt;", ">")
    pixels = np.asarray(pixels_of(to_png(screen, "kr")))
    assert (pixels == (0xC5, 0x16, 0x2E)).all(axis=2).sum() > 500


def test_lines_fold_at_the_edge_of_the_card(study: Report) -> None:
    long = replace(study, event=replace(study.event, name=replace(study.event.name, en="many words " * 40)))
    with speaking("en"):
        card = card_of(Screen("report", long))
    lines = [text for text in card.findall(f"{NAMESPACE}text") if "many words" in (text.text or "")]
    assert len(lines) > 5
    for line in lines:
        assert fixed(line.text or "") * float(line.get("font-size", "")) <= WIDTH - 2 * MARGIN


def test_every_letter_has_a_glyph(screen: Screen) -> None:
    """What no font has is drawn as the same box as a code point that is no letter."""
    fonts = [ImageFont.truetype(str(distribution(library).locate_file(path)), 40) for library, path in _FONTS]
    for letter in set("".join(texts_of(card_of(screen)).split())):
        assert any(bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffd")) for font in fonts), letter


def test_text_of_others_stays_text(study: Report) -> None:
    named = replace(study, event=replace(study.event, name=replace(study.event.name, en="<b>AT&T</b>")))
    with speaking("en"):
        assert "<b>AT&T</b>" in texts_of(card_of(Screen("report", named)))


def test_the_file_is_named_after_the_screen(study: Report) -> None:
    assert list(files_of(Screen("report", study), "png", "kr")) == ["report.png"]


def test_missing_library_is_one_line(study: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with speaking("en"), pytest.raises(UsageError) as caught:
        to_png(Screen("report", study), "kr")
    assert caught.value.exit_code == ExitCode.USAGE
    assert str(caught.value) == "pictures need resvg_py: pip install '.[png]'"
