from __future__ import annotations

import numpy as np
import pytest

from pages.ui.explore.heatmap import MOST, heat_data, heat_figure, heat_text
from pages.ui.shared.formats import money_text, time_text
from perfmodel import catalog
from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.answers.prediction import answer, question
from store import open_store


@pytest.fixture(scope="module")
def paper(demo_home):
    store = open_store(demo_home)
    models = {name: one.model for name, one in catalog.champions(store, "resnet50", "paper-2020").items()}
    return models, catalog.usable_runs(store, "resnet50", "paper-2020")


def heat_of(paper, scenario="5", rate=100.0):
    models, runs = paper
    chosen = question(3, 8, 8, rate).iloc[0]
    return heat_data(models[scenario], runs, chosen, range(1, 5), range(1, 10), EXAMPLE_PRICE)


def test_each_cell_is_the_models_answer(paper):
    heat = heat_of(paper)
    asked = answer(paper[0]["5"], question(2, 7, 8, 100), EXAMPLE_PRICE).iloc[0]
    assert heat.seconds.shape == heat.costs.shape == (9, 4)
    assert heat.seconds[6, 1] == pytest.approx(asked["predicted_s"])
    assert heat.costs[6, 1] == pytest.approx(asked["cost"])
    assert heat.profiled == (1, 3, 2, 8)
    assert heat.chosen == (3, 8)


def test_the_figure_has_times_iso_cost_lines_the_profiled_frame_and_the_choice(paper):
    figure = heat_figure(heat_of(paper))
    assert [trace.type for trace in figure.data] == ["heatmap", "contour", "scatter"]
    assert figure.data[1].contours.showlabels
    assert (figure.data[2].x[0], figure.data[2].y[0]) == (3, 8)
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.5, 3.5, 1.5, 8.5)
    heat = heat_of(paper)
    assert figure.data[0].text[7][2] == f"{time_text(heat.seconds[7, 2])}, {money_text(heat.costs[7, 2], 'USD')}"


def test_the_text_says_the_corners_and_the_choice(paper):
    heat = heat_of(paper)
    text = heat_text(heat)
    assert text.startswith("Time by executors and cores, with lines of equal cost: from ")
    assert text.endswith(
        f"your choice: {time_text(heat.seconds[7, 2])} at {money_text(heat.costs[7, 2], 'USD')} with 3 executors of 8 "
        "cores."
    )


def test_a_large_grid_is_thinned_and_keeps_its_ends_and_the_choice(paper):
    models, runs = paper
    chosen = question(777, 8, 8, 100).iloc[0]
    heat = heat_data(models["5"], runs, chosen, range(1, 2001), range(1, 10), EXAMPLE_PRICE)
    assert heat.seconds.shape == (9, MOST + 1)
    assert (heat.executors[0], heat.executors[-1]) == (1, 2000)
    assert 777 in heat.executors
    assert "with 777 executors of 8 cores" in heat_text(heat)
    assert heat_figure(heat).layout.xaxis.dtick == 200


def test_without_an_answer_it_says_so_and_draws_no_lines(paper):
    heat = heat_of(paper, "baseline", rate=10.0)
    assert np.isnan(heat.seconds).all()
    assert heat_text(heat).endswith("no answer for any of them.")
    assert [trace.type for trace in heat_figure(heat).data] == ["heatmap", "scatter"]
