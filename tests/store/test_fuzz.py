"""Whatever is uploaded, it is taken in whole or refused with a reason; `make fuzz` tries thousands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.fuzz import Target, fuzz
from tests.store.untrusted import GOOD


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path / "home")


def test_what_the_fuzz_spoils_is_good_before(target: Target, tmp_path: Path) -> None:
    another = Target(tmp_path / "another" / "home")  # where no other copy of the application's log is
    for name, content in GOOD.items():
        (another if name == "log twice" else target).check(content)
    assert target.tally.taken + another.tally.taken == len(GOOD)


def test_spoilt_uploads_are_taken_whole_or_refused(target: Target) -> None:
    fuzz(target, examples=30)
    assert target.tally.uploads >= 30
    assert 0 < target.tally.taken < target.tally.uploads
