"""The paper's figures 3-9 again: accuracy, t1, t2, T of every scenario, published beside reproduced, as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from perfmodel.accuracy import HELD_OUT, PAPER
from perfmodel.published import CLUSTER, published
from perfmodel.scenarios import FULL, RATE


def report_row(application: str, cluster: str, scenario: str, outcome: Any) -> dict[str, Any]:
    """One scenario of one application: what the paper says of it, where it is the paper's cluster, and what we find.

    Parameters
    ----------
    application, cluster, scenario : str
    outcome : FitOutcome
        Its ``accuracy`` (percent, by protocol), ``t1_s``, ``t2_s`` (s) and ``refused``.

    Returns
    -------
    dict
        Accuracies in percent, times in seconds; None where there is nothing to say.
    """
    of_paper = cluster == CLUSTER
    fitted = not outcome.refused
    return {
        "application": application,
        "cluster": cluster,
        "scenario": scenario,
        "published_pct": published_accuracy(scenario, application) if of_paper else "",
        "paper_protocol_pct": outcome.accuracy.get(PAPER),
        "never_seen_pct": outcome.accuracy.get(HELD_OUT),
        "published_t1_s": published_t1_s(scenario, application) if of_paper else None,
        "t1_s": outcome.t1_s if fitted else None,
        "published_t2_s": published_t2_s(scenario) if of_paper else None,
        "t2_s": outcome.t2_s if fitted else None,
        "T_s": outcome.t1_s + outcome.t2_s if fitted else None,
        "refused": outcome.refused,
    }


def published_accuracy(scenario: str, application: str) -> str:
    """What the paper reports, in percent, as it says it; empty where it says nothing."""
    reported = published()["reported_accuracy_pct"].get(scenario, {})
    return str(reported.get(application, reported.get("average", "")))


def published_t1_s(scenario: str, application: str) -> float | None:
    """Published collecting time in seconds; None where the paper gives no number."""
    return _seconds(published()["reported_t1_minutes"], scenario, application)


def published_t2_s(scenario: str) -> float | None:
    """Published tuning and training time in seconds; None where the paper gives no number."""
    return _seconds(published()["reported_t2_minutes"], scenario, "")


def _seconds(minutes: dict[str, Any], scenario: str, application: str) -> float | None:
    """A number of minutes, by application, or said in words: "as baseline", "about 20"."""
    value = minutes.get(scenario)
    if isinstance(value, str) and value.startswith("as "):
        value = minutes[value.removeprefix("as ")]
    if isinstance(value, dict):
        value = value[application]
    if isinstance(value, str):
        number = value.removeprefix("about ")
        value = float(number) if number.isdigit() else None
    return None if value is None else 60.0 * float(value)


def origins_text(runs: pd.DataFrame) -> str:
    """How many runs there are of each origin: ``1,260 reconstructed runs``."""
    return ", ".join(f"{count:,} {origin} runs" for origin, count in runs["origin"].value_counts().items())


def explanations(runs: pd.DataFrame) -> Iterator[str]:
    """Sentences, computed from ``runs``, on what the accuracies mean and why they differ from the published ones."""
    yield f"From {origins_text(runs)}."
    yield (
        "By the paper's protocol the baseline, scenarios 3, 5, Ernest and the boosted trees are tested on runs that "
        "they were trained on. On executors and cores that they have never seen they score lower."
    )
    share = linear_share(runs)
    if share is not None:
        rates = ", ".join(f"{rate:g}" for rate in sorted(runs.loc[runs[RATE] < FULL, RATE].unique()))
        yield (
            f"Scenarios 1, 2 and 4 learn the data size from {rates} % and are asked about 100 %. The mean completion "
            f"time extrapolated linearly from there is {share:.3f} of the one at 100 %, so a model that is linear in "
            f"the data size scores about {100 - 100 * abs(1 - share):.1f} %."
        )
    if (runs["cluster"] == CLUSTER).any():
        yield (
            "The paper reports 99.8 % for scenario 4-2, from its runs. Only their averages were published, with two or "
            "three digits, and extrapolated linearly they do not reach it; the runs themselves would have to show why."
        )


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
