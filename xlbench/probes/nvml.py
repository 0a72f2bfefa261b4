"""What NVML knows of a GPU: memory by process, clocks, throttling, power, energy.

Everything NVML can't tell (no library, a function the board lacks, a container that hides
processes) is ``None``: never a zero.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

POWER_CAP = "power-cap"
"""The reason that is normal under load: a board draws what it may."""

# nvmlClocksEventReasons: what lowers the clocks other than idleness or a user's setting.
THROTTLE_REASONS = {
    0x0000000000000004: POWER_CAP,
    0x0000000000000008: "hw-slowdown",
    0x0000000000000020: "sw-thermal",
    0x0000000000000040: "hw-thermal",
    0x0000000000000080: "hw-power-brake",
}
_IDLE = 0x0000000000000001

# nvmlPerfPolicyType: for how long each kept the clocks down, other than idleness and settings.
_POLICIES = {0: POWER_CAP, 1: "thermal", 2: "sync-boost", 3: "board-limit", 5: "reliability"}


class Nvml:
    """One GPU, or a part of one (MIG), as NVML sees it.

    Args:
        nvml: the module ``pynvml`` (already initialised), or a stand-in.
        handle: the device's NVML handle.
        whole: that of the board which it is a part of: all parts run at its clocks, and NVML tells
            of those for a board only. ``None``: it is a board itself.
    """

    def __init__(self, nvml: Any, handle: Any, whole: Any = None) -> None:
        self._nvml, self._handle = nvml, handle
        self._board = handle if whole is None else whole

    def parts(self) -> Iterator[Nvml]:
        """Yield the parts that the board is divided into (MIG devices)."""
        for index in range(self._ask("nvmlDeviceGetMaxMigDeviceCount") or 0):
            part = self._ask("nvmlDeviceGetMigDeviceHandleByIndex", index)
            if part is not None:
                yield Nvml(self._nvml, part, self._handle)

    def divided(self) -> bool:
        """Tell whether what runs on the board runs on parts of it (MIG)."""
        modes = self._ask("nvmlDeviceGetMigMode")
        return modes is not None and bool(modes[0])

    def process_bytes(self, pid: int) -> int | None:
        """Return the device memory of a process (context, kernels and tensors)."""
        running = self._ask("nvmlDeviceGetComputeRunningProcesses")
        for process in running or ():
            if process.pid == pid and process.usedGpuMemory is not None:
                return int(process.usedGpuMemory)
        return None

    def other_processes(self, pid: int | None) -> int | None:
        """Return how many other processes compute on the device.

        Args:
            pid: of this one as NVML knows it; ``None``: it can't be told, nor can the number.
        """
        pids = None if pid is None else self.pids()
        return None if pids is None else len(pids - {pid})

    def pids(self) -> set[int] | None:
        """Return the numbers of the processes that compute on the device, as the host has them."""
        running = self._ask("nvmlDeviceGetComputeRunningProcesses")
        return None if running is None else {int(process.pid) for process in running}

    def uuid(self) -> str | None:
        """Return the device's identity, ``GPU-...`` or ``MIG-...``."""
        uuid = self._ask("nvmlDeviceGetUUID")
        return None if uuid is None else str(uuid)

    def energy_mj(self) -> int | None:
        """Return millijoules used since the driver was loaded (Volta and later)."""
        spent = self._ask("nvmlDeviceGetTotalEnergyConsumption")
        return None if spent is None else int(spent)

    def sm_clock_mhz(self) -> int | None:
        """Return the present clock of the streaming multiprocessors in MHz."""
        clock = self._ask_board("nvmlDeviceGetClockInfo", 1)
        return None if clock is None else int(clock)

    def throttled(self) -> tuple[str, ...]:
        """Return the reasons for which the clocks are lowered now; none of an idle device."""
        bits = self._ask_board("nvmlDeviceGetCurrentClocksEventReasons")
        if bits is None:
            bits = self._ask_board("nvmlDeviceGetCurrentClocksThrottleReasons")
        if bits is None or bits & _IDLE:
            return ()
        return tuple(name for bit, name in THROTTLE_REASONS.items() if bits & bit)

    def throttled_ns(self) -> dict[str, int]:
        """Return for how long each reason has lowered the clocks since the driver was loaded.

        Without those that the board does not count (``nvmlDeviceGetViolationStatus``).
        """
        told = {
            name: self._ask_board("nvmlDeviceGetViolationStatus", policy)
            for policy, name in _POLICIES.items()
        }
        return {name: int(s.violationTime) for name, s in told.items() if s is not None}

    def persistence(self) -> bool | None:
        """Tell whether the driver stays loaded when no process uses the board."""
        mode = self._ask_board("nvmlDeviceGetPersistenceMode")
        return None if mode is None else bool(mode)

    def utilization(self) -> int | None:
        """Return the percentage of the last second in which a kernel ran."""
        rates = self._ask("nvmlDeviceGetUtilizationRates")
        return None if rates is None else int(rates.gpu)

    def name(self) -> str | None:
        """Return the board's model."""
        name = self._ask("nvmlDeviceGetName")
        return None if name is None else str(name)

    def describe(self) -> dict[str, Any]:
        """Return name, driver, memory, clocks (MHz), temperature (C) and power (W)."""
        memory = self._ask("nvmlDeviceGetMemoryInfo")
        power = self._ask("nvmlDeviceGetPowerUsage")
        return {
            "name": self.name(),
            "driver": self._call(lambda: self._nvml.nvmlSystemGetDriverVersion()),
            "memory_total_bytes": None if memory is None else int(memory.total),
            "sm_clock_mhz": self._ask_board("nvmlDeviceGetClockInfo", 1),
            "memory_clock_mhz": self._ask_board("nvmlDeviceGetClockInfo", 2),
            "max_sm_clock_mhz": self._ask_board("nvmlDeviceGetMaxClockInfo", 1),
            "temperature_c": self._ask_board("nvmlDeviceGetTemperature", 0),
            "power_w": None if power is None else power / 1000,
            "throttle_reasons": list(self.throttled()),
            "mig_mode": self._ask_board("nvmlDeviceGetMigMode"),
        }

    def _ask(self, function: str, *arguments: Any) -> Any:
        return self._of(self._handle, function, *arguments)

    def _ask_board(self, function: str, *arguments: Any) -> Any:
        return self._of(self._board, function, *arguments)

    def _of(self, handle: Any, function: str, *arguments: Any) -> Any:
        known = getattr(self._nvml, function, None)
        return None if known is None else self._call(lambda: known(handle, *arguments))

    def _call(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except self._nvml.NVMLError:
            return None


def all_gpus() -> list[Nvml]:
    """Return every GPU that NVML can open, in its order; none where NVML is not to be had."""
    nvml = _library()
    if nvml is None:
        return []
    found = []
    for index in range(nvml.nvmlDeviceGetCount()):
        # One that fell off the bus does not take the others with it.
        with contextlib.suppress(nvml.NVMLError):
            found.append(Nvml(nvml, nvml.nvmlDeviceGetHandleByIndex(index)))
    return found


def open_nvml(uuid: str) -> Nvml | None:
    """Return the GPU, or the part of one, with this UUID; ``None`` where NVML does not have it.

    torch's device numbers follow ``CUDA_VISIBLE_DEVICES``, NVML's do not: so the device is
    looked up by its identity. torch tells it without the ``GPU-`` of a whole board or the ``MIG-``
    of a part of one. A driver may refuse to open a part by its UUID, and may call it by that of its
    board: what the whole board uses is never taken for what a part of it does.
    """
    nvml = _library()
    if nvml is None:
        return None
    names = (uuid,) if uuid.startswith(("GPU-", "MIG-")) else (f"GPU-{uuid}", f"MIG-{uuid}")
    for name in names:
        with contextlib.suppress(nvml.NVMLError):
            return _where_it_runs(nvml, nvml.nvmlDeviceGetHandleByUUID(name))
    parts = (part for board in all_gpus() for part in board.parts())
    return next((part for part in parts if part.uuid() in names), None)


def _where_it_runs(nvml: Any, handle: Any) -> Nvml | None:
    """Return the device itself; of a divided board its only part, ``None`` where it has several."""
    with contextlib.suppress(nvml.NVMLError):
        return Nvml(nvml, handle, nvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(handle))
    board = Nvml(nvml, handle)
    if not board.divided():
        return board
    parts = list(board.parts())
    return parts[0] if len(parts) == 1 else None


def _library() -> Any:
    """Return the module ``pynvml``, initialised; ``None`` where it or the driver is missing."""
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        pynvml.nvmlDeviceGetCount()
    except pynvml.NVMLError:
        return None
    return pynvml
