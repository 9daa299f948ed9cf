"""Applications that fail on purpose, each in one way, and a Python installation that knows them.

The runner and its Spark workers meet them as they would meet a user's network that misbehaves: nothing in the product
knows that it is being tested.
"""

from __future__ import annotations

import ctypes
import site
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from runner.networks.applications import APPLICATIONS

ROOT = Path(__file__).resolve().parents[2]
PIB = 1 << 50


def python_that_knows_them(folder: Path) -> Path:
    """Make a virtual environment with the packages of this one in which this module is loaded at every start."""
    packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "same-packages.pth").write_text("\n".join([str(ROOT), *site.getsitepackages()]), encoding="utf-8")
    (packages / "sitecustomize.py").write_text("import tests.runner.faulty\n\ntests.runner.faulty.register()\n")
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix) / 'bin'}\n", encoding="utf-8")
    (folder / "bin").mkdir()
    python = folder / "bin" / "python"
    python.symlink_to(Path(sys.executable).resolve())
    return python


def register() -> None:
    """Add the applications to those that the runner knows."""
    for build in FAULTS:
        name = build.__name__
        APPLICATIONS[name] = replace(APPLICATIONS["tiny_cnn"], name=name, build=build)


def divides_by_zero() -> Any:
    """A mistake in the user's code."""
    return 1 / 0


def wants_a_pebibyte() -> Any:
    """More memory than Python can get."""
    return bytearray(PIB)


def wants_an_array_of_a_pebibyte() -> Any:
    """More memory than NumPy can get: its error has a name of its own."""
    import numpy as np

    return np.zeros(PIB)


def wants_a_tensor_of_a_pebibyte() -> Any:
    """More memory than TensorFlow can get."""
    import tensorflow as tf

    return tf.zeros(PIB // 4)


def runs_out_of_memory_in_cpp() -> Any:
    """C++ code that nobody guards: std::bad_alloc ends the whole process."""
    return ctypes.CDLL("libstdc++.so.6")["_Znwm"](ctypes.c_size_t(PIB))


def fills_the_heap() -> Any:
    """An error message that the executor's heap cannot hold: Spark reads it whole, inside the task."""
    raise RuntimeError("x" * 400_000_000)


FAULTS: tuple[Callable[[], Any], ...] = (
    divides_by_zero,
    wants_a_pebibyte,
    wants_an_array_of_a_pebibyte,
    wants_a_tensor_of_a_pebibyte,
    runs_out_of_memory_in_cpp,
    fills_the_heap,
)
