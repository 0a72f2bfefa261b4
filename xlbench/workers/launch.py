"""How a worker process is started: interpreter, environment, and what its first lines do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

DEFAULT_PROGRAM = "xlbench.session.program"
DEFAULT_LOADER = "xlbench.session.loader:load"
_TAIL_BYTES = 4000
_PACKAGE = Path(__file__).resolve().parent.parent

# Another interpreter has its own site-packages: it must find this xlbench and nothing else
# of ours, so that its own torch and transformers are the ones that are measured.
_BOOTSTRAP = """
import importlib, importlib.util, sys
spec = importlib.util.spec_from_file_location(
    "xlbench", sys.argv[1] + "/__init__.py", submodule_search_locations=[sys.argv[1]])
package = importlib.util.module_from_spec(spec)
sys.modules["xlbench"] = package
spec.loader.exec_module(package)
importlib.import_module(sys.argv[2]).main(*sys.argv[3:])
"""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a worker process is started.

    Attributes:
        python: interpreter; ``None``: this one.
        env: variables added to the controller's environment.
        device: ``auto``, ``cpu`` or ``cuda:N``.
        threads: intra-op threads; ``None``: one for each processor allowed.
        cpus: processors allowed; ``None``: those of the controller.
        loader: ``module:function`` or ``file.py:function`` that makes the model.
        program: module with ``main`` for a worker's two pipes, and with ``prepare``, which
            makes the imports of both for a process that forks workers.
    """

    python: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    device: str = "auto"
    threads: int | None = None
    cpus: tuple[int, ...] | None = None
    loader: str = DEFAULT_LOADER
    program: str = DEFAULT_PROGRAM

    @property
    def interpreter(self) -> str:
        """Path of the Python that runs the worker."""
        return self.python or sys.executable

    @property
    def thread_count(self) -> int:
        """Intra-op threads."""
        return self.threads or len(self.cpus or os.sched_getaffinity(0))

    def popen(
        self, module: str, descriptors: Sequence[int], told: IO[bytes], *arguments: str
    ) -> subprocess.Popen[bytes]:
        """Start a program that runs ``main(*descriptors, *arguments)`` of a module of xlbench.

        Args:
            module: e.g. ``program``.
            descriptors: handed down to it.
            told: takes its standard output and error.

        Raises:
            OSError: the interpreter can't be run.
        """
        words = [*map(str, descriptors), *arguments]
        return subprocess.Popen(
            [self.interpreter, "-c", _BOOTSTRAP, str(_PACKAGE), module, *words],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            pass_fds=descriptors,
            env=self.environment(),
            start_new_session=True,
        )

    def environment(self) -> dict[str, str]:
        """Return the worker's environment: no network, fixed thread counts, the arm's own."""
        return {
            **os.environ,
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "OMP_NUM_THREADS": str(self.thread_count),
            "MKL_NUM_THREADS": str(self.thread_count),
            "RAYON_NUM_THREADS": str(self.thread_count),
            "KINETO_LOG_LEVEL": "99",  # torch's profiler tells its steps to the standard error
            "PYTHONUNBUFFERED": "1",
            **self.env,
        }

    def alike(self, other: Launch) -> bool:
        """Tell whether a process started for one could as well be the other's."""
        return (self.interpreter, self.program, self.loader, self.environment()) == (
            other.interpreter,
            other.program,
            other.loader,
            other.environment(),
        )


def last_words(told: IO[bytes]) -> str:
    """Return the end of what a program wrote."""
    size = told.seek(0, os.SEEK_END)
    told.seek(max(0, size - _TAIL_BYTES))
    return told.read().decode(errors="replace").strip()
