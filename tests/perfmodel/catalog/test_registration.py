from __future__ import annotations

import hashlib

import pytest

from perfmodel import artifacts, catalog
from perfmodel.errors import NotEnoughRunsError, UnknownNameError
from perfmodel.fitting.fitting import FEATURE_COLUMNS
from perfmodel.scores.accuracy import HELD_OUT, PAPER
from store import ModelDraft, open_store
from tests.perfmodel.catalog.small import PAIR, fit


def test_fitting_registers_a_version_with_lineage_and_metrics(store):
    outcomes = fit(store)
    assert [(o.scenario, o.version, o.created) for o in outcomes] == [("baseline", 1, True), ("4-2", 1, True)]
    version = store.registry.get("tiny@test/4-2", "champion")
    assert set(version.training_run_ids) == set(store.runs.load()["run_id"])
    assert version.environment == artifacts.environment()
    assert version.schema["ranges"]["num_executors"] == [1, 3]
    metrics = store.registry.metrics("tiny@test/4-2", 1).set_index(["metric", "protocol"])["value"]
    assert metrics["accuracy", PAPER] == pytest.approx(outcomes[1].accuracy[PAPER])
    assert metrics["accuracy", HELD_OUT] + metrics["mape", HELD_OUT] == pytest.approx(100)
    assert metrics["T", ""] == pytest.approx(metrics["t1", ""] + metrics["t2", ""])


def test_the_same_fit_again_adds_no_version_and_says_so(store):
    first, again = fit(store), fit(store)
    assert [(o.version, o.created) for o in again] == [(1, False), (1, False)]
    assert [o.accuracy for o in again] == [o.accuracy for o in first]


def test_a_damaged_champion_is_fitted_again_and_answers(store):
    fit(store)
    digest = store.registry.get("tiny@test/4-2").artefact_sha256
    (store.home.artifacts / digest[:2] / digest).write_bytes(b"damaged")
    fit(store)
    assert store.registry.problem("tiny@test/4-2", store.registry.get("tiny@test/4-2").version) == ""
    assert set(catalog.champions(store, *PAIR)) == {"baseline", "4-2"}


def test_an_archived_model_that_is_fitted_again_is_back(store, grid_runs):
    fit(store)
    more = grid_runs.assign(application="tiny", cluster="test", origin="measured", repeat=2)
    store.runs.add(more)
    fit(store)
    store.registry.archive("tiny@test/4-2", 2)
    assert [(o.version, o.created) for o in fit(store)] == [(2, False), (2, False)]
    assert store.registry.get("tiny@test/4-2", 2).archived_at is None


def test_new_runs_make_a_new_version_and_leave_the_champion(store, grid_runs):
    fit(store)
    more = grid_runs.assign(application="tiny", cluster="test", origin="measured", repeat=2)
    store.runs.add(more.assign(completion_time_s=more["completion_time_s"] * 1.1))
    assert [o.version for o in fit(store)] == [2, 2]
    assert catalog.champions(store, *PAIR)["4-2"].version == 1


def test_a_scenario_that_the_runs_cannot_support_is_refused_and_the_others_go_on(tmp_path, grid_runs):
    store = open_store(tmp_path / "full-only")
    full = grid_runs[grid_runs["sampling_rate_pct"] == 100]
    store.runs.add(full.assign(application="tiny", cluster="test", origin="measured"))
    baseline, product = fit(store)
    assert baseline.version == 1
    assert product.version is None
    assert "sampling rates" in product.refused


def test_a_pair_without_runs_is_refused_with_what_there_is(store):
    with pytest.raises(NotEnoughRunsError, match=r"resnet50 on test; the store has tiny on test"):
        list(catalog.fit(store, "resnet50", "test"))


def test_an_unknown_scenario_is_refused_before_anything_is_fitted(store):
    with pytest.raises(UnknownNameError):
        fit(store, scenarios=["baseline", "9"])
    assert store.registry.load().empty


def text_hash(runs, columns=FEATURE_COLUMNS):
    """The hash of what a fit sees: of this text since the first release."""
    rows = runs[["run_id", *columns, "completion_time_s"]].sort_values("run_id")
    return hashlib.sha256(rows.to_csv(index=False, float_format="%.17g").encode()).hexdigest()


SETTINGS = [{"memory_regime": "heap"}, {"memory_regime": 'free, "mostly"'}, None]
TRAINING = [{"arm": "driver", "epochs": 2, "device": "cpu"}]


@pytest.mark.parametrize("settings", [SETTINGS, TRAINING], ids=["profiles", "trainings"])
@pytest.mark.parametrize("images", [[None], [100_003], [100_003, 70_001, None], [70_001, 99_001, 99_001]])
def test_the_registry_hashes_the_rows_that_the_fit_saw(tmp_path, grid_runs, settings, images):
    store = open_store(tmp_path)
    rows = grid_runs.assign(application=PAIR[0], cluster=PAIR[1], origin="measured")
    rows["settings"] = (settings * len(rows))[: len(rows)]
    rows["dataset_images"] = (images * len(rows))[: len(rows)]
    images = rows["dataset_images"].astype(float) * rows["sampling_rate_pct"] / 100
    rows["input_images"] = images.round().where(rows.index % 2 == 0)
    rows["completion_time_s"] /= 7
    store.runs.add(rows)
    fit(store)
    version = store.registry.get("tiny@test/4-2")
    learned = catalog.usable_runs(store, *PAIR)
    assert set(version.training_run_ids) == set(learned["run_id"])
    assert version.data_sha256 == text_hash(learned)
    assert store.verify() == (2, [])


@pytest.mark.parametrize("later", [set(), {"split_images"}, {"split_images", "total_cores", "memory_regime"}])
def test_the_rows_of_older_versions_are_recognised_too(store, later):
    """Fits of the first release saw five columns, later ones seven."""
    runs = catalog.usable_runs(store, *PAIR)
    columns = [name for name in FEATURE_COLUMNS if name not in later]
    for scenario, rows in (("5", runs), ("4-2", runs.replace({"completion_time_s": {600.0: 601.0}}))):
        draft = ModelDraft(*PAIR, scenario, {}, {}, 0, {}, list(runs["run_id"]), text_hash(rows, columns), "f", {})
        store.registry.register(draft, b"model")
    changed = "tiny@test/4-2 v1: runs that it was trained on were changed since; their SHA-256 is another"
    assert store.verify() == (2, [changed])
