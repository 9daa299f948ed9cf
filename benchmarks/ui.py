"""How long the explorer's server takes: from a slider that was moved to the new figures, and for a fresh start.

A client speaks Streamlit's protocol, so that a browser's drawing is not in the figures. Each page is held against a
bare Streamlit page with as many widgets and one figure, served and moved in the same run. Exits with 1 when a target is
missed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.browsing.tab import Tab
from pages.ui.recommend.tradeoff import front_data, front_figure
from perfmodel import catalog
from perfmodel.answers.cost import EXAMPLE_PRICE
from perfmodel.recommendation.advice import Request, advise
from perfmodel.recommendation.search import Goal, candidates, default_space
from perfmodel.scenarios import SCENARIOS
from store import open_store

ROOT = Path(__file__).resolve().parents[1]
APPLICATION, CLUSTER = "resnet50", "paper-2020"
PAIR = f"application={APPLICATION}&cluster={CLUSTER}"
CHARTS = ("Time", "Cost", "Executors x cores")
LARGE = 100_000  # candidates
MOST_EXECUTORS, MOST_CORES, MEMORIES = 1042, 16, [1.0, 2.0, 4.0, 8.0, 14.0, 16.0]
EXPLORE, RECOMMEND, FRESH = "Explore", "Recommend", "Fresh start"
P95_S = {EXPLORE: 0.2, RECOMMEND: 0.5}
FRESH_S = 2.0


@dataclasses.dataclass(frozen=True)
class Times:
    """Seconds of the moves of a slider, until the last figure and until the server was done."""

    figure: list[float]
    done: list[float]

    def p95(self) -> float:
        """95 % of the moves were done by then."""
        return statistics.quantiles(self.done, n=20, method="inclusive")[-1]


@contextmanager
def serving(script: Path, **environment: str) -> Iterator[str]:
    """Run an app; yields its address once it answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with subprocess.Popen(
        [*command, "--server.headless", "true"], cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server is healthy."""
    while server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - an address of ours
        except OSError:
            time.sleep(0.01)
        else:
            return
    sys.exit("the app stopped by itself")


def moves(tab: Tab, label: str, values: Sequence[float], rounds: int) -> Times:
    """Move a slider through the values, again and again; the first round warms up. No value is the one before it."""
    taken = []
    for value in [*values] * (rounds + 1):
        before = tab.figures
        taken.append(tab.move(label, value))
        if tab.figures in ([], before):
            sys.exit(f"no figure changed when {label} became {value}; nothing was measured")
    figure_s, done_s = zip(*taken[len(values) :], strict=True)
    return Times([*figure_s], [*done_s])


def explore(url: str, rounds: int) -> tuple[Times, int]:
    """Explore, with a slider and the three charts in turn; returns the times, and how many widgets there are."""
    parts = []
    with Tab(f"{url}/explore?{PAIR}") as tab:
        tab.open()
        for chart in CHARTS:
            tab.choose("Chart", [chart])
            parts.append(moves(tab, "Executors", range(1, 7), rounds))
            print(f"{EXPLORE}, {chart}: {milliseconds(parts[-1].p95())} (95 %)")
        widgets = len(tab.widgets)
    return Times([s for part in parts for s in part.figure], [s for part in parts for s in part.done]), widgets


def large_front(home: Path) -> list[str]:
    """What the page must draw of the large space: the names of the configurations that no other beats."""
    store = open_store(home)
    space = dataclasses.replace(
        default_space(catalog.usable_runs(store, APPLICATION, CLUSTER)),
        executors=range(1, MOST_EXECUTORS + 1),
        cores=range(1, MOST_CORES + 1),
        memory_gb=MEMORIES,
    )
    if len(candidates(space)) < LARGE:
        sys.exit(f"the space has {len(candidates(space)):,} candidates, fewer than {LARGE:,}")
    models = catalog.champions(store, APPLICATION, CLUSTER)
    advice = advise(models, Request(APPLICATION, CLUSTER, 100, space, Goal(), EXAMPLE_PRICE))
    return list(front_figure(front_data(advice, advice.recommendation.front.iloc[0])).data[0].text)


def recommend(url: str, home: Path, rounds: int) -> tuple[Times, int]:
    """Recommend over a large space, while the user says how sure the time must be."""
    with Tab(f"{url}/recommend?{PAIR}") as tab:
        tab.open()
        tab.count("Most executors", MOST_EXECUTORS)
        tab.count("Most cores an executor", MOST_CORES)
        tab.choose("Memory to try (GiB)", [str(gib) for gib in MEMORIES])
        if json.loads(tab.figures[-1])["data"][0]["text"] != large_front(home):
            sys.exit("Recommend did not search the large space; nothing was measured")
        times = moves(tab, "How sure", (60, 70, 80, 90, 95, 50), rounds)
        return times, len(tab.widgets)


def bare(widgets: int, rounds: int) -> Times:
    """The peer."""
    with serving(ROOT / "benchmarks/browsing/bare.py", WIDGETS=str(widgets)) as url, Tab(url) as tab:
        tab.open()
        return moves(tab, "Value 0", range(1, 7), rounds)


def fresh(script: Path, **environment: str) -> tuple[float, float]:
    """Seconds from a fresh server's first visit to its page, and from the start of its process."""
    started = time.perf_counter()
    with serving(script, **environment) as url, Tab(url) as tab:
        _, done = tab.open()
        return done, time.perf_counter() - started


def make_home(home: Path) -> None:
    """The demo data, with every scenario fitted for the pair that is looked at."""
    store = open_store(home)
    catalog.add_demo_runs(store)
    refused = [one for one in catalog.fit(store, APPLICATION, CLUSTER, tuple(SCENARIOS)) if one.refused]
    if refused:
        sys.exit(f"not fitted: {refused}")


def milliseconds(seconds: float) -> str:
    """For people."""
    return f"{1000 * seconds:,.0f} ms"


def report(name: str, times: Times, peer: Times) -> bool:
    """Print a page's times beside the bare page's; returns whether its target is met."""
    ratio = statistics.median(times.done) / statistics.median(peer.done)
    print(
        f"{name}: {len(times.done)} moves; new figures {milliseconds(statistics.median(times.figure))}, "
        f"done {milliseconds(statistics.median(times.done))} (median), {milliseconds(times.p95())} (95 %); "
        f"wanted below {milliseconds(P95_S[name])} in 95 %\n"
        f"    a bare page with as many widgets: {milliseconds(statistics.median(peer.done))}, "
        f"{milliseconds(peer.p95())} (95 %); ratio {ratio:.1f}"
    )
    return times.p95() < P95_S[name]


def report_fresh(home: Path, widgets: int, rounds: int) -> bool:
    """Print what the first visit to a fresh server takes; returns whether its target is met."""
    ours = [fresh(ROOT / "serve.py", SPARKCAST_HOME=str(home)) for _ in range(rounds)]
    theirs = [fresh(ROOT / "benchmarks/browsing/bare.py", WIDGETS=str(widgets)) for _ in range(rounds)]
    first, all_of_it = (statistics.median(column) for column in zip(*ours, strict=True))
    bare_first, bare_all = (statistics.median(column) for column in zip(*theirs, strict=True))
    print(
        f"{FRESH}: first page {first:.2f} s after the server is up, {all_of_it:.2f} s after its process started; "
        f"wanted below {FRESH_S:g} s\n"
        f"    a bare page: {bare_first:.2f} s, {bare_all:.2f} s; ratio {all_of_it / bare_all:.1f}"
    )
    return first < FRESH_S


def measured(home: Path, rounds: int) -> bool:
    """Measure and print everything; returns whether all targets are met."""
    with serving(ROOT / "serve.py", SPARKCAST_HOME=str(home)) as url:
        pages = {EXPLORE: explore(url, rounds), RECOMMEND: recommend(url, home, rounds)}
    met = [report(name, times, bare(widgets, rounds)) for name, (times, widgets) in pages.items()]
    return all([*met, report_fresh(home, pages[EXPLORE][1], 3)])


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="of six moves of each chart (default: 10)")
    parser.add_argument("--home", type=Path, help="with every scenario fitted; without it one is made first")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home or Path(folder)
        if arguments.home is None:
            make_home(home)
        sys.exit(0 if measured(home, arguments.rounds) else 1)


if __name__ == "__main__":
    main()
