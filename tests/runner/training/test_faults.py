"""Trainings of both arms that lose an executor or a Python worker; with ``-m slow`` twenty more, struck at random."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.runner.training.faults import ARMS, ROLES, strike


@pytest.mark.thorough
@pytest.mark.parametrize(("arm", "role"), list(zip(ARMS, ROLES, strict=True)))
def test_a_training_survives_what_it_loses(tmp_path: Path, arm: str, role: str) -> None:
    struck = strike(tmp_path, arm, [role], seed=1)
    assert struck.violations() == []
    assert "made good, so its time is left out of fits" in struck.said


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_twenty_trainings_survive(tmp_path: Path, number: int) -> None:
    role = random.Random(number).choice(ROLES)
    assert strike(tmp_path, ARMS[number % 2], [role], seed=number).violations() == []
