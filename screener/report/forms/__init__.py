"""The tables of a report before they have rows, each column with its unit, its meaning and when it is empty."""

from __future__ import annotations

from screener.report.columns import Form
from screener.report.forms.claims import CLAIMS
from screener.report.forms.groups import PLACEBOS, SECTORS, SPREADS
from screener.report.forms.series import LEVELS, PATHS, PLANTED, TREND
from screener.report.forms.stocks import STOCKS

FORMS: tuple[Form, ...] = (STOCKS, SECTORS, SPREADS, PLACEBOS, PATHS, TREND, LEVELS, PLANTED, CLAIMS)
"""In the order in which a report has them."""
