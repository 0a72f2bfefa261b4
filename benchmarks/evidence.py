"""What stands at the head of a benchmark's result: command, machine, versions, load."""

from __future__ import annotations

import os
import shlex
import sys
from importlib.metadata import version
from typing import Any

from xlbench import __version__
from xlbench.probes.environment import host


def evidence() -> dict[str, Any]:
    """Return the head of a result, read off this machine now."""
    facts = host()
    return {
        "command": shlex.join(["python", *sys.argv]),
        "machine": {
            name: facts.get(name)
            for name in ("cpu_model", "cpus", "allowed_cpus", "memory_total_bytes", "system")
        },
        "versions": {
            "xlbench": __version__,
            "python": facts.get("python"),
            "torch": version("torch"),
            "transformers": version("transformers"),
            "numpy": version("numpy"),
        },
        "load_average": list(os.getloadavg()),
    }
