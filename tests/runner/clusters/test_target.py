"""Existing clusters, as the command line names them."""

from __future__ import annotations

import socket

import pytest

from runner.clusters.host import default_cluster_name, host_name
from runner.clusters.masters import ensure_reachable, read_master
from runner.clusters.target import Target, read_target
from runner.errors import RunnerError

IMAGE = "us/sparkcast:1"


@pytest.mark.parametrize(
    ("url", "kind", "host", "port"),
    [
        (None, "private", None, 443),
        ("spark://node1:7077", "standalone", "node1", 7077),
        ("spark://node1:7077,node2:7077", "standalone", "node1", 7077),
        ("spark://[2001:db8::1]:7077", "standalone", "[2001:db8::1]", 7077),
        ("yarn", "yarn", None, 443),
        ("k8s://https://10.0.0.1:6443", "kubernetes", "10.0.0.1", 6443),
        ("k8s://http://10.0.0.1", "kubernetes", "10.0.0.1", 80),
        ("k8s://api.example", "kubernetes", "api.example", 443),
        ("k8s://https://rancher.example/k8s/clusters/c-1", "kubernetes", "rancher.example", 443),
    ],
)
def test_the_url_tells_the_kind(url: str | None, kind: str, host: str | None, port: int) -> None:
    master = read_master(url)
    assert (master.kind, master.host, master.port) == (kind, host, port)


@pytest.mark.parametrize("url", ["local[2]", "local-cluster[2,1,1024]", "local"])
def test_masters_without_executors_are_refused(url: str) -> None:
    with pytest.raises(RunnerError, match="has no executors to study; leave --master out"):
        read_target(url, [], None)


@pytest.mark.parametrize("url", ["", "spark://", "spark://node1", "node1:7077", "mesos://x:1", "yarn-client", "k8s://"])
def test_other_masters_are_refused(url: str) -> None:
    with pytest.raises(RunnerError, match=r"is none of spark://HOST:PORT, yarn, k8s://https://HOST:PORT"):
        read_target(url, [], None)


@pytest.mark.parametrize(
    ("master", "conf", "image", "message"),
    [
        (None, ["spark.yarn.queue=a"], None, "--conf: is for an existing cluster"),
        (None, [], IMAGE, "--container-image: is for an existing cluster"),
        ("spark://127.0.0.1:7077", [], IMAGE, "--container-image: is for --master k8s://"),
        ("k8s://127.0.0.1", [], None, "needs --container-image IMAGE: Spark 4.3 with this Python"),
        ("spark://127.0.0.1:7077", ["queue=a"], None, "--conf: 'queue=a' is not KEY=VALUE"),
        ("spark://127.0.0.1:7077", ["spark.speculation=true"], None, "spark.speculation is set by Sparkcast"),
        ("spark://127.0.0.1:7077", ["spark.executor.memory=9g"], None, "spark.executor.memory is set by Sparkcast"),
        ("spark://127.0.0.1:7077", ["spark.executor.memoryOverhead=9g"], None, "memoryOverhead is set by Sparkcast"),
        (
            "spark://127.0.0.1:7077",
            ["spark.authenticate.secret=x"],
            None,
            "spark.authenticate.secret looks like a secret",
        ),
        ("spark://127.0.0.1:7077", ["spark.hadoop.fs.x.access.key=x"], None, "write it into spark-defaults.conf"),
        ("spark://no-such-host.invalid:7077", [], None, "no way to no-such-host.invalid from here"),
    ],
)
def test_what_does_not_fit_the_cluster_is_refused(
    master: str | None, conf: list[str], image: str | None, message: str
) -> None:
    with pytest.raises(RunnerError, match=message) as refused:
        read_target(master, conf, image)
    assert "=x" not in str(refused.value)


def test_yarn_needs_its_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HADOOP_CONF_DIR", raising=False)
    monkeypatch.delenv("YARN_CONF_DIR", raising=False)
    with pytest.raises(RunnerError, match="set HADOOP_CONF_DIR or YARN_CONF_DIR to the folder with"):
        read_target("yarn", [], None)
    monkeypatch.setenv("YARN_CONF_DIR", "/etc/hadoop")
    assert read_target("yarn", ["spark.yarn.queue=a"], None).conf == {"spark.yarn.queue": "a"}


def test_the_driver_is_called_where_the_master_is_reached() -> None:
    assert read_target("spark://127.0.0.1:7077", [], None).conf == {"spark.driver.host": "127.0.0.1"}
    target = read_target("spark://127.0.0.1:7077", ["spark.driver.host=192.0.2.7"], None)
    assert target.conf == {"spark.driver.host": "192.0.2.7"}


def test_the_memory_beside_the_heap_is_a_setting_where_it_is_a_limit() -> None:
    asked = {"spark.executor.memoryOverhead": "9g"}
    assert asked.items() <= read_target("k8s://127.0.0.1", ["spark.executor.memoryOverhead=9g"], IMAGE).conf.items()


def test_a_container_image_is_a_setting() -> None:
    conf = read_target("k8s://127.0.0.1", [], IMAGE).conf
    assert conf["spark.kubernetes.container.image"] == IMAGE
    assert read_target("k8s://127.0.0.1", [f"spark.kubernetes.container.image={IMAGE}"], None).conf == conf


@pytest.mark.parametrize(
    ("master", "name"),
    [
        (None, default_cluster_name()),
        ("spark://node1.example:7077", "spark-node1.example"),
        ("spark://127.0.0.1:7077", f"spark-{host_name()}"),
        ("spark://localhost:7077", f"spark-{host_name()}"),
        ("spark://[2001:db8::1]:7077", "spark-2001-db8--1"),
        ("k8s://https://10.0.0.1:6443", "k8s-10.0.0.1"),
    ],
)
def test_a_cluster_gets_a_name(master: str | None, name: str) -> None:
    assert Target(master).cluster_name() == name


def test_a_yarn_cluster_must_be_named() -> None:
    with pytest.raises(RunnerError, match="--cluster: name the cluster"):
        Target("yarn").cluster_name()


def test_one_of_several_masters_that_answers_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ensure_reachable(f"spark://127.0.0.1:9,127.0.0.1:{port}")
        ensure_reachable(f"k8s://https://127.0.0.1:{port}")
    ensure_reachable("yarn")
    with pytest.raises(RunnerError, match=f"nothing answers at k8s://127.0.0.1:{port}"):
        ensure_reachable(f"k8s://127.0.0.1:{port}")


def test_the_host_name_is_this_machines() -> None:
    assert socket.gethostname().split(".")[0].startswith(host_name()[0])
