"""Our exact search against scikit-learn's GridSearchCV: same rows, grids, folds, machine and run.

Both run in this process with one BLAS thread, and what is compared is processor time: what else the machine does at
the time takes longer for one of them by chance, and a second BLAS thread only waits.

All four techniques with their complete grids, for the baseline and for the four searches of scenario 4-2. Unlike the
product, this gives every technique to every search (docs/decisions/0004 leaves some out where they cannot be right).
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
from sklearn.model_selection import GridSearchCV
from threadpoolctl import threadpool_limits

import perfmodel.regressor
from perfmodel.paper.reconstruct import reconstruct
from perfmodel.regressor import ScenarioRegressor
from perfmodel.scenarios import SCENARIOS
from perfmodel.scores.folds import Fold
from perfmodel.search.choice import Candidate, select
from perfmodel.search.techniques import TECHNIQUES, Technique, convergence_ignored

SEED = 0
PREFIX = {"mlp": "regressor__mlpregressor__"}  # where the parameters are inside the estimator


@dataclass(frozen=True)
class Search:
    """The rows and folds of one search."""

    X: np.ndarray
    y: np.ndarray
    folds: list[Fold]


@dataclass(frozen=True)
class Measured:
    """A technique's grid searched: processor seconds of the complete grid, and the error of each point that was run."""

    seconds: float
    candidates: list[Candidate]

    @property
    def best(self) -> Candidate:
        return min(self.candidates, key=lambda candidate: candidate.mse)


def searches(scenario_name: str, application: str) -> list[Search]:
    """The searches that a fit of the scenario makes, in its order."""
    scenario = SCENARIOS[scenario_name]
    rows = scenario.training_rows(scenario.average(reconstruct(application)))
    with patch.object(perfmodel.regressor, "select", wraps=select) as recorded:
        ScenarioRegressor(scenario_name, tuple(TECHNIQUES), SEED).fit(rows, rows["completion_time_s"])
    return [Search(X, y, folds) for X, y, _, folds, _ in (call.args for call in recorded.call_args_list)]


def ours(search: Search, technique: Technique) -> Measured:
    started = time.process_time()
    selection = select(search.X, search.y, (technique.name,), search.folds, SEED)
    return Measured(time.process_time() - started, list(selection.candidates))


def theirs(search: Search, technique: Technique, sample: int | None) -> Measured:
    """GridSearchCV, on a random part of the grid where a sample is asked for; the seconds are then scaled up."""
    n = len(technique.grid)
    chosen = range(n) if sample is None else np.random.default_rng(SEED).permutation(n)[:sample]
    points = [technique.grid[j] for j in chosen]
    grid = [{PREFIX.get(technique.name, "") + k: [v] for k, v in point.items()} for point in points]
    splits = [(fold.train, fold.held_out) for fold in search.folds]
    peer = GridSearchCV(
        technique.estimator(points[0], SEED), grid, scoring="neg_mean_squared_error", cv=splits, n_jobs=1
    )
    started = time.process_time()
    with convergence_ignored(), threadpool_limits(limits=1, user_api="blas"):  # as ours; it is faster so
        peer.fit(search.X, search.y)
    seconds = (time.process_time() - started) * n / len(points)
    errors = -peer.cv_results_["mean_test_score"]
    return Measured(seconds, [Candidate(technique.name, p, float(e)) for p, e in zip(points, errors, strict=True)])


def difference(mine: Measured, peers: Measured) -> float:
    """Largest relative difference between the errors that both give one grid point."""
    known = [(candidate.params, candidate.mse) for candidate in mine.candidates]
    return max(
        abs(next(mse for params, mse in known if params == peer.params) / peer.mse - 1) for peer in peers.candidates
    )


def compare(label: str, search: Search, sample: int | None) -> tuple[float, float]:
    """Print one search a technique; processor seconds of ours and theirs."""
    print(f"{label}: {len(search.y)} rows, {search.X.shape[1]} features, {len(search.folds)} folds")
    print("  technique       points   ours s  GridSearchCV s   ratio   largest difference of an error")
    both = []
    for technique in TECHNIQUES.values():
        mine, peers = ours(search, technique), theirs(search, technique, sample)
        both.append((mine, peers))
        print(
            f"  {technique.name:14s} {len(peers.candidates):3d}/{len(technique.grid):3d} {mine.seconds:8.3f} "
            f"{peers.seconds:15.2f} {peers.seconds / mine.seconds:6.0f}x   {difference(mine, peers):.1e}",
            flush=True,
        )
    mine_s, peers_s = (sum(measured.seconds for measured in column) for column in zip(*both, strict=True))
    best, peers_best = (min((m.best for m in column), key=lambda c: c.mse) for column in zip(*both, strict=True))
    print(f"  {'all':22s} {mine_s:8.3f} {peers_s:15.2f} {peers_s / mine_s:6.0f}x")
    print(f"  winner, ours         {best.technique} {best.params} mse {best.mse:.8g}")
    print(f"  winner, GridSearchCV {peers_best.technique} {peers_best.params} mse {peers_best.mse:.8g}")
    print(f"  error ratio of the winners {best.mse / peers_best.mse:.9f}\n", flush=True)
    return mine_s, peers_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--application", default="resnet50")
    parser.add_argument(
        "--peer-sample",
        type=int,
        metavar="POINTS",
        help="run GridSearchCV on so many random points of each grid, and scale its seconds up",
    )
    arguments = parser.parse_args()
    if arguments.peer_sample is not None:
        print(
            f"GridSearchCV is NOT measured completely: {arguments.peer_sample} random points of each grid, "
            "its seconds scaled to the whole grid, its winner the best of those points.\n"
        )
    for name in ("baseline", "4-2"):
        found = searches(name, arguments.application)
        what = f"{name} of {arguments.application} on paper-2020, search"
        seconds = [compare(f"{what} {i} of {len(found)}", s, arguments.peer_sample) for i, s in enumerate(found, 1)]
        mine_s, peers_s = map(sum, zip(*seconds, strict=True))
        print(f"{what}es all: ours {mine_s:.2f} s, GridSearchCV {peers_s:.1f} s, {peers_s / mine_s:.0f}x faster\n")


if __name__ == "__main__":
    main()
