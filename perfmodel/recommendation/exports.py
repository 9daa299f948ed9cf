"""A recommended configuration as a file that something else reads, with where it comes from.

Every format carries the same Spark properties. Those under ``spark.sparkcast`` are the provenance: Spark passes unknown
properties on and writes them to the event log, so that a run can later be held against its prediction.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import yaml

from store.amounts import amount
from store.memory import FREE
from store.printable import printable

PROVENANCE = "spark.sparkcast."
# What only the user knows; each stands in capitals in the file, and a comment or `Format.beside` says so.
PLACEHOLDERS = {
    "JOB.py": "your PySpark program",
    "MASTER_URL": "your cluster",
    "IMAGE": "a container image with Spark, Python and TensorFlow",
    "NODE_TYPE": "an instance type",
    "SPARK_VERSION": "a Databricks Runtime version",
    "SPARK_RELEASE": "the version of Spark in that image",
    "SERVICE_ACCOUNT": "a service account that may create pods",
    "NAME": "a name for the cluster",
    "REGION": "your region",
}


@dataclass(frozen=True)
class Order:
    """A configuration and the prediction that speaks for it.

    Attributes
    ----------
    application, cluster : str
    num_executors, executor_cores : int
    executor_memory_gb : float
        As the profiled runs mean it, GiB.
    heap_gb, overhead_gb : float
        What that takes: the heap, and what the container needs beside it, GiB.
    nodes : int
        Machines; 0 when the cluster does the packing.
    node_type : str
        Instance type; empty when not known.
    model : str
        Name and version, such as ``resnet50@paper-2020/5 v2``.
    data_sha256 : str
        Of the rows that trained it.
    data_origin : str
        Where those rows come from, in words.
    sampling_rate_pct, predicted_s, predicted_low_s, predicted_high_s, level, cost : float
        The question and the answer; the interval covers with probability `level`.
    currency : str
    made_on : str
        Date, ISO 8601.
    memory_regime : str
        What the memory bounds (docs/decisions/0012).
    images_per_partition : int or None
        What the prediction assumes; None where it assumes nothing.
    """

    application: str
    cluster: str
    num_executors: int
    executor_cores: int
    executor_memory_gb: float
    heap_gb: float
    overhead_gb: float
    nodes: int
    node_type: str
    model: str
    data_sha256: str
    data_origin: str
    sampling_rate_pct: float
    predicted_s: float
    predicted_low_s: float
    predicted_high_s: float
    level: float
    cost: float
    currency: str
    made_on: str
    memory_regime: str = FREE
    images_per_partition: int | None = None

    def __post_init__(self) -> None:
        # Every text goes into a line of a file that is run or read; a line break would begin a line of somebody else's.
        for name, value in asdict(self).items():
            if isinstance(value, str):
                object.__setattr__(self, name, printable(value))


def _none(order: Order) -> list[str]:
    return []


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes
    ----------
    name, title, filename, mime : str
        For commands, for people, and for a download.
    render : callable
        Turns an `Order` into the file's text.
    beside : callable
        What to put in place of what in the file of an `Order`, in sentences; empty where comments in the file say it.
    """

    name: str
    title: str
    filename: str
    mime: str
    render: Callable[[Order], str]
    beside: Callable[[Order], list[str]] = _none


def _replacement(name: str) -> str:
    return f"Put {PLACEHOLDERS[name]} in place of {name}."


