from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from perfmodel.law import SmoothLaw
from perfmodel.lawform import EXPONENTS, USUAL_EXPONENT, Form, Rows, Spill
from perfmodel.relative import coefficients, held_out_errors


def rows_of(executors=(1, 2, 3, 4), cores=(1, 2, 4, 8), rates=(1.0, 10.0, 100.0), memory=(2.0,), images=(20,)):
    columns = ("num_executors", "executor_cores", "sampling_rate_pct", "executor_memory_gb", "images_per_partition")
    return pd.DataFrame(itertools.product(executors, cores, rates, memory, images), columns=columns)


def as_arrays(X):
    return (
        X["num_executors"].to_numpy(float),
        X["executor_cores"].to_numpy(float),
        X["sampling_rate_pct"].to_numpy(float) / 100,
        X["executor_memory_gb"].to_numpy(float),
        X["images_per_partition"].to_numpy(float),
    )


def law_rows(X, dataset=np.nan):
    return Rows(*as_arrays(X), np.full(len(X), float(dataset)))


def amdahl(X):
    E, C, s, _, _ = as_arrays(X)
    return 20 + 30 * s + 900 * s / (E * C)


def contention(X):
    E, C, s, _, _ = as_arrays(X)
    return 15 + s / E * (120 + 800 / C)


def diminishing(X):
    E, C, s, _, _ = as_arrays(X)
    return 10 + 1200 * s / (E**0.9 * C**0.6)


def overhead(X):
    E, C, s, _, _ = as_arrays(X)
    return 10 + 4 * E + 900 * s / (E * C)


def many_small_partitions(X):
    E, C, s, _, P = as_arrays(X)
    return 10 + s / (E * C) * (900 + 8000 / P)


def one_by_one(X, exponent=1.0):
    E, C, s, _, P = as_arrays(X)
    return 10 + s * (900 / (E * C) ** exponent + 2000 / P)


def spilling(X):
    E, C, s, M, _ = as_arrays(X)
    return 10 + 300 * s / (E * C) * np.where(E * M / s < 20, 6, 1)


LAWS = {
    "serial work": (amdahl, rows_of()),
    "contention": (contention, rows_of()),
    "diminishing return": (diminishing, rows_of()),
    "overhead an executor": (overhead, rows_of(executors=(1, 2, 4, 8, 16))),
    "work a partition": (many_small_partitions, rows_of(images=(10, 20, 40), rates=(10.0, 100.0))),
    "scheduling": (one_by_one, rows_of(images=(10, 20, 40), rates=(10.0, 100.0))),
    "memory": (spilling, rows_of(memory=(2.0, 4.0, 8.0, 16.0), rates=(100.0,))),
}


@pytest.mark.parametrize("law", LAWS)
def test_an_exact_law_is_found_between_and_beyond_the_profiled_cores(law):
    times, training = LAWS[law]
    model = SmoothLaw().fit(training, times(training))
    asked = rows_of(executors=(1, 3, 6), cores=(1, 3, 5, 16), rates=(50.0, 100.0), memory=(2.0, 16.0), images=(30,))
    np.testing.assert_allclose(model.predict(asked), times(asked), rtol=0.02)


