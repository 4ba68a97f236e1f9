"""Words of the workbook: names of sheets, titles of charts, and the heads of its data dictionary."""

from __future__ import annotations

WORKBOOK: dict[str, tuple[str, str]] = {
    "sheet_summary": ("요약", "Summary"),
    "sheet_figures": ("그래프 자료", "Chart figures"),
    "sheet_columns": ("열 설명", "Columns"),
    "drawn_caar_ew": ("업종별 누적 평균초과수익률(CAAR), {window}", "Abnormal return (CAAR) by sector, {window}"),
    "drawn_mean_return_ew": ("업종별 평균 등락률, {window}", "Mean return by sector, {window}"),
    "drawn_paths": (
        "업종별 누적 평균초과수익률(CAAR), 기준일 = 0",
        "Cumulative abnormal return (CAAR) by sector, base = 0",
    ),
    "drawn_sessions": ("사건일부터의 거래일", "Sessions from the event day"),
    "explained_sheet": ("시트", "Sheet"),
    "explained_column": ("열", "Column"),
    "explained_unit": ("단위", "Unit"),
    "explained_meaning": ("뜻", "Meaning"),
    "explained_empty": ("비어 있는 경우", "Empty when"),
}
