"""A campaign that somebody asks for on a screen: the same arguments that ``python -m runner profile`` takes."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
from dataclasses import dataclass
from typing import Any, NoReturn

from runner.campaigns.campaign import Campaign
from runner.clusters.target import Target
from runner.commands.plan_options import read_plan
from runner.commands.profile import add_profile, describe_plan
from runner.errors import RunnerError
from runner.plans.plan import Plan
from store import Store

_OPTIONS = {
    "application": "--application",
    "executors": "--executors",
    "cores": "--cores",
    "total_cores": "--total-cores",
    "memory": "--memory",
    "images_per_partition": "--images-per-partition",
    "sampling_rates": "--sampling-rates",
    "synthetic": "--synthetic",
    "images": "--images",
    "repeats": "--repeats",
    "cluster": "--cluster",
    "master": "--master",
    "campaign": "--campaign",
}


@dataclass(frozen=True)
class Request:
    """Options of ``python -m runner profile`` by name, as text; an empty one is left out.

    Parameters
    ----------
    application, executors, memory, images_per_partition, sampling_rates, repeats : str
    cores, total_cores : str
        Of each executor, or over all: one of them.
    synthetic, images : str
        Number of photos to generate, or the folder of one's own: one of them.
    cluster, master, campaign : str
    fewest : bool
        Of the combinations, only those that determine scenario 5's law.
    """

    application: str
    executors: str
    memory: str
    images_per_partition: str
    sampling_rates: str
    repeats: str = "1"
    cores: str = ""
    total_cores: str = ""
    synthetic: str = ""
    images: str = ""
    cluster: str = ""
    master: str = ""
    campaign: str = ""
    fewest: bool = False

    @property
    def arguments(self) -> list[str]:
        """The options as arguments, each in one piece, so that no value is taken for an option."""
        given = [(option, getattr(self, name).strip()) for name, option in _OPTIONS.items()]
        return [*(f"{option}={value}" for option, value in given if value), *(["--fewest"] if self.fewest else [])]

    @property
    def command(self) -> str:
        """The command, for a POSIX shell."""
        return shlex.join(["python", "-m", "runner", "profile", *self.arguments])

    def plan(self) -> Plan:
        """Return the plan, checked as the command checks it; nobody looks for the master yet.

        Raises
        ------
        RunnerError
            Naming the option whose value is missing or cannot be used.
        """
        if not (self.synthetic or self.images):
            raise RunnerError("--images: name a folder with images, or let photos be generated")
        here = dataclasses.replace(self, master="")
        plan, _ = read_plan(_parse(here.arguments))
        return dataclasses.replace(plan, target=Target(self.master)) if self.master else plan

    def preview(self, store: Store) -> dict[str, Any]:
        """Return what ``--dry-run`` says of the plan; see `runner.campaigns.preview.preview`."""
        plan = self.plan()
        campaign = Campaign(store, plan, self.campaign or plan.default_campaign())
        return describe_plan(campaign, plan, store, is_design=self.fewest)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong to its caller; nobody could read it on a terminal."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of ending the process."""
        raise RunnerError(message)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser: argparse.ArgumentParser = _Parser()
    add_profile(parser.add_subparsers())
    return parser.parse_args(["profile", *arguments])
