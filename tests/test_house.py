"""Who may know whom (docs/decisions/0002): read from the imports, and tried in fresh interpreters."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("store", "perfmodel", "runner", "pages")
MAY_IMPORT = {
    "store": set(),
    "perfmodel": {"store"},
    "runner": {"store"},
    "pages": {"store", "perfmodel", "runner"},
}
# perfmodel's science knows nothing of the store; these are its doors.
DOORS = {
    "perfmodel/recommendation/advice.py",
    "perfmodel/recommendation/exports.py",
    "perfmodel/catalog/champions.py",
    "perfmodel/catalog/demo_runs.py",
    "perfmodel/catalog/registration.py",
    "perfmodel/catalog/runs.py",
    "perfmodel/errors.py",
    "perfmodel/commands/fit.py",
    "perfmodel/commands/predict.py",
    "perfmodel/answers/questions.py",
    "perfmodel/recommendation/search.py",
    "perfmodel/commands/recommend.py",
    "perfmodel/commands/report.py",
    "perfmodel/report/explanations.py",
    "perfmodel/report/sections.py",
    "perfmodel/__main__.py",
}
# The runner measures without knowing any model; these ask for times and for designs, inside functions (decision 11).
RUNNER_DOORS = {"runner/plans/expected.py", "runner/plans/fewest.py"}
SCREEN = {"streamlit", "plotly"}
HEAVY = {"pyspark", "tensorflow", "keras"}


def imported(path: Path, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return found | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    return {name.partition(".")[0] for name in imported(path, top_level_only)}


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"no modules in {package}"
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_stands_below_it(package):
    for path in modules(package):
        ours = imports(path) & set(PACKAGES) - {package}
        allowed = MAY_IMPORT[package] | ({"perfmodel"} if str(path.relative_to(ROOT)) in RUNNER_DOORS else set())
        assert ours <= allowed, f"{path} imports {ours}"


def test_the_runner_knows_perfmodel_only_where_it_asks_for_times():
    for door in RUNNER_DOORS:
        assert "perfmodel" in imports(ROOT / door)
        assert "perfmodel" not in imports(ROOT / door, top_level_only=True)
    assert "perfmodel" not in loaded_after("import runner.commands.profile")


def test_only_the_doors_of_perfmodel_know_the_store():
    knowing = {str(p.relative_to(ROOT)) for p in modules("perfmodel") if "store" in imports(p)}
    assert knowing == DOORS


@pytest.mark.parametrize("package", ["store", "perfmodel", "runner"])
def test_folders_of_a_package_know_each_other_one_way(package):
    """Modules beside the folders may stand below some and above others."""
    known: dict[str, set[str]] = {folder.parent.name: set() for folder in (ROOT / package).glob("*/__init__.py")}
    assert len(known) > 5
    for folder, others in known.items():
        for path in (ROOT / package / folder).rglob("*.py"):
            others |= {parts[1] for name in imported(path) if (parts := name.split("."))[0] == package and parts[1:]}
        others &= set(known) - {folder}
    TopologicalSorter(known).prepare()  # raises CycleError


@pytest.mark.parametrize("package", ["store", "perfmodel", "runner"])
def test_no_package_below_the_pages_draws(package):
    for path in modules(package):
        assert not imports(path) & SCREEN, path


@pytest.mark.parametrize("package", ["store", "perfmodel", "pages"])
def test_spark_and_tensorflow_are_the_runners_alone(package):
    for path in modules(package):
        assert not imports(path) & HEAVY, path


def test_the_runner_imports_spark_and_tensorflow_only_inside_functions():
    for path in modules("runner"):
        assert not imports(path, top_level_only=True) & HEAVY, path


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("package", ["store", "perfmodel.catalog", "runner.campaigns.campaign"])
def test_importing_a_package_loads_neither_the_screen_nor_spark(package):
    loaded = loaded_after(f"import {package}")
    assert package.partition(".")[0] in loaded
    assert not loaded & (SCREEN | HEAVY)


@pytest.mark.parametrize("module", ["runner.runs.supervisor", "runner.jobs.predict", "runner.jobs.inference"])
def test_processes_of_a_run_load_no_database(module):
    """They started half a second later for the sake of an error's class."""
    assert not loaded_after(f"import {module}") & {"pandas", "duckdb"}


def test_every_name_of_the_store_is_where_it_says():
    loaded_after("import store\nfor name in store._MODULE_OF: getattr(store, name)")


def test_starting_the_app_loads_neither_spark_nor_tensorflow(tmp_path, demo_home):
    code = (
        "import os, sys\n"
        f"os.environ['SPARKCAST_HOME'] = {str(demo_home)!r}\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=120).run()\n"
        "assert not app.exception, app.exception\n"
        "assert app.metric, 'the page shows no figures'"
    )
    loaded = loaded_after(code)
    assert {"streamlit", "plotly", "perfmodel", "store"} <= loaded
    assert not loaded & HEAVY
