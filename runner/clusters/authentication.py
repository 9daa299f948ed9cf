"""A secret of its own for each private cluster: who does not know it can neither run code there nor read its data.

Other users of the machine can reach loopback ports and read command lines, so the secret is in a file that only its
owner can read, and Spark hands it to executors in their environment, which is as private.
"""

from __future__ import annotations

import os
import secrets
import shlex
from pathlib import Path

_SECRET_BYTES = 32
_PROPERTIES = {
    "spark.authenticate": "true",
    # The master's page and REST port know no secret: nothing can be killed or submitted there.
    "spark.ui.killEnabled": "false",
    "spark.master.ui.decommission.allow.mode": "DENY",
    "spark.master.rest.enabled": "false",
}


def write_private_conf(path: Path) -> None:
    """Write Spark's settings for master, workers and driver, in a folder of their own."""
    path.parent.mkdir(mode=0o700)
    properties = _PROPERTIES | {"spark.authenticate.secret": secrets.token_hex(_SECRET_BYTES)}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name} {value}\n" for name, value in properties.items())


def submit_arguments(path: Path) -> str:
    """Return PYSPARK_SUBMIT_ARGS for a driver that knows these settings."""
    return shlex.join(["--properties-file", str(path), "pyspark-shell"])
