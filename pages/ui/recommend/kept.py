"""What became of recommendations: predicted against actual."""

from __future__ import annotations

import pandas as pd

from pages.ui.shared.formats import range_text, time_text
from pages.ui.shared.text import counted


def promise_table(found: pd.DataFrame) -> pd.DataFrame:
    """Runs that were configured from a recommendation, in words."""
    ended = found["status"] == "ok"
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
            "Actual": [
                time_text(seconds) if ok else status
                for seconds, ok, status in zip(found["actual_s"], ended, found["status"], strict=True)
            ],
            "Actual minus predicted": [
                f"{error:+.1f} %" if ok else "" for error, ok in zip(found["error_pct"], ended, strict=True)
            ],
            "Inside the interval": [
                ("yes" if inside else "no") if ok else "" for inside, ok in zip(found["inside"], ended, strict=True)
            ],
            "Not as recommended": found["otherwise"],
            "Model": found["model"],
        }
    )


def promise_text(found: pd.DataFrame) -> str:
    """The same in sentences; only runs that ended well and were as recommended keep a promise or break it."""
    ended = found["status"] == "ok"
    kept = found[ended & found["otherwise"].eq("")]
    others = [
        f"{counted(number, 'run')} {what}"
        for number, what in (
            (int((~ended).sum()), "did not end well"),
            (int(ended.sum()) - len(kept), "ended well, but not as recommended"),
        )
        if number
    ]
    said = [f"{'; '.join(others)}."] if others else []
    if len(kept):
        said.insert(
            0,
            f"{int(kept['inside'].sum())} of {len(kept)} runs ended inside the interval that was predicted for them; "
            f"half were within {kept['error_pct'].abs().median():.1f} % of the prediction.",
        )
    return " ".join(said)
