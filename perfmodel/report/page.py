"""The report as Markdown and as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from perfmodel.report import drawing
from perfmodel.report.drawing import Chart
from perfmodel.report.figures import Report
from perfmodel.report.sections import INTRODUCTION, TITLE, Table, chapters

_STYLE = """
:root { color-scheme: light dark; --paper: #6b7280; --here: #0b6e99; --unseen: #c2620a; --line: #8885; }
@media (prefers-color-scheme: dark) { :root { --paper: #9aa3b0; --here: #4fb3dd; --unseen: #f0a35e; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 84rem; margin: 2rem auto; padding: 0 1rem; }
p, li { max-width: 46rem; } h2 { margin-top: 3rem; } h3 { margin: 2rem 0 .3rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1rem 2rem; }
figure { margin: 0; max-width: 34rem; } figcaption { font-weight: 600; } svg { width: 100%; display: block; }
svg text { fill: currentColor; font-size: 12px; } svg .tick { text-anchor: middle; opacity: .7; font-size: 11px; }
svg .value { font-size: 11.5px; } .mark { fill: var(--mark); } .grid { stroke: var(--line); }
.tables { display: flex; flex-wrap: wrap; gap: 0 3rem; } .wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; white-space: nowrap; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .8rem 0 .2rem; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
th.words, td.words { text-align: left; } .note { opacity: .8; }
"""


def markdown(report: Report) -> str:
    """The report as Markdown, with the charts in characters."""
    parts = [f"# {TITLE}", INTRODUCTION]
    for heading, sections in chapters(report):
        parts.append(f"## {heading}")
        for section in sections:
            parts += [f"### {section.title}", section.note]
            parts += [f"**{chart.title}**\n\n```text\n{drawing.text(chart)}\n```" for chart in section.charts]
            parts += [_markdown_table(table) for table in section.tables]
            parts += ["\n".join(f"- {text}" for text in section.texts)] if section.texts else []
    return "\n\n".join(part for part in parts if part) + "\n"


def html(report: Report) -> str:
    """The same as a page, with the charts drawn."""
    body = [f"<h1>{escape(TITLE)}</h1><p>{escape(INTRODUCTION)}</p>"]
    for heading, sections in chapters(report):
        body.append(f"<h2>{escape(heading)}</h2>")
        for section in sections:
            body.append(f"<h3>{escape(section.title)}</h3><p class='note'>{escape(section.note)}</p>")
            body.append(f"<div class='charts'>{''.join(map(_figure, section.charts))}</div>")
            body.append(f"<div class='tables'>{''.join(map(_html_table, section.tables))}</div>")
            body.append(f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in section.texts)}</ul>")
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><style>{_STYLE}</style>"
    page = f"<head>{head}<title>Sparkcast report</title></head><body>{''.join(body)}</body>"
    return f"<!doctype html><html lang='en'>{page}</html>"


def _figure(chart: Chart) -> str:
    return f"<figure><figcaption>{escape(chart.title)}</figcaption>{drawing.svg(chart)}</figure>"


def _markdown_table(table: Table) -> str:
    lines = [_line(table.head), _line(["---"] * len(table.head)), *map(_line, table.rows)]
    return f"**{table.title}**\n\n" + "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _html_table(table: Table) -> str:
    kinds = [" class='words'" if head in table.words else "" for head in table.head]

    def row(tag: str, cells: Sequence[str]) -> str:
        inner = "".join(f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
        return f"<tr>{inner}</tr>"

    body = "".join(row("td", cells) for cells in table.rows)
    caption = f"<caption>{escape(table.title)}</caption>"
    return f"<div class='wide'><table>{caption}{row('th', table.head)}{body}</table></div>"
