"""xlbench as a program without the cost of its imports: a fork of a process that made them once.

The code is that of the program, and every controller and worker is a process that can be killed;
what a start costs (six seconds of imports of torch and transformers) would be most of a campaign.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any, NoReturn

from xlbench.cli.main import main
from xlbench.workers.forked import ForkedProcess
from xlbench.workers.launch import Launch


def start(words: Sequence[str], log: Path, limit_bytes: int | None) -> BaseProcess:
    """Start ``xlbench`` with these arguments; all its processes hold the file ``log`` open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["blows.imports"])
    process = context.Process(target=_be_xlbench, args=(list(words), str(log), limit_bytes))
    process.start()
    return process


def begin(limit_bytes: int | None) -> None:
    """Set what a program has at its beginning, and the size that no file may grow past."""
    # Where the campaign runs in the background, it was started with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if limit_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))


def _be_xlbench(words: list[str], log: str, limit_bytes: int | None) -> NoReturn:
    os.setsid()
    begin(limit_bytes)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    Launch.popen = _forked  # type: ignore[method-assign,assignment]
    sys.argv = ["xlbench", *words]
    _leave(main)


def _forked(
    launch: Launch, module: str, descriptors: Sequence[int], told: IO[bytes], *arguments: str
) -> ForkedProcess:
    """Do what ``Launch.popen`` does, by a fork of this process."""
    pid = os.fork()
    if pid:
        return ForkedProcess(pid, lambda pid, _: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    os.setsid()
    begin(None)
    mark = os.dup(2)
    for standard in (1, 2):
        os.dup2(told.fileno(), standard)
    kept = {0, 1, 2, mark, *descriptors}
    for number in range(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        if number not in kept:
            with contextlib.suppress(OSError):
                os.close(number)
    os.environ.update(launch.environment())
    words = [*map(str, descriptors), *arguments]
    _leave(lambda: importlib.import_module(module).main(*words))


def _leave(work: Callable[[], Any]) -> NoReturn:
    """Do the work and end the process as an interpreter would."""
    code = 0
    try:
        work()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
