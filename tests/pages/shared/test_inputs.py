"""A slider and the field beside it, in the hands of somebody who is faster than the server."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    from pages.ui.shared.inputs import number

    number("Executors", 1, 6, 3, key="executors", help="")


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(script, default_timeout=60).run()


def shown(app: AppTest) -> tuple[int, int | float | None]:
    return app.slider[0].value, app.number_input[0].value


def test_the_field_follows_the_slider_and_the_slider_the_field(app: AppTest) -> None:
    assert shown(app) == (3, 3)
    app.slider[0].set_value(2).run()
    assert shown(app) == (2, 2)
    app.number_input[0].set_value(5).run()
    assert shown(app) == (5, 5)
    app.slider[0].set_value(3).run()
    assert shown(app) == (3, 3)


@pytest.mark.parametrize("last", [1, 2])
def test_a_field_that_still_shows_the_old_number_does_not_undo_the_slider(app: AppTest, last: int) -> None:
    # Between two presses of a key nothing has come back: the browser sends the field as it was before the first.
    before = app._tree
    app.slider[0].set_value(2).run()
    app._tree = before
    app.number_input[0].set_value(3)
    app.slider[0].set_value(last).run()
    assert shown(app) == (last, last)


def test_who_types_keeps_the_field(app: AppTest) -> None:
    field = app.number_input[0].id
    app.number_input[0].set_value(5).run()
    app.number_input[0].set_value(4).run()
    assert app.number_input[0].id == field


def limits() -> None:
    import pandas as pd
    import streamlit as st

    from pages.ui.shared.inputs import space

    size, memory = {"small": (2, 1.0), "large": (20, 64.0)}[st.session_state["cluster"]]
    runs = {"num_executors": size, "executor_cores": size, "executor_memory_gb": memory}
    st.session_state["found"] = space(
        pd.DataFrame([{"application": "cnn", "cluster": st.session_state["cluster"], **runs}])
    )


def test_another_pairs_limits_are_its_own() -> None:
    app = AppTest.from_function(limits, default_timeout=60)
    app.session_state["cluster"] = "small"
    app.run()
    app.number_input[0].set_value(3).run()
    assert app.session_state["found"].executors == range(1, 4)
    app.session_state["cluster"] = "large"
    app.run()
    found = app.session_state["found"]
    assert (found.executors, found.cores, found.memory_gb) == (range(1, 41), range(1, 21), [64.0])
