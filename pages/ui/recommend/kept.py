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
            "Actual": found["actual_s"].map(time_text).where(ended, found["status"]),
            "Actual minus predicted": found["error_pct"].map("{:+.1f} %".format).where(ended, ""),
            "Inside the interval": found["inside"].map({True: "yes", False: "no"}).where(ended, ""),
            "Not as recommended": found["otherwise"],
            "Model": found["model"],
        }
    )


def promise_text(found: pd.DataFrame) -> str:
    """The same in sentences; only runs that ended well and were as recommended keep a promise or break it."""
    ended = found["status"] == "ok"
    kept = found[ended & found["otherwise"].eq("")]
    others = {
        "did not end well": int((~ended).sum()),
        "ended well, but not as recommended": int(ended.sum()) - len(kept),
    }
    said = []
    if len(kept):
        said.append(
            f"{int(kept['inside'].sum())} of {len(kept)} runs ended inside the interval that was predicted for them; "
            f"half were within {kept['error_pct'].abs().median():.1f} % of the prediction."
        )
    if any(others.values()):
        said.append("; ".join(f"{counted(number, 'run')} {what}" for what, number in others.items() if number) + ".")
    return " ".join(said)
