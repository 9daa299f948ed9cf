"""Which trials a search makes: the same ones from the same seed, whatever was killed meanwhile."""

from __future__ import annotations

import itertools

import pytest

from runner.tuning.search import RANDOM, SAMPLERS, WINDOW, Search, Space, best, is_result_of
from runner.tuning.trial import Hyperparameters

RANGE = Space((0.001, 0.1), (10, 20), (4, 8), ("adam", "sgd"), is_range=True)
LIST = Space((0.001, 0.01, 0.1), (10, 20), (4,), ("adam", "sgd"))


def accuracy(chosen: Hyperparameters) -> float:
    """Made up, and best at a learning rate of 0.01, 20 images and Adam."""
    return 90 - 1000 * abs(chosen.learning_rate - 0.01) + chosen.batch / 10 + (5 if chosen.optimiser == "adam" else 0)


def run(search: Search) -> tuple[dict[int, Hyperparameters], list[int]]:
    """The trials, and for each of how many before it the result was asked for when it was suggested."""
    asked_for, known = [], set()

    def start(number, chosen):
        asked_for.append(len(known))

        def wait():
            assert known == set(range(len(known)))  # in the order of their numbers
            known.add(number)
            return accuracy(chosen)

        return wait

    made = search.run(start)
    assert known == set(made)  # all were waited for
    return made, asked_for


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_same_seed_makes_the_same_trials(sampler: str) -> None:
    first, _ = run(Search(LIST, sampler, 9, seed=1))
    again, _ = run(Search(LIST, sampler, 9, seed=1))
    other, _ = run(Search(LIST, sampler, 9, seed=2))
    assert list(first) == list(range(9))
    assert first == again
    assert first != other


def test_more_trials_begin_with_the_same_ones() -> None:
    few, _ = run(Search(RANGE, "tpe", 10, seed=1))
    more, known = run(Search(RANGE, "tpe", 14, seed=1))
    assert {number: more[number] for number in few} == few
    assert known == [0] * RANDOM + [number - WINDOW + 1 for number in range(RANDOM, 14)]


def test_values_stay_in_the_space() -> None:
    made, known = run(Search(RANGE, "random", 30, seed=1))
    assert known == [0] * 30
    for chosen in made.values():
        assert 0.001 <= chosen.learning_rate <= 0.1
        assert chosen.batch in RANGE.batches
        assert chosen.filters in RANGE.filters
        assert chosen.optimiser in RANGE.optimisers
    rates = sorted(chosen.learning_rate for chosen in made.values())
    assert rates[10] < 0.03  # half of a logarithmic scale lies below 0.01


def test_a_grid_has_every_combination_once() -> None:
    made, _ = run(Search(LIST, "grid", LIST.size, seed=1))
    assert LIST.size == 12
    every = itertools.product(LIST.learning_rates, LIST.batches, LIST.filters, LIST.optimisers)
    assert sorted(made.values()) == sorted(Hyperparameters(*values) for values in every)


def test_tpe_learns_from_what_it_was_told() -> None:
    made, _ = run(Search(RANGE, "tpe", 40, seed=0))
    late = [accuracy(made[number]) for number in range(30, 40)]
    early = [accuracy(made[number]) for number in range(10)]
    assert sum(late) / 10 > sum(early) / 10 + 5


def test_a_result_of_other_hyperparameters_is_no_result() -> None:
    chosen = Hyperparameters(0.1, 10, 8, "sgd")
    assert is_result_of(chosen, chosen._asdict() | {"number": 3})
    assert not is_result_of(chosen, chosen._asdict() | {"learning_rate": 0.2})
    assert not is_result_of(chosen, {})


def test_the_first_of_equals_is_the_best() -> None:
    assert best({2: 50.0, 1: 60.0, 0: 40.0, 3: 60.0}) == 1
