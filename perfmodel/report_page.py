"""The report as Markdown and as one HTML file that needs nothing else, with bars drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from store.durations import duration

Row = dict[str, Any]

_HEAD = ("scenario", "published", "paper's protocol", "never seen", "t1 published", "t1", "t2 published", "t2", "T")
_BARS = (("paper_protocol_pct", "var(--one)"), ("never_seen_pct", "var(--two)"))
_STYLE = """
:root { color-scheme: light dark; --one: #0b6e99; --two: #d9730d; }
@media (prefers-color-scheme: dark) { :root { --one: #4fb3dd; --two: #f0a35e; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; white-space: nowrap; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #8886; text-align: right; }
th:first-child, td:first-child { text-align: left; } svg text { fill: currentColor; font-size: 12px; }
"""


def markdown(rows: Sequence[Row], texts: dict[tuple[str, str], list[str]]) -> str:
    """The report as Markdown: a table and its explanations for each application and cluster."""
    parts = ["# Scenarios: published beside reproduced"]
    for pair, chosen in _by_pair(rows).items():
        lines = [_line(_HEAD), _line(["---"] * len(_HEAD)), *(_line(_cells(row)) for row in chosen)]
        notes = [f"- {text}" for text in [*texts[pair], *_refusals(chosen)]]
        parts += [f"## {pair[0]} on {pair[1]}", "\n".join(lines), "\n".join(notes)]
    return "\n\n".join(parts) + "\n"


def html(rows: Sequence[Row], texts: dict[tuple[str, str], list[str]]) -> str:
    """The same as a page, with the accuracies as bars."""
    body = ["<h1>Scenarios: published beside reproduced</h1>"]
    for pair, chosen in _by_pair(rows).items():
        body += [f"<h2>{escape(pair[0])} on {escape(pair[1])}</h2>", _bars(chosen), _table(chosen)]
        body += [f"<p>{escape(text)}</p>" for text in [*texts[pair], *_refusals(chosen)]]
    head = f"<meta charset=utf-8><meta name=viewport content='width=device-width'><style>{_STYLE}</style>"
    page = f"<head>{head}<title>Sparkcast report</title></head><body>{''.join(body)}</body>"
    return f"<!doctype html><html lang=en>{page}</html>"


def _by_pair(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        pairs.setdefault((row["application"], row["cluster"]), []).append(row)
    return pairs


def _refusals(rows: Sequence[Row]) -> list[str]:
    return [f"Scenario {row['scenario']} was not fitted: {row['refused']}" for row in rows if row["refused"]]


def _cells(row: Row) -> list[str]:
    percents = [_percent(row[name]) for name in ("paper_protocol_pct", "never_seen_pct")]
    times = [_time(row[name]) for name in ("published_t1_s", "t1_s", "published_t2_s", "t2_s", "T_s")]
    return [row["scenario"], row["published_pct"], *percents, *times]


def _percent(value: float | None) -> str:
    return "" if value is None else f"{max(value, 0):.1f} %"


def _time(value: float | None) -> str:
    return "" if value is None else duration(value)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _table(rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in _HEAD)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(row)) + "</tr>" for row in rows)
    return f"<div class=wide><table><tr>{head}</tr>{body}</table></div>"


def _bars(rows: Sequence[Row]) -> str:
    """Two bars a scenario: by the paper's protocol, and on configurations never seen."""
    drawn = []
    for i, row in enumerate(rows):
        top = 34 * i + 24
        drawn.append(f"<text x=0 y={top + 16}>{escape(row['scenario'])}</text>")
        for j, (name, color) in enumerate(_BARS):
            value = max(row[name] or 0.0, 0.0)
            drawn.append(f"<rect x=80 y={top + 12 * j} width={4 * value:.1f} height=10 fill='{color}'/>")
            drawn.append(f"<text x={86 + 4 * value:.1f} y={top + 12 * j + 9}>{_percent(row[name])}</text>")
    legend = (
        "<rect x=80 y=4 width=10 height=10 fill='var(--one)'/><text x=94 y=13>paper's protocol</text>"
        "<rect x=220 y=4 width=10 height=10 fill='var(--two)'/><text x=234 y=13>never seen</text>"
    )
    height = 34 * len(rows) + 30
    return (
        f"<svg viewBox='0 0 560 {height}' width=100% role=img aria-label='Accuracy of each scenario'>"
        f"{legend}{''.join(drawn)}</svg>"
    )
