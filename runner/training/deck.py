"""What a deck on a distributed CNN with Spark measured: the figures that ours stand beside."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def deck() -> dict[str, Any]:
    """Return the deck's figures.

    Returns
    -------
    dict
        ``source``; ``images`` an iteration; ``naive_step_s`` and ``spark_step_s``, seconds of an iteration in plain
        NumPy and on Spark over HDFS; ``layers``: seconds by layer and pass (forward, backward); ``parts``: seconds by
        layer, pass and part. Its parts do not add up to its layers.
    """
    content: dict[str, Any] = json.loads(
        resources.files("runner.training").joinpath("deck.json").read_text(encoding="utf-8")
    )
    return content