def provenance(order: Order) -> dict[str, str]:
    """Return where the configuration comes from, as short names and texts: what was asked, and what was predicted."""
    known = {"imagesPerPartition": order.images_per_partition, "nodes": order.nodes, "nodeType": order.node_type}
    return {
        "application": order.application,
        "cluster": order.cluster,
        "model": order.model,
        "dataSha256": order.data_sha256,
        "dataOrigin": order.data_origin,
        "numExecutors": str(order.num_executors),
        "executorCores": str(order.executor_cores),
        "executorMemoryGb": f"{order.executor_memory_gb:g}",
        "memoryRegime": order.memory_regime,
        "samplingRatePct": f"{order.sampling_rate_pct:g}",
        "predictedSeconds": f"{order.predicted_s:.1f}",
        "predictedLowSeconds": f"{order.predicted_low_s:.1f}",
        "predictedHighSeconds": f"{order.predicted_high_s:.1f}",
        "intervalLevel": f"{order.level:g}",
        "predictedCost": f"{amount(order.cost)} {order.currency}",
        "madeOn": order.made_on,
    } | {name: str(value) for name, value in known.items() if value}


def spark_properties(order: Order) -> dict[str, str]:
    """Return the Spark properties of the configuration, provenance included."""
    cores = order.num_executors * order.executor_cores
    return {
        "spark.executor.instances": str(order.num_executors),
        "spark.executor.cores": str(order.executor_cores),
        "spark.cores.max": str(cores),  # how a standalone cluster is told the number of executors
        "spark.executor.memory": _mebibytes(order.heap_gb),
        "spark.executor.memoryOverhead": _mebibytes(order.overhead_gb),
        "spark.task.cpus": "1",
        "spark.dynamicAllocation.enabled": "false",
    } | {PROVENANCE + name: value for name, value in provenance(order).items()}


def _mebibytes(gib: float) -> str:
    return f"{round(gib * 1024)}m"


def _comments(order: Order, *placeholders: str) -> str:
    images = order.images_per_partition
    lines = [
        f"Recommended by Sparkcast on {order.made_on} for {order.application} on {order.cluster}.",
        f"Predicted: {order.predicted_s:.1f} s ({order.level:.0%} interval {order.predicted_low_s:.1f} to "
        f"{order.predicted_high_s:.1f} s), {amount(order.cost)} {order.currency}.",
        *([_assumption(images)] if images else []),
        f"Model {order.model}, data SHA-256 {order.data_sha256}; {order.data_origin}.",
        *(_replacement(name) for name in placeholders),
    ]
    return "".join(f"# {line}\n" for line in lines)


def _assumption(images: int) -> str:
    return f"The prediction assumes {images} images per partition (a training's step); let your program use as many."


def _spark_defaults(order: Order) -> str:
    # A backslash would escape what follows it in a properties file.
    pairs = ((name, value.replace("\\", "\\\\")) for name, value in spark_properties(order).items())
    return _comments(order) + "".join(f"{name} {value}\n" for name, value in pairs)


def _spark_submit(order: Order) -> str:
    conf = [f"--conf {shlex.quote(f'{name}={value}')}" for name, value in spark_properties(order).items()]
    return _comments(order, "MASTER_URL", "JOB.py") + " \\\n  ".join(
        ["spark-submit --master MASTER_URL", *conf, "JOB.py\n"]
    )


def _spark_application(order: Order) -> str:
    instance = {"cores": order.executor_cores, "memory": _mebibytes(order.heap_gb)}
    own = {"spark.executor.instances", "spark.executor.cores", "spark.executor.memory", "spark.executor.memoryOverhead"}
    conf = {name: value for name, value in spark_properties(order).items() if name not in own}
    resource = {
        "apiVersion": "sparkoperator.k8s.io/v1beta2",
        "kind": "SparkApplication",
        "metadata": {
            "name": "sparkcast-recommended",
            "annotations": {f"sparkcast/{name}": value for name, value in provenance(order).items()},
        },
        "spec": {
            "type": "Python",
            "pythonVersion": "3",
            "mode": "cluster",
            "image": "IMAGE",
            "mainApplicationFile": "local:///JOB.py",
            "sparkVersion": "SPARK_RELEASE",
            "sparkConf": conf,
            "driver": {"cores": 1, "memory": "1024m", "serviceAccount": "SERVICE_ACCOUNT"},
            "executor": instance | {"instances": order.num_executors, "memoryOverhead": _mebibytes(order.overhead_gb)},
        },
    }
    comments = _comments(order, "IMAGE", "SPARK_RELEASE", "SERVICE_ACCOUNT", "JOB.py")
    return comments + yaml.safe_dump(resource, sort_keys=False, allow_unicode=True)


