"""Sentences on what the accuracies mean, and on where and why they differ from the published ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from perfmodel.evidence.jobs import job_of
from perfmodel.model import ScenarioModel
from perfmodel.paper.published import CLUSTER, applications
from perfmodel.report.technique_scores import linear_scores
from perfmodel.scenarios import FULL, RATE, scenario_named
from perfmodel.search.techniques import Params, technique_named
from store.printable import printable

# Accuracies this close, in points of percent, count as the same.
SAME = 1.0
# How the runner's names of image sets begin that it generated.
GENERATED = ("synthetic-", "cifar-like-")
# Runs that event logs tell of and that had no fixed number of executors of their own, by what their settings have.
UNLIKE = {"local_mode": "in local mode", "executors_mean": "whose executors came and went"}


def explanations(
    runs: pd.DataFrame, scenarios: pd.DataFrame, techniques: pd.DataFrame, models: Sequence[ScenarioModel]
) -> Iterator[str]:
    """What there is to say of an application on a cluster, all of it computed.

    Parameters
    ----------
    runs : DataFrame
        Usable runs.
    scenarios, techniques : DataFrame
        As in `perfmodel.report.figures.Report`.
    models : sequence of ScenarioModel
        The fitted scenarios.
    """
    yield f"From {origins_text(runs)}."
    share = linear_share(runs)
    if share is not None:
        rates = ", ".join(f"{rate:g}" for rate in sorted(runs.loc[runs[RATE] < FULL, RATE].unique()))
        yield (
            f"Scenarios 1, 2 and 4 learn the data size from {rates} % and are asked about 100 %. The mean completion "
            f"time extrapolated linearly from there is {share:.3f} of the one at 100 %, so a model that is linear in "
            f"the data size is about {100 * abs(1 - share):.1f} % off, whatever else it gets right."
        )
    of_paper = runs["cluster"].iloc[0] == CLUSTER and runs["application"].iloc[0] in applications()
    for model in models if of_paper else ():
        yield from _difference(model, runs, scenarios, techniques)
    if of_paper:
        yield (
            "t1 is the time of the runs that train the scenario, one each, so it follows from the published averages "
            "and their rounding. t2 was measured here; it is not the paper's minutes because this search shares work "
            "between grid points (docs/decisions/0007, benchmarks/search.py) and the machine is another."
        )


def _difference(
    model: ScenarioModel, runs: pd.DataFrame, scenarios: pd.DataFrame, techniques: pd.DataFrame
) -> Iterator[str]:
    row = scenarios.set_index("scenario").loc[model.scenario]
    ours, theirs = float(row["paper_protocol_pct"]), float(row["published_pct"])
    if np.isnan(theirs):
        return
    limit = _limit_of_the_data(model, runs)
    is_lower_bound = str(row["published"]).startswith("over")
    agrees = abs(ours - theirs) <= SAME or (is_lower_bound and ours > theirs)
    if agrees and not limit:
        return
    chosen = model.regressor_.choices_["final"]
    reasons = limit or _same_score(model, runs, techniques, theirs) or [_limit_of_the_form(model, runs)]
    yield (
        f"Scenario {model.scenario}: {ours:.1f} % here ({_point(chosen['technique'], chosen['params'])}), "
        f"{row['published']} % published. {' '.join(reasons)}"
    )


def _limit_of_the_data(model: ScenarioModel, runs: pd.DataFrame) -> list[str]:
    """For a product that extrapolates: what the published averages allow."""
    scenario, share = scenario_named(model.scenario), linear_share(runs)
    if not scenario.extrapolates or scenario.combine != "product" or share is None:
        return []
    return [
        f"The published averages, extrapolated linearly, allow {100 - 100 * abs(1 - share):.1f} %. The paper's figure "
        "comes from its runs, of which only averages with two or three digits were published; the runs themselves "
        "would have to show how they do better."
    ]


def _same_score(model: ScenarioModel, runs: pd.DataFrame, techniques: pd.DataFrame, theirs: float) -> list[str]:
    """The grid point, and the techniques that were not chosen, that score what was published."""
    found = []
    grid = linear_scores(model, runs)
    nearest = grid.iloc[int((grid["accuracy_pct"] - theirs).abs().to_numpy().argmin())]
    if abs(nearest["accuracy_pct"] - theirs) <= SAME:
        found.append(
            f"{_point(nearest['technique'], nearest['params'])} scores {nearest['accuracy_pct']:.1f} % on the same "
            "inputs, so the paper may have chosen that; leave-one-out on squared errors does not."
        )
    alone = techniques[(techniques["scenario"] == model.scenario) & (techniques["level"] == "final")]
    for name, accuracy in alone.loc[~alone["chosen"], ["technique", "accuracy_pct"]].itertuples(index=False):
        if abs(accuracy - theirs) <= SAME:
            no_candidate = scenario_named(model.scenario).extrapolates and not technique_named(name).extrapolates
            why = "is no candidate, for it cannot extrapolate" if no_candidate else "did not win by leave-one-out"
            found.append(f"{name} alone scores {accuracy:.1f} % here; it {why}.")
    return found


def _limit_of_the_form(model: ScenarioModel, runs: pd.DataFrame) -> str:
    averaged = scenario_named(model.scenario).average(runs)
    tested = averaged[averaged[RATE] == model.test_rate_]
    predicted, actual = model.regressor_.predict(tested), tested["completion_time_s"]
    return (
        f"Its predictions span {predicted.min():,.0f} to {predicted.max():,.0f} s where the averages of the runs span "
        f"{actual.min():,.0f} to {actual.max():,.0f} s. Why the published figure is another cannot be said without the "
        "paper's runs."
    )


def _point(technique: str, params: Params) -> str:
    return f"{technique} with {', '.join(f'{name} {value}' for name, value in params.items())}"


def origins_text(runs: pd.DataFrame) -> str:
    """How many runs there are of each origin, and `UNLIKE` others, over which generated images, of which trainings.

    For example ``1,260 reconstructed runs``.
    """
    settings = [found for found in runs.get("settings", ()) if isinstance(found, dict)]
    unlike = {words: sum(name in found for found in settings) for name, words in UNLIKE.items()}
    counts = ", ".join(
        [f"{count:,} {origin} runs" for origin, count in runs["origin"].value_counts().items()]
        + [f"{count:,} of them {words}" for words, count in unlike.items() if count]
    )
    generated = generated_images(runs)
    over = f" over generated images ({', '.join(generated)})" if generated else ""
    trainings = f"; trainings with {' or '.join(found)}" if (found := kinds_of_training(runs)) else ""
    return f"{counts}{over}{trainings}"


def kinds_of_training(runs: pd.DataFrame) -> list[str]:
    """The jobs that the trainings among the runs are, in words; a model learns from runs of one."""
    return sorted(printable(job) for job in {job_of(found) for found in runs.get("settings", ())} - {""})


def generated_images(runs: pd.DataFrame) -> list[str]:
    """Names of the image sets among those of the runs that the runner made itself."""
    settings = runs.get("settings", ())
    return generated_among(str(found.get("dataset")) for found in settings if isinstance(found, dict))


def generated_among(names: Iterable[str]) -> list[str]:
    """Those of the names of image sets that the runner made itself."""
    return sorted(printable(name) for name in set(names) if name.startswith(GENERATED))  # uploads may say anything


def linear_share(runs: pd.DataFrame) -> float | None:
    """Mean completion time extrapolated linearly from the rates below 100 %, over the mean at 100 %; no unit.

    None where the runs have no 100 % or fewer than two rates below it.
    """
    means = runs.groupby(RATE)["completion_time_s"].mean()
    below = means[means.index < FULL]
    if FULL not in means.index or len(below) < 2:
        return None
    slope, intercept = np.polyfit(below.index.to_numpy(dtype=float), below.to_numpy(dtype=float), 1)
    return float((intercept + slope * FULL) / means[FULL])
