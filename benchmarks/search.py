"""Our exact leave-one-out search against scikit-learn's GridSearchCV: same rows, grids, folds, machine and run."""

from __future__ import annotations

import time

import numpy as np
from sklearn.model_selection import GridSearchCV, LeaveOneOut

from perfmodel.features import feature_matrix
from perfmodel.reconstruct import reconstruct
from perfmodel.scenarios import SCENARIOS
from perfmodel.search import Candidate, select
from perfmodel.techniques import TECHNIQUES, convergence_ignored

SEED = 0


def peer(X: np.ndarray, y: np.ndarray) -> Candidate:
    """The best grid point of all techniques by GridSearchCV."""
    best = []
    for technique in TECHNIQUES.values():
        grid = [{name: [value] for name, value in point.items()} for point in technique.grid]
        estimator = technique.estimator(technique.grid[0], SEED)
        search = GridSearchCV(estimator, grid, scoring="neg_mean_squared_error", cv=LeaveOneOut(), n_jobs=1)
        with convergence_ignored():
            search.fit(X, y)
        best.append(Candidate(technique.name, search.best_params_, -search.best_score_))
    return min(best, key=lambda candidate: candidate.mse)


def timed(function, *arguments):
    """Result and seconds."""
    started = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - started


def main() -> None:
    runs = reconstruct("resnet50")
    scenario = SCENARIOS["baseline"]
    rows = scenario.training_rows(scenario.average(runs))
    X, y = feature_matrix(rows, scenario.features), rows["completion_time_s"].to_numpy()
    ours, our_s = timed(select, X, y, tuple(TECHNIQUES), SEED)
    theirs, their_s = timed(peer, X, y)
    print(f"baseline of resnet50 on paper-2020, {len(y)} rows, {len(ours.candidates)} grid points")
    print(f"  ours          {our_s:8.2f} s  {ours.winner.technique} {ours.winner.params} mse {ours.winner.mse:.6g}")
    print(f"  GridSearchCV  {their_s:8.2f} s  {theirs.technique} {theirs.params} mse {theirs.mse:.6g}")
    print(f"  ratio {their_s / our_s:.0f}x faster, error ratio {ours.winner.mse / theirs.mse:.6f}")


if __name__ == "__main__":
    main()
