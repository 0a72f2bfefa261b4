"""``xlbench train``: make the arms, intermediate tasks first, target tasks after."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlbench.cli.options import names, one_of
from xlbench.cli.output import note
from xlbench.errors import UserError
from xlbench.interrupts import Interrupted
from xlbench.printable import command_line
from xlbench.settings import ENGINES

if TYPE_CHECKING:
    from xlbench.report.trained import Listing
    from xlbench.train.execute import Prepared
    from xlbench.train.plan import Settings

SLOW = 2.0
"""Times as long as in fp32 from which training says that bf16 does not pay."""


def train(
    model: Annotated[
        str | None,
        typer.Argument(help="Entry of the catalogue, Hub repository (owner/name), or folder."),
    ] = None,
    intermediate: Annotated[
        str,
        typer.Option(
            help="Intermediate tasks, each a suite of its own: none, mnli, squad, ..., "
            "mnli+squad (mixed), or all (all that are there, mixed)."
        ),
    ] = "none",
    targets: Annotated[str, typer.Option(help="Target tasks: all, or names.")] = "all",
    data: Annotated[
        str | None,
        typer.Option(help="hub, or a folder of XTREME's files with English training files."),
    ] = None,
    intermediate_data: Annotated[
        str | None,
        typer.Option(help="hub, or a folder: TASK/{train,dev}.jsonl, or the authors' files."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Suites of each kind, seeds 1, 2, ...")] = 1,
    epochs: Annotated[
        float | None, typer.Option(min=0.001, help="Passes over each set (default: the papers').")
    ] = None,
    max_steps: Annotated[
        int | None, typer.Option(min=1, help="Steps of each phase, in place of epochs.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Rows of a step.")] = None,
    lr: Annotated[float | None, typer.Option(min=0.0, help="Highest learning rate.")] = None,
    warm_up: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Share of steps in which it rises.")
    ] = None,
    dtype: Annotated[str, typer.Option(help="fp32, or bf16 (mixed precision).")] = "fp32",
    device: Annotated[
        str, typer.Option(help="auto (a CUDA device if there is one), cpu or cuda.")
    ] = "auto",
    jobs: Annotated[
        int,
        typer.Option(min=1, help="Suites trained at the same time, each in a process of its own."),
    ] = 1,
    engine: Annotated[
        str,
        typer.Option(
            metavar="local|ray",
            help="ray: on the machines of a Ray cluster, a suite with its seed on one of them. "
            "All must have --out, data and model by the same paths: they write to --out, which "
            "they share. Not kept: say it again with --resume (needs xlbench\\[ray]).",
        ),
    ] = "local",
    address: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Of the Ray cluster: auto is the one this machine belongs to, local this machine "
            "alone with all its devices.",
        ),
    ] = "auto",
    freeze_embeddings: Annotated[
        bool, typer.Option("--freeze-embeddings", help="Leave the embeddings as they are.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Examples of a set at most.")] = None,
    mlm: Annotated[
        Path | None,
        typer.Option(help="Folder of text (.txt): masked language modelling during phase 2."),
    ] = None,
    translated: Annotated[
        Path | None,
        typer.Option(
            help="Folder of machine translations of the intermediate tasks, LG/TASK/train.jsonl."
        ),
    ] = None,
    save_every: Annotated[
        int | None, typer.Option(min=1, help="Steps between saved states (default: 200).")
    ] = None,
    revision: Annotated[str, typer.Option(help="Of a Hub repository.")] = "main",
    checkpoints: Annotated[
        Path | None, typer.Option(help="A YAML file of further checkpoints and suites.")
    ] = None,
    skip_malformed: Annotated[
        bool,
        typer.Option("--skip-malformed", help="Leave malformed rows out; they are counted."),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what is in --out, with its arguments.")
    ] = False,
    suite: Annotated[
        str | None,
        typer.Option(help="With --resume: train this suite alone, and write no catalogue."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show sets, steps, tokens, time; train nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was trained as JSON.")
    ] = False,
) -> None:
    """Train suites of checkpoints: intermediate tasks, then target tasks, in English.

    Example: xlbench train xlm-roberta-base --intermediate none,mnli --targets xnli,udpos
    --data DIR --intermediate-data DIR --out trained
    """
    from rich.console import Console

    from xlbench.checkpoints.catalogue import load_catalogue

    _check_extra()
    from xlbench.train.device import checked_device
    from xlbench.train.execute import execute, execute_one, prepare, quiet, write_settings
    from xlbench.train.plan import Settings, suites
    from xlbench.train.plan import targets as known_targets

    if out is None:
        raise UserError("--out is missing: say where to write the checkpoints")
    if resume:
        settings = _stored(out)
    else:
        if model is None or data is None:
            raise UserError(
                "name the model to start from and pass --data with the English training files, or "
                "--resume with --out"
            )
        if dtype not in ("fp32", "bf16"):
            raise UserError(f"--dtype: expected fp32 or bf16, found {dtype!r}")
        checked_device(device)
        changes = {
            "rate": lr,
            "epochs": epochs,
            "max_steps": max_steps,
            "batch_size": batch_size,
            "warm_up": warm_up,
            "dtype": dtype,
            "device": None if device == "auto" else device,
            "freeze_embeddings": freeze_embeddings,
            "save_every": save_every,
        }
        settings = Settings(
            model=model,
            intermediate=names("--intermediate", intermediate) or ("all",),
            targets=known_targets(names("--targets", targets)),
            data=data,
            intermediate_data=intermediate_data,
            seeds=seeds,
            limit=limit,
            mlm=None if mlm is None else str(mlm),
            translated=None if translated is None else str(translated),
            revision=revision,
            checkpoints=None if checkpoints is None else str(checkpoints),
            skip_malformed=skip_malformed,
            recipe=tuple((name, value) for name, value in changes.items() if value is not None),
        )
        if not dry_run and (out / "train.json").exists():
            raise UserError(f"--out {out} holds another training. Pass --resume, or a new folder.")
    over_cluster = one_of("--engine", engine, ENGINES) == "ray"
    if over_cluster:
        _check_ray(settings, jobs, suite)
    if suite is not None and not resume:
        raise UserError("--suite is for a training that was begun: pass --resume, too")
    quiet()
    extra = None if settings.checkpoints is None else Path(settings.checkpoints)
    prepared = prepare(settings, load_catalogue(extra), out)
    told = Console(stderr=True)
    if suite is None and not over_cluster:
        _say_if_slow(dict(settings.recipe))
    if dry_run:
        from xlbench.train.estimate import estimate

        _show_estimate(estimate(prepared), as_json)
        return
    from xlbench.report.train_progress import TrainBar

    with _continued_by(out):
        if suite is not None:
            with TrainBar(told) as bar:
                execute_one(prepared, suite, bar.describe, resume=True)
            return
        if over_cluster:
            write_settings(prepared)
            _train_over(prepared, address)
            resume = True
        if jobs > 1:
            write_settings(prepared)
            _train_others(out, settings, jobs)
            resume = True
        with TrainBar(told) as bar:
            file = execute(prepared, bar.describe, resume=resume)
    _show(file, [suite.name for suite in suites(settings)], as_json)
    for name, count in prepared.shelf.bad.counts.items():
        told.print(f"xlbench: note: {count} malformed rows of {name} left out", soft_wrap=True)


def _say_if_slow(recipe: Mapping[str, Any]) -> None:
    """Say so where the processor has to emulate the arithmetic that was asked for."""
    from xlbench.train.device import bf16_slowness, checked_device

    if recipe.get("dtype") != "bf16" or checked_device(recipe.get("device", "auto")) != "cpu":
        return
    if (slowness := bf16_slowness()) > SLOW:
        note(
            "this processor has no arithmetic for bf16: a product of matrices takes "
            f"{slowness:.0f} times as long as in fp32. --dtype fp32 trains faster here"
        )


@contextlib.contextmanager
def _continued_by(out: Path) -> Iterator[None]:
    """Have an interrupt say how the training is gone on with."""
    try:
        yield
    except KeyboardInterrupt:
        call = command_line(["xlbench", "train", "--resume", "--out", str(out)])
        raise Interrupted(f"interrupted; go on with: {call}") from None


def _train_others(out: Path, settings: Settings, jobs: int) -> None:
    """Train all suites in other processes; what is left is to say what they wrote."""
    from xlbench.train.device import visible_gpus
    from xlbench.train.plan import suites
    from xlbench.train.side_by_side import train_side_by_side

    gpus = visible_gpus(str(dict(settings.recipe).get("device", "auto")))
    train_side_by_side(out, [suite.name for suite in suites(settings)], jobs, gpus)


def _check_ray(settings: Settings, jobs: int, suite: str | None) -> None:
    """Refuse what is of one machine alone."""
    if jobs > 1 or suite is not None:
        raise UserError(
            "--engine ray: leave --jobs and --suite out; machines take a suite each, as many at a "
            "time as there is room for"
        )
    if dict(settings.recipe).get("device") == "cuda":
        raise UserError(
            "--engine ray: leave --device at auto; each machine takes a CUDA device where the "
            "cluster has them"
        )


def _train_over(prepared: Prepared, address: str) -> None:
    """Have machines of a cluster train all suites; what is left is to say what they wrote."""
    from xlbench.cli.machines import unit_bar
    from xlbench.placing.ray_cluster import connected
    from xlbench.train.over_cluster import train_over, training

    with connected(address) as ray:
        train_over(prepared, training(ray, prepared.settings, prepared.out), unit_bar())


def _check_extra() -> None:
    try:
        import accelerate  # noqa: F401
    except ImportError:
        raise UserError(
            "training needs accelerate, torch and transformers: pip install 'xlbench[train]'"
        ) from None


def _stored(out: Path) -> Settings:
    from xlbench.train.plan import Settings

    file = out / "train.json"
    try:
        return Settings.from_json(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"--resume: {file}: expected the arguments of a training ({error}). Start it anew "
            "without --resume."
        ) from None


def _show(file: Path, suite_names: list[str], as_json: bool) -> None:
    from xlbench.report.trained import cards, trained

    found = cards(file.parent, suite_names)
    if as_json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return
    _print(trained(found))
    typer.echo(f"xlbench run --checkpoints {file} --ckpt {suite_names[0]}", err=True)


def _show_estimate(plan: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(plan, indent=1, ensure_ascii=False))
        return
    from xlbench.report.trained import estimated

    _print(estimated(plan))


def _print(listing: Listing) -> None:
    """Print a table on a terminal, tab-separated values through a pipe."""
    from rich.console import Console

    from xlbench.cli.show import terminal_width
    from xlbench.report.trained import as_table, as_tsv

    if sys.stdout.isatty():
        Console(width=terminal_width()).print(as_table(listing), highlight=False)
    else:
        print(as_tsv(listing), end="")
