"""What is saved of a chart and of a table; and that every chart and table of the pages can be saved."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go
import pytest

from pages.ui.shared.shown import figure_data
from pages.ui.shared.text import slug
from store.spreadsheet import typed_csv

PAGES = Path(__file__).parents[3] / "pages"


def test_the_points_of_a_chart_are_saved_with_their_names_and_units():
    figure = go.Figure()
    figure.add_scatter(x=[1, 2], y=[3.5, 2.5], name="Predicted", text=["4 h", "3 h"])
    figure.add_bar(x=[2], y=[9], base=[1], name="Run")
    figure.update_layout(xaxis_title="Executors", yaxis_title="Time (hours)")
    saved = figure_data(figure)
    assert list(saved) == ["series", "Executors", "Time (hours)", "text", "base"]
    assert saved.iloc[1, :4].tolist() == ["Predicted", 2, 2.5, "3 h"]
    assert saved["base"].tolist()[2] == 1
    assert saved["text"].isna().tolist() == [False, False, True]


def test_axes_of_one_name_and_of_none_stay_apart():
    figure = go.Figure().add_scatter(x=[1], y=[2])
    assert list(figure_data(figure)) == ["series", "x", "y"]
    figure.update_layout(xaxis_title="Time", yaxis_title="Time")
    assert list(figure_data(figure)) == ["series", "Time (x)", "Time (y)"]


def test_no_cell_becomes_a_formula():
    figure = go.Figure().add_bar(x=["=HYPERLINK(1)"], y=[1], name="@SUM(A1)")
    assert "'=HYPERLINK(1)" in typed_csv(figure_data(figure))
    assert "'@SUM(A1)" in typed_csv(figure_data(figure))


def test_what_a_legend_leaves_out_is_in_the_file():
    figure = go.Figure().add_scatter(y=[1], name="Interval", meta="Interval, lower bound")
    assert figure_data(figure)["series"].tolist() == ["Interval, lower bound"]


def test_names_of_files_are_plain():
    assert slug("effect of Share of the data set (%)") == "effect-of-share-of-the-data-set"
    assert slug("../../x") == "x"


@pytest.mark.parametrize(
    ("call", "elsewhere"),
    [
        (".plotly_chart(", set()),
        ("st.dataframe(", {"run_list.py", "version_detail.py"}),  # which save more than the page that is shown
        ("st.table(", set()),
        ("st.data_editor(", {"instances.py"}),
    ],
)
def test_charts_and_tables_are_drawn_where_they_can_be_saved(call, elsewhere):
    drawing = {path.name for path in PAGES.rglob("*.py") if call in path.read_text(encoding="utf-8")}
    assert drawing <= {"shown.py"} | elsewhere
