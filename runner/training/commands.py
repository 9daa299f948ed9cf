"""The commands of this package, for ``python -m runner``."""

from __future__ import annotations

import argparse

from runner.training.layers_command import add_layers
from runner.training.train_command import add_train
from runner.training.tune_command import add_tune


def add_training_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add them to the parser."""
    add_layers(commands)
    add_train(commands)
    add_tune(commands)
