"""What is drawn anew for each process: addresses and hash seeds. Noted, not judged."""

from __future__ import annotations

from collections.abc import Mapping

from xlbench.doctor.finding import Finding
from xlbench.probes.system import System


def layout(system: System, environment: Mapping[str, str]) -> Finding:
    """Address randomisation and Python's hash seed.

    Both make processes differ for life. That is no fault: it is why a comparison takes
    several processes. Fixing them would hide the difference, not remove it.
    """
    value = system.number("proc/sys/kernel/randomize_va_space")
    seed = environment.get("PYTHONHASHSEED") or "random"
    told = {None: "not told", 0: "off"}.get(value, "on")
    found = f"address randomisation {told}, hash seed {seed}"
    facts = {"randomize_va_space": value, "hash_seed": seed}
    if value == 0 or seed != "random":
        return Finding(
            "process layout",
            "warn",
            f"{found}: every process has the same layout, lucky or not",
            "leave both random and use --processes",
            facts,
        )
    if value is None:
        return Finding("process layout", "unknown", found, facts=facts)
    advice = "processes differ: use --processes 5 for a baseline"
    return Finding("process layout", "ok", found, advice, facts)
