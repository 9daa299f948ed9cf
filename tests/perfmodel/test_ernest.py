from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfmodel.ernest import Ernest

# github.com/amplab/ernest @ 4a7359c, Apache-2.0: examples/rcv1-parsed.csv (cores, input fraction, seconds) and what
# examples/mllib_rcv1.md predicts from it for the full input (cores, seconds).
RCV1 = [
    (32, 0.125, 7.94516801834),
    (4, 0.015625, 4.72029209137),
    (4, 0.021382, 4.87661099434),
    (12, 0.050164, 6.71376490593),
    (12, 0.055921, 6.71519398689),
    (12, 0.061678, 6.6739718914),
    (16, 0.061678, 6.83566999435),
]
PUBLISHED = {
    4: 44.6515640166,
    8: 25.4777295249,
    12: 19.36348049,
    16: 16.4412832993,
    20: 14.7682298198,
    24: 13.7061636865,
    28: 12.9855393036,
}


def configurations(cores, rates, cores_an_executor=1):
    return pd.DataFrame(
        {
            "num_executors": np.asarray(cores) // cores_an_executor,
            "executor_cores": cores_an_executor,
            "sampling_rate_pct": 100 * np.asarray(rates, dtype=float),
        }
    )


@pytest.fixture(scope="module")
def rcv1():
    cores, fractions, seconds = zip(*RCV1, strict=True)
    return configurations(cores, fractions), seconds


def test_the_published_predictions(rcv1):
    model = Ernest().fit(*rcv1)
    predicted = model.predict(configurations(list(PUBLISHED), np.ones(7)))
    np.testing.assert_allclose(predicted, list(PUBLISHED.values()), rtol=0, atol=1e-6)


def test_a_machine_is_a_core_however_they_are_spread(rcv1):
    model = Ernest().fit(*rcv1)
    spread, together = configurations([16], [1.0]), configurations([16], [1.0], cores_an_executor=4)
    np.testing.assert_array_equal(model.predict(spread), model.predict(together))


def test_with_executors_as_machines_cores_do_not_count(rcv1):
    model = Ernest(machines="executors").fit(*rcv1)
    small, large = configurations([4], [1.0]), configurations([16], [1.0], cores_an_executor=4)
    np.testing.assert_array_equal(model.predict(small), model.predict(large))


def test_its_own_law_is_exact():
    X = configurations([2, 4, 8, 16, 32] * 2, [0.1] * 5 + [1.0] * 5)
    m, s = X["num_executors"], X["sampling_rate_pct"] / 100
    model = Ernest().fit(X, 5 + 300 * s / m + 2 * np.log(m) + 0.5 * m)
    assert list(model.coefficients_.values()) == pytest.approx([5, 300, 2, 0.5])


def test_no_coefficient_and_no_prediction_is_below_zero():
    """Time that falls faster than 1 / machines would need a negative constant."""
    X = configurations([1, 2, 4, 8], np.ones(4))
    model = Ernest().fit(X, [100.0, 10.0, 1.0, 0.1])
    assert min(model.coefficients_.values()) >= 0
    assert (model.predict(configurations([1, 10**6], [1e-9, 1e-9])) > 0).all()