def test_there_are_no_steps_between_numbers_of_cores():
    """A tree answers the same for 5, 6 and 7 cores; a law does not."""
    X = rows_of()
    asked = rows_of(executors=(2,), cores=range(1, 33), rates=(100.0,))
    predicted = SmoothLaw().fit(X, diminishing(X)).predict(asked)
    assert (np.diff(predicted) < 0).all()
    assert (np.diff(predicted, 2) > 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_time_is_monotone_where_physics_says_so(seed):
    """Whatever noise says: more data are never faster, more cores an executor or more memory never slower."""
    random = np.random.default_rng(seed)
    X = rows_of(memory=(1.0, 4.0))
    model = SmoothLaw().fit(X, spilling(X) * random.lognormal(0, 0.4, len(X)))
    values = {
        "num_executors": (1, 2, 5, 40),
        "executor_cores": (1, 2, 3, 8, 64),
        "sampling_rate_pct": (0.1, 1.0, 30.0, 100.0, 400.0),
        "executor_memory_gb": (0.5, 2.0, 3.0, 64.0),
    }
    asked = pd.DataFrame(itertools.product(*values.values()), columns=list(values))
    asked["predicted"] = model.predict(asked)
    for column, sign in (("sampling_rate_pct", 1), ("executor_cores", -1), ("executor_memory_gb", -1)):
        others = [name for name in values if name != column]
        change = asked.sort_values(column).groupby(others)["predicted"].diff().dropna() * sign
        assert (change >= -1e-9 * asked["predicted"].max()).all(), column


def test_more_executors_are_slower_only_by_an_overhead_that_the_runs_show():
    X = rows_of(executors=(1, 2, 4, 8, 16))
    asked = rows_of(executors=(16, 64), cores=(8,), rates=(1.0,))
    without, with_overhead = SmoothLaw().fit(X, amdahl(X)), SmoothLaw().fit(X, overhead(X))
    assert without.coefficients_.get("overhead", 0.0) == 0
    assert without.predict(asked)[1] <= without.predict(asked)[0]
    assert with_overhead.coefficients_["overhead"] == pytest.approx(4, rel=0.05)
    assert with_overhead.predict(asked)[1] > with_overhead.predict(asked)[0]


@pytest.mark.parametrize("seed", range(5))
def test_no_prediction_is_zero_or_below(seed):
    random = np.random.default_rng(seed)
    X = rows_of(rates=(1.0, 100.0))
    model = SmoothLaw().fit(X, random.lognormal(0, 3, len(X)))
    asked = rows_of(executors=(1, 10**5), cores=(1, 1024), rates=(1e-6, 1e4), memory=(0.1, 1e4))
    assert (model.predict(asked) > 0).all()
    assert min(model.coefficients_.values()) >= 0


def test_memory_counts_only_where_the_runs_show_it():
    X = rows_of(memory=(2.0, 4.0, 8.0), rates=(100.0,))
    random = np.random.default_rng(0)
    model = SmoothLaw().fit(X, amdahl(X) * random.lognormal(0, 0.02, len(X)))
    assert model.form_["spill"] is None
    assert SmoothLaw().fit(X, spilling(X)).form_["spill"] is not None


def test_what_a_question_does_not_say_is_taken_from_the_runs():
    X = rows_of(memory=(2.0, 4.0, 8.0, 16.0), rates=(100.0,))
    model = SmoothLaw().fit(X, spilling(X))
    asked = rows_of(memory=(6.0,), rates=(100.0,))
    assert model.typical_ == {"executor_memory_gb": 6.0, "images_per_partition": 20.0}
    np.testing.assert_array_equal(
        model.predict(asked.drop(columns=["executor_memory_gb", "images_per_partition"])), model.predict(asked)
    )


class TestThreeConfigurations:
    """The smallest campaign: one executor and core, two executors, two cores."""

    X = pd.concat(
        [rows_of(executors=(1,), cores=(1, 2)), rows_of(executors=(2,), cores=(1,))],
        ignore_index=True,
    )

    @pytest.mark.parametrize("times", [amdahl, contention])
    def test_the_law_is_close_where_it_was_profiled_and_one_step_further(self, times):
        model = SmoothLaw().fit(self.X, times(self.X))
        np.testing.assert_allclose(model.predict(self.X), times(self.X), rtol=0.04)
        asked = rows_of(executors=(2, 3), cores=(2, 4), rates=(100.0,))
        np.testing.assert_allclose(model.predict(asked), times(asked), rtol=0.2)

    def test_the_steps_of_a_training_are_told_from_its_work(self):
        X = pd.concat([self.X.assign(images_per_partition=batch) for batch in (10, 20, 40)], ignore_index=True)
        model = SmoothLaw().fit(X, one_by_one(X, USUAL_EXPONENT))
        assert model.coefficients_["scheduling"] == pytest.approx(2000, rel=0.02)
        asked = rows_of(executors=(3,), cores=(2,), rates=(100.0,), images=(5, 80))
        np.testing.assert_allclose(model.predict(asked), one_by_one(asked, USUAL_EXPONENT), rtol=0.02)

    def test_samples_answer_for_the_whole(self):
        samples = self.X[self.X["sampling_rate_pct"] < 100]
        whole = self.X[self.X["sampling_rate_pct"] == 100]
        model = SmoothLaw().fit(samples, amdahl(samples))
        np.testing.assert_allclose(model.predict(whole), amdahl(whole), rtol=0.05)

    @pytest.mark.parametrize("seed", range(5))
    def test_exponents_are_not_chosen_from_so_few(self, seed):
        noise = np.random.default_rng(seed).lognormal(0, 0.3, len(self.X))
        model = SmoothLaw().fit(self.X, amdahl(self.X) * noise)
        assert (model.form_["executors_exponent"], model.form_["cores_exponent"]) == (USUAL_EXPONENT, USUAL_EXPONENT)
        assert set(model.coefficients_) <= {"start", "work", "serial", "contention", "overhead", "coordination"}

    def test_executors_and_cores_count_alike_until_the_runs_show_otherwise(self):
        X = self.X[(self.X["num_executors"] == 1)]
        model = SmoothLaw().fit(X, 20 + 900 * X["sampling_rate_pct"] / 100 / X["executor_cores"] ** USUAL_EXPONENT)
        two_executors = rows_of(executors=(2,), cores=(1,), rates=(100.0,))
        assert model.predict(two_executors)[0] == pytest.approx(20 + 900 / 2**USUAL_EXPONENT, rel=1e-3)

    def test_what_two_configurations_cannot_tell_apart_is_shared_work(self):
        """Two executors and two cores are two cores both: the time over the start must be work that both share."""
        X = self.X[self.X["num_executors"] * self.X["executor_cores"] == 2]
        model = SmoothLaw().fit(X, 20 + 4.5 * X["sampling_rate_pct"])
        asked = rows_of(executors=(1,), cores=(1,), rates=(100.0,))
        assert model.predict(asked)[0] == pytest.approx(20 + 450 * 2**USUAL_EXPONENT, rel=1e-3)


def test_the_closed_form_is_leaving_each_group_out():
    X = rows_of()
    rows = law_rows(X)
    y = contention(X) * np.random.default_rng(0).lognormal(0, 0.1, len(X))
    columns = np.column_stack(list(Form(serial=True, contention=True).terms(rows).values()))
    groups = list(X.groupby(["num_executors", "executor_cores"]).indices.values())
    errors = held_out_errors(columns, y, groups)
    for held_out in groups:
        kept = np.setdiff1d(np.arange(len(y)), held_out)
        predicted = columns[held_out] @ coefficients(columns[kept], y[kept])
        np.testing.assert_allclose(errors[held_out], 1 - predicted / y[held_out], atol=2e-3)


def in_waves(X):
    """Whole tasks on whole cores: 400 images, the last partition as full as the others."""
    E, C, s, _, P = as_arrays(X)
    longest = np.minimum(np.ceil(np.ceil(400 * s / P) / (E * C)) * P, 400 * s)
    return 8 + 0.14 * longest


class TestWaves:
    """Few tasks leave cores idle: a sample says little about the cores that the whole data set will use."""

    CAMPAIGN = pd.concat(
        [
            rows_of(executors=(1,), cores=(1, 2), images=(25, 50, 100)),
            rows_of(executors=(2,), cores=(1,), images=(25, 50, 100)),
        ],
        ignore_index=True,
    ).assign(split_images=400)

    @pytest.mark.parametrize(
        ("executors", "cores", "images", "used"),
        [
            (1, 1, 40, 1.0),
            (2, 2, 100, 0.25),  # one task of four cores' worth
            (1, 2, 300, 0.75),  # two of them, then one
            (2, 2, 400, 1.0),
            (1, 3, 410, 410 / 600),  # five tasks on three cores: two waves
            (3, 4, 1, 1 / 12),
        ],
    )
    def test_cores_that_have_a_task(self, executors, cores, images, used):
        rows = Rows(*(np.array([float(one)]) for one in (executors, cores, images / 1000, 2, 100, 1000)))
        assert rows.used[0] == pytest.approx(used)

    def test_samples_of_few_tasks_answer_for_the_whole(self):
        samples, whole = (self.CAMPAIGN.query(f"sampling_rate_pct {which} 100") for which in ("<", "=="))
        model = SmoothLaw().fit(samples, in_waves(samples))
        assert model.form_["waves"]
        np.testing.assert_allclose(model.predict(whole), in_waves(whole), rtol=0.1)

    def test_a_data_set_of_unknown_size_has_no_waves(self):
        X = self.CAMPAIGN.drop(columns="split_images")
        assert not SmoothLaw().fit(X, in_waves(X)).form_["waves"]

    def test_partitions_of_unknown_size_have_no_waves(self):
        X = rows_of().drop(columns="images_per_partition").assign(split_images=400)
        model = SmoothLaw().fit(X, diminishing(rows_of()))
        assert not model.form_["waves"]
        np.testing.assert_allclose(model.predict(X), diminishing(rows_of()), rtol=0.01)

    def test_runs_without_waves_are_not_made_to_have_them(self):
        X = rows_of(images=(100,)).assign(split_images=1000)
        model = SmoothLaw().fit(X, diminishing(X))
        assert not model.form_["waves"]
        np.testing.assert_allclose(model.predict(X), diminishing(X), rtol=0.01)

    @pytest.mark.parametrize(("a", "b"), [(0.9, 0.9), (0.6, 1.0), (1.0, 0.3)])
    def test_more_of_anything_is_never_worse(self, a, b):
        X = rows_of(executors=range(1, 9), cores=range(1, 9), rates=np.linspace(0.5, 100, 40), images=(100,))
        work = Form(a, b, waves=True).terms(law_rows(X, 1000))["work"]
        grid = work.reshape(8, 8, 40)
        assert (np.diff(grid, axis=0) <= 1e-12).all()
        assert (np.diff(grid, axis=1) <= 1e-12).all()
        assert (np.diff(grid, axis=2) >= -1e-12).all()


def test_spilling_is_whole_below_and_nothing_above():
    memory = np.array([1.0, 2.0, np.sqrt(8), 4.0, 9.0])
    np.testing.assert_allclose(Spill("ramp", 2.0, 4.0).of(memory), [1, 1, 0.5, 0, 0])
    np.testing.assert_allclose(Spill("share", 2.0, 4.0).of(memory), [0.75, 0.5, 1 - np.sqrt(0.5), 0, 0])


def test_forms_that_the_rows_cannot_tell_apart_are_not_tried():
    alike = law_rows(rows_of(executors=(1, 2), cores=(4,), rates=(100.0,)))
    neighbours = set(Form().neighbours(alike))
    assert not any(form.contention or form.tasks or form.scheduling or form.spill for form in neighbours)
    assert any(form.overhead for form in neighbours)
    assert {form.executors_exponent for form in neighbours} == set(EXPONENTS)
