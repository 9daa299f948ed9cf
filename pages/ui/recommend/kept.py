"""What became of recommendations: predicted against actual."""

from __future__ import annotations

import pandas as pd

from pages.ui.shared.formats import range_text, time_text


def promise_table(found: pd.DataFrame) -> pd.DataFrame:
    """Runs that followed a recommendation, in words."""
    return pd.DataFrame(
        {
            "Started": found["started_at"].dt.strftime("%Y-%m-%d %H:%M UTC"),
            "Executors x cores": [
                f"{e} x {c}" for e, c in zip(found["num_executors"], found["executor_cores"], strict=True)
            ],
            "Predicted": [time_text(seconds) for seconds in found["predicted_s"]],
            "Interval": [
                f"{range_text(time_text(low), time_text(high))} ({level:.0%})"
                for low, high, level in zip(
                    found["predicted_low_s"], found["predicted_high_s"], found["interval_level"], strict=True
                )
            ],
            "Actual": [time_text(seconds) for seconds in found["actual_s"]],
            "Actual minus predicted": [f"{error:+.1f} %" for error in found["error_pct"]],
            "Inside the interval": ["yes" if inside else "no" for inside in found["inside"]],
            "Model": found["model"],
        }
    )


def promise_text(found: pd.DataFrame) -> str:
    """The same in a sentence."""
    return (
        f"{int(found['inside'].sum())} of {len(found)} runs ended inside the interval that was predicted for them; "
        f"half were within {found['error_pct'].abs().median():.1f} % of the prediction."
    )
