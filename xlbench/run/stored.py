"""The settings of a run that is continued: those of its manifest, with more time if asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xlbench.arms import Arm, parse_arm
from xlbench.errors import UserError
from xlbench.printable import HIDDEN, without_secrets
from xlbench.results.folder import read_manifest
from xlbench.run.settings import Settings


def stored_settings(
    folder: Path, arms: Sequence[str] | None, budget_s: float | None, precision: float | None
) -> Settings:
    """Return the settings of the run in ``folder``.

    Args:
        folder: its result folder.
        arms: arms named on the command line, if any: they must be the run's own.
        budget_s: takes the stored one's place if it is larger; ``None`` leaves that.
        precision: takes the stored one's place if it is finer; ``None`` leaves that.

    Raises:
        UserError: the folder holds no run, or one of other arms, or a secret variable of an arm was
            not given again.
    """
    settings = Settings.from_json(read_manifest(folder)["settings"])
    own = [arm.text for arm in settings.arms]
    if arms and list(map(without_secrets, arms)) != own:
        raise UserError(
            f"--resume: the run in {folder} measures {', '.join(own)}, not "
            f"{', '.join(arms)}; leave --ckpt out or start a new run"
        )
    given = [parse_arm(text).options.env for text in arms] if arms else [{} for _ in own]
    return replace(
        settings,
        arms=tuple(map(_with_secrets, settings.arms, given)),
        budget_s=max(settings.budget_s, budget_s or 0.0),
        precision=min(settings.precision, precision or settings.precision),
    )


def _with_secrets(arm: Arm, given: Mapping[str, str]) -> Arm:
    """Return the arm with the variables whose values no result folder keeps."""
    env = {name: given.get(name, value) for name, value in arm.options.env.items()}
    for name, value in env.items():
        if HIDDEN in value:
            raise UserError(
                f"--resume: the value of env.{name} is secret and was not stored; name the arm "
                "again with it: --ckpt NAME@env.NAME=VALUE"
            )
    return replace(arm, options=replace(arm.options, env=env))
