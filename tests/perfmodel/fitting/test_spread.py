from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from perfmodel import artifacts
from perfmodel.errors import WorkerError
from perfmodel.fitting.fitting import FitJob, fit
from perfmodel.fitting.spread import beside, in_turn, on_cores
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import SCENARIOS


def job(scenario, runs, *techniques):
    return FitJob(scenario, ScenarioModel(scenario, techniques), runs, artifacts.environment())


def artefacts(spread, runs):
    jobs = [job(scenario, runs, "lasso", "random_forest", "mlp") for scenario in SCENARIOS]
    return {fitted.name: artifacts.dump(fitted.model) for fitted in spread(fit, jobs)}


@pytest.mark.thorough
def test_every_scenario_is_the_same_to_the_last_bit_here_and_in_other_processes(few_runs):
    here, elsewhere = artefacts(in_turn, few_runs), artefacts(on_cores, few_runs)
    assert set(here) == set(SCENARIOS)
    assert elsewhere == here


def where(item: int) -> tuple[int, int]:
    return item, os.getpid()


def test_cores_are_processes_of_their_own_and_every_item_comes_back_once():
    results = list(on_cores(where, range(20)))
    assert sorted(item for item, _ in results) == list(range(20))
    assert os.getpid() not in {process for _, process in results}


def test_what_runs_beside_is_never_in_this_process_though_it_is_one_item():
    [(item, process)] = beside(where, [7])
    assert item == 7
    assert process != os.getpid()


def kill_yourself(item: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_is_said_in_one_line():
    with pytest.raises(WorkerError, match="was killed, most likely because the memory ran out") as caught:
        list(on_cores(kill_yourself, range(4)))
    assert "\n" not in str(caught.value)


def test_a_job_that_the_runs_cannot_support_says_why(few_runs):
    full = few_runs[few_runs["sampling_rate_pct"] == 100]
    assert "sampling rates" in fit(job("4-2", full, "lasso")).refused


def test_techniques_that_cannot_answer_refuse_their_scenario_and_leave_the_others(few_runs):
    without, other = in_turn(fit, [job("2", few_runs, "random_forest"), job("5", few_runs, "random_forest")])
    assert "none of random_forest can extrapolate" in without.refused
    assert not other.refused


def test_a_worker_with_other_libraries_is_refused(few_runs):
    mine = job("5", few_runs)
    theirs = replace(mine, environment=mine.environment | {"scikit-learn": "0.1"})
    with pytest.raises(WorkerError, match=r"scikit-learn .* instead of 0\.1; install the same requirements"):
        fit(theirs)
