from __future__ import annotations

import json
import subprocess
import sys
import venv

import pytest

from store import open_store
from tests.runner.helpers import PATIENCE_S, ROOT
from tests.standalone import clean_environment, running_cluster

CHOSEN = ["--application", "all", "--cluster", "all", "--scenarios", "4-2,5,boosted", "--techniques", "lasso,mlp"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two executors; the folder of their work, and the master's URL."""
    folder = tmp_path_factory.mktemp("spark")
    with running_cluster(folder, (1, 1), worker_memory_mib=1024) as url:
        yield folder, url


@pytest.fixture
def home(tmp_path, few_runs):
    store = open_store(tmp_path / "home")
    for application, factor in (("tiny", 1.0), ("large", 7.0)):
        times = few_runs["completion_time_s"] * factor
        store.runs.add(few_runs.assign(application=application, cluster="test", completion_time_s=times))
    return store.home.root


def fit(home, *arguments, **environment):
    command = [sys.executable, "-m", "perfmodel", "fit", *CHOSEN, *arguments, "--home", str(home)]
    environment = clean_environment() | environment
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S)


def artefacts(home):
    models = open_store(home).registry.load()
    return dict(zip(models["name"], zip(models["fingerprint"], models["artefact_sha256"], strict=True), strict=True))


@pytest.mark.thorough
def test_executors_fit_the_very_models_that_this_machine_fits(cluster, home, tmp_path):
    folder, url = cluster
    done = fit(home, "--backend", "spark", "--master", url, "--json")
    assert done.returncode == 0, done.stderr
    fitted = json.loads(done.stdout)
    assert len(fitted) == 6
    assert all(outcome["created"] and outcome["t2_s"] > 0 for outcome in fitted)
    assert {path.parts[-3] for path in folder.glob("worker-*/app-*/*")} == {"worker-0", "worker-1"}
    assert all(line.startswith(("starting Spark", "[")) for line in done.stderr.splitlines()), done.stderr
    with_spark = artefacts(home)
    # the same runs again, on this machine's cores
    other = tmp_path / "other"
    open_store(other).runs.add(open_store(home).runs.load())
    assert fit(other).returncode == 0
    assert artefacts(other) == with_spark


@pytest.mark.slow
def test_executors_without_the_libraries_are_an_error_in_one_line(cluster, home, tmp_path):
    venv.create(tmp_path / "bare")
    python = str(tmp_path / "bare" / "bin" / "python")
    done = fit(home, "--backend", "spark", "--master", cluster[1], PYSPARK_PYTHON=python)
    assert done.returncode == 1
    assert done.stdout == ""
    _waiting, error = done.stderr.splitlines()
    assert "ModuleNotFoundError: No module named" in error
    assert f"the executors' Python is {python}; PYSPARK_PYTHON changes it" in error
    assert open_store(home).registry.load().empty


@pytest.mark.thorough
def test_a_master_that_is_none_is_an_error_in_one_line(home):
    done = fit(home, "--backend", "spark", "--master", "moon")
    assert done.returncode == 2
    _starting, error = done.stderr.splitlines()
    assert error.startswith("error: Spark did not start with --master moon: Master must")


def test_without_java_the_error_says_what_to_do(home, tmp_path):
    done = fit(home, "--backend", "spark", JAVA_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "needs Java 17 or newer, and none was found; install one or point JAVA_HOME to it" in done.stderr


def test_a_master_needs_the_backend_that_uses_it(home):
    done = fit(home, "--master", "local[2]")
    assert done.returncode == 2
    assert "add --backend spark" in done.stderr
