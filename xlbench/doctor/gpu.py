"""GPUs as NVML sees them: who else is there, and what lowers their clocks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from xlbench.doctor.finding import Finding, Status
from xlbench.errors import UserError
from xlbench.probes.nvml import Nvml, all_gpus, open_nvml

HOT_C = 80
"""Boards begin to lower their clocks between 83 and 90 degrees (nvidia-smi -q -d TEMPERATURE)."""

LITTLE_USE = 5
"""Percent of the last second in which a kernel ran (nvmlDeviceGetUtilizationRates)."""

_ASK = """
import sys, torch
index = int(sys.argv[1])
if not torch.cuda.is_available() or index >= torch.cuda.device_count():
    sys.exit(f"torch sees {torch.cuda.device_count()} CUDA devices")
print(torch.cuda.get_device_properties(index).uuid)
"""


def gpus(device: str, pid: int) -> list[Finding]:
    """Return the findings about the GPUs that ``device`` means.

    Args:
        device: ``auto`` (every GPU that NVML knows), ``cpu`` (none) or ``cuda:N`` as torch
            numbers them.
        pid: this process, which is not one of the others.

    Raises:
        UserError: ``device`` is none of these.
    """
    if device == "cpu":
        return []
    if device == "auto":
        boards = all_gpus()
        if not boards:
            return [Finding("GPU", "ok", "none that NVML knows; measuring on the CPU")]
        return [f for i, board in enumerate(boards) for f in examine(board, f"GPU {i}", pid)]
    name, _, number = device.partition(":")
    if name != "cuda" or not (number or "0").isdigit():
        raise UserError(f"--device {device}: expected auto, cpu or cuda:N")
    uuid, trouble = _identity(int(number or 0))
    if uuid is None:
        return [
            Finding(
                "GPU",
                "bad",
                trouble,
                "install a driver and a torch built for CUDA, or use --device cpu",
            )
        ]
    board = open_nvml(uuid)
    if board is None:
        return [
            Finding(
                "GPU",
                "warn",
                f"NVML can't open {uuid}: the results will lack clocks, power and throttling",
                "install the driver's NVML",
            )
        ]
    return examine(board, device, pid)


def examine(board: Nvml, name: str, pid: int) -> list[Finding]:
    """Return all findings about one board."""
    facts = board.describe()
    return [
        _company(board, name, pid),
        _persistence(board, name),
        _clocks(facts, name),
        _temperature(facts["temperature_c"], name),
    ]


def _clocks(facts: Mapping[str, Any], name: str) -> Finding:
    now, most = facts["sm_clock_mhz"], facts["max_sm_clock_mhz"]
    found = f"{_or(facts['name'])}: {_or(now)} of {_or(most)} MHz"
    if facts["throttle_reasons"]:
        reasons = ", ".join(facts["throttle_reasons"])
        return Finding(
            f"{name} clocks",
            "bad",
            f"{found}, lowered by {reasons}",
            "let it cool down, raise its power limit, or wait",
        )
    if now is None:
        return Finding(f"{name} clocks", "unknown", "not told")
    return Finding(f"{name} clocks", "ok", found, "to fix them: sudo nvidia-smi -lgc MHZ,MHZ")


def _company(board: Nvml, name: str, pid: int) -> Finding:
    others, used = board.other_processes(pid), board.utilization()
    facts = {"other_processes": others, "utilization_percent": used}
    advice = "wait for it, or choose another GPU with --device"
    if others:
        return Finding(
            f"{name} company", "bad", f"{others} other processes compute on it", advice, facts
        )
    if used is not None and used > LITTLE_USE:
        return Finding(
            f"{name} company",
            "bad",
            f"{used} % in use by a process that can't be seen from here",
            advice,
            facts,
        )
    if others is None and used is None:
        return Finding(f"{name} company", "unknown", "processes and use are not told", facts=facts)
    return Finding(f"{name} company", "ok", "no other process", facts=facts)


def _persistence(board: Nvml, name: str) -> Finding:
    on = board.persistence()
    if on is None:
        return Finding(f"{name} persistence", "unknown", "not told")
    if on:
        return Finding(f"{name} persistence", "ok", "on")
    return Finding(
        f"{name} persistence",
        "warn",
        "off: the driver is loaded anew for every process, cold starts are slow",
        "sudo nvidia-smi -pm 1",
    )


def _temperature(celsius: int | None, name: str) -> Finding:
    if celsius is None:
        return Finding(f"{name} temperature", "unknown", "not told")
    status: Status = "ok" if celsius < HOT_C else "warn"
    advice = "" if status == "ok" else "its clocks will fall soon: let it cool down"
    facts = {"temperature_c": celsius}
    return Finding(f"{name} temperature", status, f"{celsius} °C", advice, facts)


def _identity(index: int) -> tuple[str | None, str]:
    """Ask torch, in a process of its own, for the UUID of its device number ``index``."""
    command = [sys.executable, "-c", _ASK, str(index)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"torch could not be asked: {error}"
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or ["torch could not be asked"])[-1]
    return done.stdout.strip(), ""


def _or(value: object) -> str:
    return "?" if value is None else str(value)
