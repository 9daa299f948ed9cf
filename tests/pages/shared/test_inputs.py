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
