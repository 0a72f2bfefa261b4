"""NVML's shared library as ctypes has it, with boards that a test describes.

The real ``pynvml`` calls it, with its own structures, error classes and ways: it asks for a list
twice, and what the library lacks, or answers with a code, it raises. Codes and which function knows
parts of a board (MIG) are those of NVIDIA's NVML API Reference Guide.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pynvml

OF_BOARDS_ONLY = (
    "nvmlDeviceGetClockInfo",
    "nvmlDeviceGetMaxClockInfo",
    "nvmlDeviceGetCurrentClocksEventReasons",
    "nvmlDeviceGetViolationStatus",
    "nvmlDeviceGetTotalEnergyConsumption",
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetTemperature",
    "nvmlDeviceGetUtilizationRates",
    "nvmlDeviceGetPersistenceMode",
    "nvmlDeviceGetMigMode",
    "nvmlDeviceGetMaxMigDeviceCount",
)


@dataclass
class Device:
    """A board, or a part of one.

    Attributes:
        processes: bytes that each uses by its number; ``None``: the driver does not tell.
        parts: what it is divided into; a board with parts is in MIG mode.
        opens: whether it can be opened by its UUID.
        lost: it fell off the bus: it can't be opened at all.
        lacks: functions that it does not support.
        violations: nanoseconds for which each policy kept the clocks down.
    """

    uuid: str = "GPU-1"
    name: str = "NVIDIA H100 80GB HBM3"
    processes: dict[int, int | None] = field(default_factory=dict)
    parts: list[Device] = field(default_factory=list)
    opens: bool = True
    lost: bool = False
    lacks: tuple[str, ...] = ()
    energy_mj: int = 0
    sm_mhz: int = 1980
    reasons: int = 0
    violations: dict[int, int] = field(default_factory=dict)


class Library:
    """What ``ctypes.CDLL`` returns: functions by name, ``AttributeError`` for others."""

    def __init__(self, *boards: Device, has_driver: bool = True) -> None:
        self.boards, self.has_driver = boards, has_driver

    def __getattr__(self, name: str) -> Callable[..., Any]:
        known = getattr(_Functions, name, None)
        if known is None:
            raise AttributeError(name)

        def function(*arguments: Any) -> Any:
            return known(self, *arguments)

        return function

    def all(self) -> list[tuple[Device, Device | None]]:
        """Boards and their parts, each with the board that it is a part of."""
        of_boards: list[tuple[Device, Device | None]] = [(board, None) for board in self.boards]
        return of_boards + [(part, board) for board in self.boards for part in board.parts]

    def hand(self, place: Any, device: Device) -> int:
        """Write the handle of a device, a pointer that only the library understands."""
        number = next(n for n, (each, _) in enumerate(self.all(), 1) if each is device)
        ctypes.c_void_p.from_buffer(place._obj).value = number
        return pynvml.NVML_SUCCESS

    def at(self, handle: Any) -> tuple[Device, Device | None]:
        return self.all()[ctypes.cast(handle, ctypes.c_void_p).value - 1]


def _number(name: str, value: Callable[[Device], int]) -> Callable[..., int]:
    """A function whose last argument is where the number goes."""

    def function(library: Library, handle: Any, *arguments: Any) -> int:
        device, whole = library.at(handle)
        if name in device.lacks or (whole is not None and name in OF_BOARDS_ONLY):
            return pynvml.NVML_ERROR_NOT_SUPPORTED
        arguments[-1]._obj.value = value(device)
        return pynvml.NVML_SUCCESS

    return function


class _Functions:
    def nvmlInitWithFlags(self: Library, flags: int) -> int:
        return pynvml.NVML_SUCCESS if self.has_driver else pynvml.NVML_ERROR_DRIVER_NOT_LOADED

    def nvmlErrorString(self: Library, code: int) -> bytes:
        return b"code %d" % code

    def nvmlDeviceGetCount_v2(self: Library, count: Any) -> int:
        count._obj.value = len(self.boards)
        return pynvml.NVML_SUCCESS

    def nvmlDeviceGetHandleByIndex_v2(self: Library, index: Any, place: Any) -> int:
        board = self.boards[index.value]
        return pynvml.NVML_ERROR_GPU_IS_LOST if board.lost else self.hand(place, board)

    def nvmlDeviceGetHandleByUUID(self: Library, uuid: Any, place: Any) -> int:
        for device, _ in self.all():
            if device.uuid.encode() == uuid.value and device.opens:
                return self.hand(place, device)
        return pynvml.NVML_ERROR_NOT_FOUND

    def nvmlDeviceGetUUID(self: Library, handle: Any, text: Any, size: Any) -> int:
        text.value = self.at(handle)[0].uuid.encode()
        return pynvml.NVML_SUCCESS

    def nvmlDeviceGetName(self: Library, handle: Any, text: Any, size: Any) -> int:
        text.value = self.at(handle)[0].name.encode()
        return pynvml.NVML_SUCCESS

    def nvmlDeviceGetComputeRunningProcesses_v3(
        self: Library, handle: Any, count: Any, processes: Any
    ) -> int:
        device, _ = self.at(handle)
        if "nvmlDeviceGetComputeRunningProcesses" in device.lacks:
            return pynvml.NVML_ERROR_NOT_SUPPORTED
        size, count._obj.value = count._obj.value, len(device.processes)
        if size < len(device.processes):
            return pynvml.NVML_ERROR_INSUFFICIENT_SIZE
        for place, (pid, used) in zip(processes or (), device.processes.items(), strict=False):
            untold = pynvml.NVML_VALUE_NOT_AVAILABLE_ulonglong.value
            place.pid, place.usedGpuMemory = pid, untold if used is None else used
        return pynvml.NVML_SUCCESS

    def nvmlDeviceGetViolationStatus(self: Library, handle: Any, policy: Any, told: Any) -> int:
        device, whole = self.at(handle)
        if whole is not None or policy.value not in device.violations:
            return pynvml.NVML_ERROR_NOT_SUPPORTED
        told._obj.referenceTime, told._obj.violationTime = 1, device.violations[policy.value]
        return pynvml.NVML_SUCCESS

    def nvmlDeviceGetMigMode(self: Library, handle: Any, now: Any, pending: Any) -> int:
        device, whole = self.at(handle)
        if whole is not None:
            return pynvml.NVML_ERROR_INVALID_ARGUMENT
        now._obj.value = pending._obj.value = bool(device.parts)
        return pynvml.NVML_SUCCESS

    def nvmlDeviceGetMigDeviceHandleByIndex(
        self: Library, handle: Any, index: Any, place: Any
    ) -> int:
        parts = self.at(handle)[0].parts
        # Where a board may have more parts than it has, the places of the others are empty.
        if index.value not in range(1, len(parts) + 1):
            return pynvml.NVML_ERROR_NOT_FOUND
        return self.hand(place, parts[index.value - 1])

    def nvmlDeviceGetDeviceHandleFromMigDeviceHandle(self: Library, part: Any, place: Any) -> int:
        _, whole = self.at(part)
        return pynvml.NVML_ERROR_INVALID_ARGUMENT if whole is None else self.hand(place, whole)

    nvmlDeviceGetMaxMigDeviceCount = _number(
        "nvmlDeviceGetMaxMigDeviceCount", lambda device: 7 if device.parts else 0
    )
    nvmlDeviceGetTotalEnergyConsumption = _number(
        "nvmlDeviceGetTotalEnergyConsumption", lambda device: device.energy_mj
    )
    nvmlDeviceGetClockInfo = _number("nvmlDeviceGetClockInfo", lambda device: device.sm_mhz)
    nvmlDeviceGetCurrentClocksEventReasons = _number(
        "nvmlDeviceGetCurrentClocksEventReasons", lambda device: device.reasons
    )


def installed(monkeypatch: Any, library: Library) -> Library:
    """Have ``pynvml`` load this library in place of the driver's, as if for the first time."""
    monkeypatch.setattr(pynvml, "CDLL", lambda name: library)
    monkeypatch.setattr(pynvml, "nvmlLib", None)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    return library
