"""A slider and the field beside it, in the hands of somebody who is faster than the server."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from pages.ui.shared.inputs import number

    number("Executors", 1, st.session_state.get("most", 6), 3, key="executors", help="")


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


def test_a_field_that_began_above_new_limits_is_another_one(app: AppTest) -> None:
    app.slider[0].set_value(6).run()
    app.number_input[0].set_value(3).run()
    app.session_state["most"] = 4
    app.run()
    assert not app.exception
    assert shown(app) == (3, 3)


def limits() -> None:
    import pandas as pd
    import streamlit as st

    from pages.ui.shared.inputs import space

    size, memory = {"small": (2, 1.0), "large": (20, 64.0), "vast": (6_000, 4.0)}[st.session_state["cluster"]]
    runs = {"num_executors": size, "executor_cores": min(size, 1_024), "executor_memory_gb": memory}
    st.session_state["found"] = space(
        pd.DataFrame([{"application": "cnn", "cluster": st.session_state["cluster"], **runs}])
    )


def test_limits_come_from_the_address_and_reach_beyond_many_executors() -> None:
    app = AppTest.from_function(limits, default_timeout=60)
    app.session_state["cluster"] = "vast"
    app.query_params["most_cores_cnn@vast"] = "3"
    app.query_params["memory_choices_cnn@vast"] = ["2.0", "4.0"]
    app.query_params["python_memory"] = "1.5"
    app.run()
    assert not app.exception
    found = app.session_state["found"]
    assert (found.executors, found.cores, found.memory_gb) == (range(1, 12_001), range(1, 4), [2.0, 4.0])
    assert found.python_gb_per_core == 1.5


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


def sizes() -> None:
    import pandas as pd
    import streamlit as st

    from pages.ui.shared.inputs import configuration

    run = {"num_executors": 2, "executor_cores": 2, "executor_memory_gb": 0.5, "images_per_partition": None}
    st.session_state["found"] = configuration(pd.DataFrame([run | {"dataset_images": 1000, "settings": {}}]))


def test_memory_below_one_gib_can_be_chosen_and_typed() -> None:
    app = AppTest.from_function(sizes, default_timeout=60).run()
    assert not app.exception
    assert (app.slider(key="memory").min, app.slider(key="memory").value) == (0.5, 0.5)
    assert [one.value for one in app.number_input if one.label == "Memory an executor (GiB), typed"] == [0.5]
    app.run()
    assert app.session_state["found"]["executor_memory_gb"] == 0.5


def test_more_than_the_data_set_is_said_also_of_a_number_of_images() -> None:
    app = AppTest.from_function(sizes, default_timeout=60)
    app.session_state["size_by"], app.session_state["images"] = "Images", 3000
    app.run()
    assert app.session_state["found"]["sampling_rate_pct"] == 300
    assert any("Beyond the data set: 3 times as many images" in one.value for one in app.caption)
