from __future__ import annotations

import pytest

from store.amounts import amount


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.00"), (0.00123, "0.00123"), (0.04567, "0.0457"), (3.994, "3.99"), (1234.5, "1,234.50")]
)
def test_an_amount_has_cents_or_three_digits(value: float, text: str) -> None:
    assert amount(value) == text
