"""Logs of several applications in one upload: each says its own, and what all say alike is what is asked with."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from pages.ui.runs.log_upload import missing, prefilled
from store import open_store
from store.eventlogs.entries import Entry, of_bytes
from store.eventlogs.imports import Preview, preview
from store.eventlogs.run import Supplied
from tests.store.eventlogs.helpers import added, ended, job, lines, start

CHOSEN = {"application": "vgg16", "cluster": "paper"}


def log(application: str | None) -> bytes:
    """The log of a run that followed a recommendation for this application, or none."""
    said = (
        {"application": application, "cluster": "lab", "samplingRatePct": "10", "imagesPerPartition": "50"}
        if application
        else {}
    )
    properties = {"spark.executor.memory": "1g"} | {f"spark.sparkcast.{name}": value for name, value in said.items()}
    environment = {"Event": "SparkListenerEnvironmentUpdate", "Spark Properties": properties}
    begin = {
        "Event": "SparkListenerApplicationStart",
        "App Name": "job",
        "App ID": f"app-{application}",
        "Timestamp": 1_000,
    }
    return lines(start(), environment, begin, added("0", 1_500), *job(0, 2_000, 7_500), ended(8_000))


def zipped(*applications: str | None) -> Entry:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for application in applications:
            archive.writestr(f"log-{application}", log(application))
    return of_bytes(target.getvalue(), "logs.zip")


def previews(*applications: str | None) -> list[Preview]:
    return [one for one in preview(zipped(*applications)) if isinstance(one, Preview)]


def test_what_all_logs_say_alike_is_asked_with() -> None:
    assert prefilled(previews("resnet50"), CHOSEN) == {
        "application": "resnet50",
        "cluster": "lab",
        "sampling_rate_pct": 10.0,
        "images_per_partition": 50,
    }
    assert prefilled(previews("resnet50", "xception"), CHOSEN) == {
        "application": None,
        "cluster": "lab",
        "sampling_rate_pct": 10.0,
        "images_per_partition": 50,
    }
    assert prefilled(previews(None), CHOSEN) == {
        **CHOSEN,
        "sampling_rate_pct": None,
        "images_per_partition": None,
    }


def test_what_each_log_says_need_not_be_said() -> None:
    assert missing(Supplied(), previews("resnet50", "xception")) == ""
    text = "Say also: application, cluster, the share of the data set, or both numbers of images."
    assert missing(Supplied(), previews("resnet50", None)) == text
    assert missing(Supplied(application="a", cluster="c", input_images=1, dataset_images=9), previews(None)) == ""


def test_each_log_of_an_archive_is_stored_as_what_it_says(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    found = previews("resnet50", "xception")
    store.eventlogs.add(zipped("resnet50", "xception"), Supplied(**prefilled(found, CHOSEN)))
    assert sorted(store.runs.load()["application"]) == ["resnet50", "xception"]