def _databricks(order: Order) -> str:
    # Databricks documents num_workers as the number of executors, however many of them a machine would hold.
    return _json(
        {
            "cluster_name": f"sparkcast {order.application}"[:100],
            "spark_version": "SPARK_VERSION",
            "node_type_id": _worker_type(order) or "NODE_TYPE",
            "num_workers": order.num_executors,
            "spark_conf": spark_properties(order),
            "custom_tags": {f"sparkcast-{name}": _tag(value) for name, value in provenance(order).items()},
        }
    )


def _worker_type(order: Order) -> str:
    """The instance type of a worker, empty when not known: a machine for several executors is too large for one."""
    return "" if 0 < order.nodes < order.num_executors else order.node_type


def _databricks_beside(order: Order) -> list[str]:
    said = [_replacement("SPARK_VERSION")]
    if not _worker_type(order):
        room = f"{order.executor_cores} cores and {order.heap_gb + order.overhead_gb:.1f} GiB"
        said.append(
            f"{_replacement('NODE_TYPE')} Databricks starts one executor a worker, so it needs room for {room} beside "
            "what Databricks takes itself."
        )
    if 0 < order.nodes < order.num_executors:
        said.append(f"The predicted cost is that of {order.nodes} machines that hold several executors each.")
    return said


def _tag(value: str) -> str:
    """What every cloud service of AWS takes as a tag's value: a cluster with any other is refused there."""
    return re.sub(r"[^\w +\-=.:/@]", "_", value)[:255]


def _emr(order: Order) -> str:
    defaults = {"Classification": "spark-defaults", "Properties": spark_properties(order)}
    return _json([{"Classification": "spark", "Properties": {"maximizeResourceAllocation": "false"}}, defaults])


def _dataproc(order: Order) -> str:
    properties = {f"spark:{name}": value for name, value in spark_properties(order).items()}
    usage = "# gcloud dataproc clusters create NAME --flags-file=dataproc.yaml\n"
    machines = {"--num-workers": order.nodes, "--worker-machine-type": order.node_type}
    flags = {"--region": "REGION"} | {name: value for name, value in machines.items() if value}
    text = yaml.safe_dump(flags | {"--properties": properties}, sort_keys=False, allow_unicode=True)
    return _comments(order, "NAME", "REGION") + usage + text


def _plain(order: Order) -> str:
    configuration = {
        "num_executors": order.num_executors,
        "executor_cores": order.executor_cores,
        "executor_memory_gb": order.executor_memory_gb,
        "memory_regime": order.memory_regime,
        "heap_gb": order.heap_gb,
        "overhead_gb": order.overhead_gb,
        "images_per_partition": order.images_per_partition,
        "nodes": order.nodes or None,
        "node_type": order.node_type or None,
    }
    return _json({"configuration": configuration, "provenance": provenance(order)})


def _json(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


FORMATS = {
    one.name: one
    for one in (
        Format("spark-defaults", "spark-defaults.conf", "spark-defaults.conf", "text/plain", _spark_defaults),
        Format("spark-submit", "spark-submit command", "submit.sh", "text/x-shellscript", _spark_submit),
        Format("kubernetes", "SparkApplication", "spark-app.yaml", "text/yaml", _spark_application),
        Format(
            "databricks",
            "Databricks cluster",
            "databricks-cluster.json",
            "application/json",
            _databricks,
            _databricks_beside,
        ),
        Format("emr", "EMR configuration", "emr-configuration.json", "application/json", _emr),
        Format("dataproc", "Dataproc properties", "dataproc.yaml", "text/yaml", _dataproc),
        Format("json", "Plain JSON", "recommendation.json", "application/json", _plain),
    )
}
