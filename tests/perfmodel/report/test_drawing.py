from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from perfmodel.report.drawing import Axis, Chart, Lane, Mark, svg, text

PERCENT = Axis(0, 100, ((0, "0"), (100, "100 %")))
LOG = Axis(1, 10_000, ((100, "100 s"),), is_log=True)


def chart(axis, *lanes):
    return Chart("a <title>", axis, [("<one>", lanes)])


@pytest.mark.parametrize(
    ("axis", "value", "share"),
    [(PERCENT, 25, 0.25), (PERCENT, -3, 0), (PERCENT, 130, 1), (LOG, 100, 0.5), (LOG, 0.1, 0), (LOG, 1e9, 1)],
)
def test_where_a_value_lies(axis, value, share):
    assert axis.share(value) == pytest.approx(share)


def test_a_bar_is_as_long_as_its_value():
    root = ET.fromstring(svg(chart(PERCENT, Lane("half", "here", (Mark(50),)), Lane("all", "here", (Mark(100),)))))
    half, full = (float(bar.get("width")) for bar in root.iter("rect"))
    assert full == pytest.approx(2 * half)


def test_each_mark_has_a_shape_and_each_name_is_escaped():
    drawn = svg(chart(LOG, Lane("a & b", "here", (Mark(10, "circle"), Mark(100, "diamond"), Mark(1000, "tick")))))
    root = ET.fromstring(drawn)
    assert [len(list(root.iter(tag))) for tag in ("circle", "path", "rect")] == [1, 1, 1]
    assert {element.text for element in root.iter("text")} == {"<one>", "a & b", "100 s"}
    assert root.get("aria-label") == "a <title>"


def test_in_characters_a_bar_ends_at_its_value_and_points_are_letters():
    bars = text(chart(PERCENT, Lane("half", "here", (Mark(50),)), Lane("none", "here", (Mark(0),))))
    assert [line.count("█") for line in bars.splitlines()] == [20, 0]
    assert re.match(r"<one> █+ +half\n {6}", bars)
    points = text(chart(LOG, Lane("x", "here", (Mark(10_000, "tick"), Mark(100, "diamond")))))
    assert points.index("|") - points.index("d") == 20
