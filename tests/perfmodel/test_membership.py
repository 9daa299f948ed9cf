"""Which rows are among known ones."""

from __future__ import annotations

import numpy as np
import pytest

from perfmodel.membership import are_among


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_it_finds_what_a_set_of_rows_finds(columns):
    generator = np.random.default_rng(columns)
    known = generator.integers(0, 6, (12, columns)).astype(float)
    rows = generator.integers(-1, 8, (400, columns)) + generator.choice([0.0, 0.5], (400, columns), p=[0.9, 0.1])
    wanted = {tuple(row) for row in known}
    found = are_among(rows.T, known.T)
    assert found.tolist() == [tuple(row) in wanted for row in rows]
    assert found.any()
    assert not found.all()


def test_an_unknown_value_is_like_nothing():
    assert are_among([[1.0, np.nan], [2.0, 2.0]], [[1.0], [2.0]]).tolist() == [True, False]
