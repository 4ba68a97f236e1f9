"""Compiles the catalogue of click's words: `python -m tests.words > messages.mo`."""

from __future__ import annotations

import sys

from tests.words.compiled import compiled

sys.stdout.buffer.write(compiled())
