from __future__ import annotations

import pandas as pd
import pytest

from pages.ui.explore.why import memory_sentence, preferred_sentence, time_sentences
from perfmodel import catalog
from perfmodel.answers.prediction import question
from perfmodel.evidence.memory_safety import MemorySafety
from store import open_store


@pytest.fixture(scope="module")
def models(demo_home):
    return {n: c.model for n, c in catalog.champions(open_store(demo_home), "resnet50", "paper-2020").items()}


def test_the_parts_and_what_twice_the_cluster_would_change(models):
    said = list(time_sentences(models["5"], question(3, 8, 14, 100)))
    assert any("work on the images, shared by all cores" in text for text in said)
    assert said[-2].startswith("Twice the executors would take ")
    assert said[-1].startswith("Twice the cores an executor would take ")
    assert "where perfect sharing saves 50%" in said[-2]
    assert list(time_sentences(models["4-2"], question(3, 8, 14, 100))) == []


@pytest.mark.parametrize(
    ("found", "chosen", "said"),
    [
        (MemorySafety(2.0, 1.0, 5), 1.0, "1 GiB is too little: runs with 1 GiB ran out of memory; 2 GiB was enough."),
        (MemorySafety(None, 1.0, 5), 0.5, "0.5 GiB is too little: runs with 1 GiB ran out of memory."),
        (
            MemorySafety(2.0, 1.0, 5),
            1.5,
            "1.5 GiB was never tried: the least that was enough is 2 GiB; with 1 GiB runs",
        ),
        (MemorySafety(2.0, None, 5), 4.0, "4 GiB is enough: runs of this load or more ended well with 2 GiB."),
        (MemorySafety(None, None, 0), 4.0, "No run that really ran shows how much memory this takes"),
    ],
)
def test_what_is_known_of_the_memory(found, chosen, said):
    assert memory_sentence(found, chosen).startswith(said)


def test_the_preferred_scenario_is_named_with_its_honest_accuracy_and_who_cannot_answer(models):
    answers = {name: pd.Series({"predicted_s": 1.0}) for name in models}
    answers["baseline"] = pd.Series({"predicted_s": float("nan")})
    said = preferred_sentence("5", models, answers)
    assert said.startswith("Prefer scenario 5: 9")
    assert "the best of the 2 that answer (baseline: no answer for this question)." in said
    assert "One smooth law" in said
