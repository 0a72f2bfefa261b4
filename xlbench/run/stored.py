"""The settings of a run that is continued: those of its manifest, with more time if asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlbench.errors import UserError
from xlbench.results.folder import read_manifest
from xlbench.run.settings import Settings


def stored_settings(
    folder: Path, arms: Sequence[str] | None, budget_s: float, precision: float
) -> Settings:
    """Return the settings of the run in ``folder``.

    Args:
        folder: its result folder.
        arms: arms named on the command line, if any: they must be the run's own.
        budget_s: takes the stored one's place if it is larger.
        precision: takes the stored one's place if it is finer.

    Raises:
        UserError: the folder holds no run, or one of other arms.
    """
    settings = Settings.from_json(read_manifest(folder)["settings"])
    own = [arm.text for arm in settings.arms]
    if arms and list(arms) != own:
        raise UserError(
            f"--resume: the run in {folder} measures {', '.join(own)}, not "
            f"{', '.join(arms)}; leave --ckpt out or start a new run"
        )
    return replace(
        settings,
        budget_s=max(settings.budget_s, budget_s),
        precision=min(settings.precision, precision),
    )
