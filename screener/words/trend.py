"""Words of the trend, its table and its chart, in Korean and English."""

from __future__ import annotations

TREND: dict[str, tuple[str, str]] = {
    "trend": (
        "보고서별 추이: 사건일부터 각 보고서의 거래일까지",
        "Report by report: over all days from the event to the session of each report",
    ),
    "trend_score": ("점수", "Score"),
    "trend_caar": ("CAAR %", "CAAR %"),
    "trend_q": ("q", "q"),
    "trend_note": (
        "열 하나가 그 거래일의 보고서입니다. 보고서 {n}개, {first}~{last}. 모든 거래일의 값은 trend.csv에 있습니다.",
        "A column is the report of that session; {n} reports, {first} to {last}. trend.csv has every session.",
    ),
    "trend_missing": ("보고서가 없는 거래일: {days}", "Sessions without a report: {days}"),
    "chart_trend_title": (
        "{day} 점수: {best} {best_value}, {worst} {worst_value}",
        "On {day}, {best} scored {best_value} and {worst} {worst_value}",
    ),
    "chart_trend_title_1": ("{day} 점수: {best} {best_value}", "On {day}, {best} scored {best_value}"),
    "chart_trend_measure": (
        "사건일부터 각 보고서의 거래일까지를 잰 점수와 누적 평균초과수익률(CAAR)",
        "Score, and cumulative average abnormal return (CAAR), over all days from the event to each report",
    ),
    "chart_trend_note": (
        "채운 점: q가 0.10 이하. 빈 점: 그보다 큼. 점 사이에 선이 없으면 그사이 거래일에 보고서가 없습니다.",
        "Filled dots: q of .10 or less. Hollow: more. Where no line joins two dots, sessions between them have no "
        "report.",
    ),
    "chart_trend_told": ("{name} 점수 {score}, CAAR {caar}%, q {q}", "{name} scored {score}, CAAR {caar}%, q {q}"),
    "chart_trend_alt": (
        "보고서 {n}개({first}~{last})의 점수와 누적 초과수익률 선 그래프. 마지막 값: {sectors}.",
        "Line charts of score and abnormal return in {n} reports, {first} to {last}. At the end: {sectors}.",
    ),
}
