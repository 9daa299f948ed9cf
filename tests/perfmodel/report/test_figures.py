from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from perfmodel.catalog import FitOutcome
from perfmodel.model import ScenarioModel
from perfmodel.report import page as report_page
from perfmodel.report.figures import Fit, Pair, report
from perfmodel.report.technique_scores import ScoreJob, has_techniques, score
from perfmodel.scores.accuracy import HELD_OUT, PAPER

CLUSTER = "paper-2020"
NAME = "<b>cnn</b>"
TECHNIQUES = ("lasso", "ridge")


def pair(application, cluster, runs, scenarios=("baseline", "4-2", "5"), refused="<too few>"):
    """A pair with models of some scenarios, and scenario 1 refused."""
    runs = runs.assign(application=application, cluster=cluster, origin="measured")
    runs["run_id"] = [f"{application}-{i}" for i in range(len(runs))]
    models = [ScenarioModel(name, TECHNIQUES).fit(runs, runs["completion_time_s"]) for name in scenarios]
    fits = [
        Fit(FitOutcome(f"{application}@{cluster}/{model.scenario}", 1, True, model.accuracy_, 3600.0, 1.5), model)
        for model in models
    ]
    fits.append(Fit(FitOutcome(f"{application}@{cluster}/1", None, False, {}, 0.0, 0.0, refused), None))
    jobs = [ScoreJob(application, cluster, model, runs, TECHNIQUES) for model in models if has_techniques(model)]
    tasks = runs.assign(task_s=runs["completion_time_s"] / 2)
    return Pair(application, cluster, runs, tasks, fits, pd.concat(map(score, jobs[::-1])))


@pytest.fixture(scope="module")
def pairs():
    """Two applications on the paper's cluster, one with a name that must be escaped."""
    rows = [
        {"num_executors": e, "executor_cores": c, "sampling_rate_pct": r, "completion_time_s": 5 + 6 * r / (e * c)}
        for e in (1, 2, 3)
        for c in (2, 4, 8)
        for r in (1.0, 10.0, 100.0)
    ]
    runs = pd.DataFrame(rows).assign(executor_memory_gb=2.0, images_per_partition=20)
    return [pair("resnet50", CLUSTER, runs), pair(NAME, CLUSTER, runs)]


@pytest.fixture(scope="module")
def found(pairs):
    return report(pairs)


def row(frame, **wanted):
    [one] = frame[(frame[list(wanted)] == pd.Series(wanted)).all(axis=1)].to_dict("records")
    return one


def test_published_stands_beside_reproduced(found, pairs):
    one = row(found.scenarios, application="resnet50", scenario="4-2")
    assert (one["published"], one["published_pct"]) == ("99.8", 99.8)
    assert (one["published_t1_s"], one["published_T_s"]) == (570 * 60, (570 + 45) * 60)
    assert one["T_s"] == 3601.5
    outcome = next(fit.outcome for fit in pairs[0].fits if fit.outcome.scenario == "4-2")
    assert (one["paper_protocol_pct"], one["never_seen_pct"]) == (outcome.accuracy[PAPER], outcome.accuracy[HELD_OUT])
    assert pd.isna(row(found.scenarios, application="resnet50", scenario="5")["published_pct"])
    assert row(found.scenarios, application=NAME, scenario="4-2")["published"] == "", "the paper has no such CNN"


def test_a_refused_scenario_has_its_reason_and_no_times(found):
    one = row(found.scenarios, application="resnet50", scenario="1")
    assert one["refused"] == "<too few>"
    assert pd.isna(one["T_s"])


def test_what_won_and_what_was_held_out_is_said(found):
    own = found.choices[(found.choices["application"] == "resnet50") & (found.choices["scenario"] == "4-2")]
    assert list(own["level"]) == ["1/executor_cores", "1/num_executors", "sampling_rate_pct", "final"]
    assert set(own["technique"]) <= set(TECHNIQUES)
    assert set(own["searched_by"]) == {"single rows"}
    assert set(own["published"]) == {"lv2 Lasso"}
    assert row(found.choices, application="resnet50", scenario="5")["technique"] == "law"


def test_techniques_come_in_the_order_of_the_scenarios(found):
    own = found.techniques[found.techniques["application"] == "resnet50"]
    assert list(dict.fromkeys(own["scenario"])) == ["baseline", "4-2"]
    assert len(own) == len(TECHNIQUES) * (1 + 4)


def test_effects_stand_beside_the_published_ones_for_runs_and_tasks(found):
    one = row(found.effects, application="resnet50", time="completion_time_s", column="executor_cores", level=8)
    assert (one["published"], one["groups"]) == (0.47, 9)
    assert (
        row(found.effects, application="resnet50", time="task_s", column="executor_cores", level=2)["published"] == 0.53
    )
    assert found.effects.loc[found.effects["application"] == NAME, "published"].isna().all()


def test_residuals_are_summed_up_by_scenario_and_protocol(found):
    own = found.residuals[found.residuals["application"] == "resnet50"]
    assert [tuple(pair) for pair in own[["scenario", "protocol"]].to_numpy()] == [
        (scenario, protocol) for scenario in ("baseline", "4-2", "5") for protocol in (PAPER, HELD_OUT)
    ]
    assert set(own["runs"]) == {9}
    assert own["run_id"].str.startswith("resnet50-").all()


def test_a_cluster_of_ones_own_has_nothing_published(grid_runs):
    own = report([pair("resnet50", "mine", grid_runs, ("4-2",))])
    assert own.scenarios["published_pct"].isna().all()
    assert own.effects["published"].isna().all()
    assert "published" not in report_page.markdown(own).split("### ")[1], "a column without a figure is left out"


def test_markdown_has_every_part(found):
    text = report_page.markdown(found)
    for words in (
        "## Cluster paper-2020",
        "| 4-2 | 99.8 |",
        "| 1 h | 45 min | 1.5 s | 10 h 15 min | 1 h |",
        "- resnet50: scenario 1 was not fitted: <too few>",
        "t2 of all 6 models together: 9.0 s.",
        "█ 99.8 % published",
        "**resnet50: scaled mean task time**",
        "| baseline | final | ",
        "single rows | lv2 Lasso |",
    ):
        assert words in text


def test_each_figure_says_its_protocol(found):
    """The sentence below each heading; effects involve no model."""
    notes = re.findall(r"### (.+)\n\n(.+)", report_page.markdown(found))
    said = {title: note for title, note in notes if "protocol" in note.lower()}
    assert {title for title, _ in notes} - set(said) == {"Effects", "Residuals", "Where and why the figures differ"}


def test_html_is_well_formed_escaped_and_draws_each_accuracy(found):
    page = report_page.html(found)
    assert "<too few>" not in page
    assert NAME not in page
    body = page[page.index("<body>") : page.index("</body>") + len("</body>")]
    figures = list(ET.fromstring(body).iter("figure"))
    assert len(figures) == 3 * 2
    bars = [len(list(figure.iter("rect"))) for figure in figures]
    assert bars[:2] == [3 + 3 + 2, 2 + 2 + 2], "published where there is something published, here, never seen"


def test_a_report_without_any_model_says_why(grid_runs):
    runs = grid_runs.assign(application="cnn", cluster="mine", origin="measured", run_id="r")
    outcome = FitOutcome("cnn@mine/4-2", None, False, {}, 0.0, 0.0, refused="one configuration only")
    empty = report([Pair("cnn", "mine", runs, runs.head(0), [Fit(outcome, None)], pd.DataFrame())])
    assert "scenario 4-2 was not fitted: one configuration only" in report_page.markdown(empty)
    assert "one configuration only" in report_page.html(empty)
