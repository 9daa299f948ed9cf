"""The options that describe a campaign of trainings, and the plan that they make."""

from __future__ import annotations

import argparse
import dataclasses
import functools
from pathlib import Path

from runner.clusters.resources import refuse_uneven
from runner.clusters.target import add_target_options, read_target
from runner.commands.arguments import read_integer, read_positive
from runner.commands.plan_options import add_core_options, read_grid
from runner.errors import RunnerError
from runner.inputs.cifar import LabelledPhotos, make_cifar_like, name_cifar_like, open_cifar
from runner.inputs.images import Dataset
from runner.inputs.sources import open_images
from runner.networks.applications import Application
from runner.networks.cifar_cnn import FILTERS
from runner.plans.plan import Plan
from runner.training.kernels import keras_network
from runner.training.order import ARMS, Training
from store.home import locate

APPLICATION = Application("cifar_cnn", (32, 32, 3), "minus_one_to_one", functools.partial(keras_network, FILTERS))
TRAININGS = "trainings"  # under the home: the last weights of each run
TEST_SHARE = 5  # of a generated set: one test image for so many to learn from
LEARNING_RATE = "0.02"


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add what `read_training_plan` reads."""
    parser.add_argument(
        "--arm",
        choices=ARMS,
        default="driver",
        help="how a step is shared: driver: the workers send it their gradients, it averages; barrier: a barrier stage "
        "an epoch, the workers exchange gradients; one-process: not at all, TensorFlow with all cores of one executor; "
        "numpy: the same in plain NumPy (default: driver)",
    )
    parser.add_argument("--epochs", default="2", metavar="N", help="passes over the images, at most 400 (default: 2)")
    parser.add_argument("--batch", default="500", metavar="N,...", help="images of a step (default: 500)")
    parser.add_argument(
        "--learning-rate", default=LEARNING_RATE, metavar="X", help=f"of gradient descent (default: {LEARNING_RATE})"
    )
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="what computes (default: cpu)")
    add_data_options(parser)
    parser.add_argument("--sampling-rates", default="100", metavar="PCT,...", help="share of the images (default: 100)")
    parser.add_argument("--executors", default="1", metavar="N,...", help="numbers of executors (default: 1)")
    add_core_options(parser)
    parser.add_argument("--memory", default="1g", metavar="SIZE,...", help="executor memory (default: 1g)")
    parser.add_argument("--repeats", default="1", metavar="N", help="runs of each configuration (default: 1)")
    add_target_options(parser)
    parser.add_argument("--cluster", metavar="NAME", help="name of the cluster in the run log")


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which images there are to learn from."""
    images = parser.add_mutually_exclusive_group(required=True)
    images.add_argument(
        "--images", metavar="N", help=f"generate N CIFAR-like photos, and one for each {TEST_SHARE} of them to test on"
    )
    images.add_argument("--data", type=Path, metavar="DIR", help="folder with CIFAR-10's binary version")
    parser.add_argument("--seed", default="0", metavar="N", help="of weights, order, samples and photos (default: 0)")


@dataclasses.dataclass(frozen=True)
class Photos:
    """The images of a campaign, perhaps still to be generated.

    Parameters
    ----------
    name : str
        What plans call them.
    images, seed : int
        Images to learn from; the seed that generated ones are drawn with.
    where : LabelledPhotos
    generated_in : Path or None
        Folder for generated sets; None for images that are somebody's own.
    """

    name: str
    images: int
    seed: int
    where: LabelledPhotos
    generated_in: Path | None = None

    def open(self) -> Dataset:
        """Return the images to learn from; they and those to test on are there afterwards."""
        if self.generated_in is not None:
            make_cifar_like(self.generated_in, self.images, self.images // TEST_SHARE, self.seed)
        return self.where.training.dataset()


def read_photos(args: argparse.Namespace) -> Photos:
    """Return the images that the options name.

    Raises
    ------
    RunnerError
        When they cannot be used.
    """
    seed = read_integer("--seed", args.seed)
    if args.data is not None:
        where = open_cifar(args.data)
        return Photos(open_images(args.data).name, len(where.training), seed, where)
    images, root = read_integer("--images", args.images), locate(args.home).root / "datasets"
    where = name_cifar_like(root, images, images // TEST_SHARE, seed)
    return Photos(where.training.name, images, seed, where, root)


def read_training_plan(args: argparse.Namespace, photos: Photos) -> Plan:
    """Return the plan that the options describe.

    Raises
    ------
    RunnerError
        Naming the option whose value cannot be used.
    """
    runs = read_grid(args, "--batch", args.batch, photos.seed)
    target = read_target(args.master, args.conf, args.container_image)
    training = _read_training(args, photos)
    if training.device == "gpu" and training.kernel == "numpy":
        raise RunnerError(f"--device: --arm {training.arm} computes on CPUs only; give another --arm, or cpu")
    for run in runs:
        refuse_uneven(target.master, run.configuration.executor_cores)
        if training.in_one_process and run.configuration.num_executors > 1:
            raise RunnerError(f"--executors: --arm {training.arm} is one process, in one executor; give 1")
    cluster = args.cluster or target.cluster_name()
    return Plan(APPLICATION, cluster, photos.name, photos.images, photos.seed, runs, target, training=training)


def _read_training(args: argparse.Namespace, photos: Photos) -> Training:
    return Training(
        arm=args.arm,
        epochs=read_integer("--epochs", args.epochs),
        learning_rate=read_positive("--learning-rate", args.learning_rate),
        files=photos.where.training.files,
        test_files=photos.where.test.files,
        checkpoints=str(locate(args.home).root / TRAININGS),
        device=args.device,
    )
