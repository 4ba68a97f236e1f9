"""All rows of the table."""

from tests.outside import answers, files
from tests.outside.case import CASES

__all__ = ["CASES", "answers", "files"]
