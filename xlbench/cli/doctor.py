"""``xlbench doctor``: is this machine fit to measure on, and what to change."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from xlbench.cli import exit_codes
from xlbench.cli.groups import flag
from xlbench.cli.show import put, terminal_width


def doctor(
    device: Annotated[
        str, typer.Option(help="auto (every GPU that NVML knows), cpu (no GPU) or cuda:N.")
    ] = "auto",
    strict: Annotated[bool, flag("--strict", "Exit with 4 if anything is bad.")] = False,
    out: Annotated[
        Path, typer.Option(help="Where results would be written: its disk is checked.")
    ] = Path("results"),
    as_json: Annotated[bool, flag("--json", "Print JSON.")] = False,
) -> None:
    """Tell whether this machine is fit to measure on, and what to change. Takes 2 s.

    Nothing is changed. A check whose file can't be read is unknown, which is not bad.

    Example: xlbench doctor --strict && xlbench run --ckpt base
    """
    from dataclasses import asdict

    from xlbench.doctor.examine import examine
    from xlbench.doctor.finding import fit

    findings = examine(device, os.environ, out)
    if as_json:
        found = [{**asdict(finding), "facts": dict(finding.facts)} for finding in findings]
        print(json.dumps({"fit": fit(findings), "findings": found}, indent=1, ensure_ascii=False))
    else:
        from xlbench.report.doctor import doctor_lines, summary
        from xlbench.report.paragraph import paragraph

        width = terminal_width()
        put(doctor_lines(findings, width))
        put(paragraph(summary(findings), width))
    if strict and not fit(findings):
        raise typer.Exit(exit_codes.NOT_PROVEN)
