"""What can happen to a text on its way: bytes that flip, lines that go or come twice, words that become others."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = [
    "", "0", "-1", "1e309", "nan", "inf", "-inf", "NaN", "null", "true", "[]", "{}", "-", "1,234", "0x10", "999999999999999999999",
    "0.0000001", "２０", "=1+1", "\x1b[31m", "\x00", "\ufeff", "../../etc", "'", '"', "\\", "2025-02-30", "0001-01-01", "20250131",
    "가", "🙂", "a" * 300, "\ud800", "\\ud800", "[" * 5000, '{"a":' * 5000, "9" * 5000, "a." * 5000, "a" * 200_000,
]  # fmt: skip
"""Words that have broken programs."""
LETTERS = "0123456789.,-+eE|\\/'\"[]{}()=<>&;:#% \t\r\n\x00\x7f\x1b\u200e\u2028가우뷁Aaz_"
"""Letters that have."""


@st.composite
def mutated(draw: st.DrawFn, text: str, most: int = 3) -> str:
    """`text` after one to `most` mishaps."""
    for _ in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(["word", "cut", "twice", "gone", "swap", "insert", "end"]))
        lines = text.split("\n")
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        if kind == "word":
            place = draw(st.integers(0, max(len(text) - 1, 0)))
            end = min(place + draw(st.integers(1, 12)), len(text))
            text = text[:place] + draw(st.sampled_from(WORDS)) + text[end:]
        elif kind == "insert":
            place = draw(st.integers(0, len(text)))
            text = text[:place] + draw(st.text(LETTERS, max_size=8)) + text[place:]
        elif kind == "end":
            text = text[: draw(st.integers(0, len(text)))]
        elif kind == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            text = "\n".join(lines)
        elif kind == "twice":
            text = "\n".join([*lines[: at + 1], *lines[at:]])
        elif kind == "gone":
            text = "\n".join([*lines[:at], *lines[at + 1 :]])
        else:
            other = draw(st.integers(0, max(len(lines) - 1, 0)))
            lines[at], lines[other] = lines[other], lines[at]
            text = "\n".join(lines)
    return text
