"""Predictions in plain words: where the time goes, how much memory was enough, which scenario to believe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from pages.ui.shared.formats import percent_text, share_text, time_text
from perfmodel.answers.breakdown import breakdown, doubled
from perfmodel.evidence.memory_safety import MemorySafety
from perfmodel.model import ScenarioModel
from perfmodel.scenarios import scenario_named
from perfmodel.scores.accuracy import HELD_OUT

_PARTS = {
    "work": "work on the images, shared by all cores",
    "start": "start-up, the same on any cluster and for any data",
    "serial": "work on the images that no cluster shortens",
    "contention": "work that the cores of one executor cannot share",
    "overhead": "what each executor costs",
    "coordination": "collecting the results of the executors",
    "tasks": "what each partition costs the cores",
    "scheduling": "what each partition, or step of a training, takes on any cluster",
    "spill": "work done again for want of memory",
}
_DOUBLED = {"num_executors": "executors", "executor_cores": "cores an executor"}
# A doubling that saves less than this share is hardly worth its price.
LITTLE = 0.1


def time_sentences(model: ScenarioModel, question: pd.DataFrame) -> Iterator[str]:
    """Where the time of a question goes by the law of scenario 5, and what twice the cluster would change."""
    parts = breakdown(model, question)
    if parts is None:
        return
    total = float(parts.sum())
    for name, seconds in parts.items():
        yield f"**{time_text(seconds)}** ({share_text(seconds / total)}) {_PARTS[str(name)]}"
    for column, seconds in doubled(model, question).items():
        yield _doubled_sentence(_DOUBLED[column], seconds, total)


def _doubled_sentence(what: str, seconds: float, total: float) -> str:
    gain = 1 - seconds / total
    if gain < 0:
        return f"Twice the {what} would take longer: {time_text(seconds)}"
    hardly = ", hardly worth it" if gain < LITTLE else ""
    return f"Twice the {what} would take {time_text(seconds)}: {gain:.0%} less, where perfect sharing saves 50%{hardly}"


def memory_sentence(found: MemorySafety, memory_gb: float) -> str:
    """What the runs show of the memory that is needed, and where the chosen memory stands."""
    if found.lacking_gb is not None and memory_gb <= found.lacking_gb:
        enough = f"; {found.safe_gb:g} GiB was enough" if found.safe_gb is not None else ""
        return f"{memory_gb:g} GiB is too little: runs with {found.lacking_gb:g} GiB ran out of memory{enough}."
    if found.safe_gb is None:
        return "No run that really ran shows how much memory this takes; profile some to find out."
    less = f"; with {found.lacking_gb:g} GiB runs ran out" if found.lacking_gb is not None else ""
    if memory_gb < found.safe_gb:
        return f"{memory_gb:g} GiB was never tried: the least that was enough is {found.safe_gb:g} GiB{less}."
    return f"{memory_gb:g} GiB is enough: runs of this load or more ended well with {found.safe_gb:g} GiB{less}."


def preferred_sentence(name: str, models: Mapping[str, ScenarioModel], answers: Mapping[str, pd.Series]) -> str:
    """Why to believe one scenario's answer here."""
    able = [other for other, answer in answers.items() if pd.notna(answer["predicted_s"])]
    score = models[name].accuracy_.get(HELD_OUT)
    unable = [other for other in answers if other not in able]
    of = f"the {len(able)} that answer" if len(able) > 1 else "those fitted, because no other answers"
    without = f" ({', '.join(unable)}: no answer for this question)" if unable else ""
    return (
        f"Prefer scenario {name}: {percent_text(score)} accurate on configurations that it has never seen, the best "
        f"of {of}{without}. {scenario_named(name).description}"
    )
