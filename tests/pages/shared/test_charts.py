from __future__ import annotations

from pages.ui.shared.charts import log_axis


def test_a_logarithmic_axis_writes_its_ticks_out():
    few, many = log_axis("Time", 0.4, 12.0), log_axis("Time", 0.002, 12.0)
    assert few["ticktext"] == ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50", "100"]
    assert many["ticktext"] == ["0.001", "0.01", "0.1", "1", "10", "100"]
