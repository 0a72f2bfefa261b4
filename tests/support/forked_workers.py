"""Workers of a session of tests are forked from one process that made the imports once.

A worker's imports of torch and transformers cost more processor time than most tests. Where a
test asks for ``forked_workers``, whatever starts a worker as a program of its own gets a fork
of a server in its place: the same code of the worker, a process that can be killed, other
memory. Fork servers, which comparisons start for themselves, are forked in the same way. What only
a fresh program shows is tested with fresh programs; arms with an interpreter or environment of
their own always get one.

Where the tests are divided among processes, all of them will be run and each process will need
those imports for itself: it makes them first of all and is forked to be the server.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fork_of_here import ForkOfHere

from xlbench.doctor import busy
from xlbench.workers.fork_server import ForkServer, can_fork
from xlbench.workers.forked import ForkedProcess
from xlbench.workers.launch import DEFAULT_LOADER, DEFAULT_PROGRAM, Launch

# Tests share their processors: a thread that waits for others shall sleep, not spin.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

FORKING = "xlbench.workers.forking"
PROGRAM = "fork_of_server"
"""What is forked: a worker or another program; a module beside this one."""
_HERE = pytest.StashKey[ForkServer]()
"""The fork of this process of tests."""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Keep a process of tests, and all that it starts, to a processor of its own; fork it.

    Two that share two processors wait for each other at every parallel step. Nothing of a test was
    imported and nothing captured yet.
    """
    name = os.environ.get("PYTEST_XDIST_WORKER")
    if name is None:
        return
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[int(name.removeprefix("gw")) % len(allowed)]})
    if can_fork():
        early_config.stash[_HERE] = ForkOfHere(Launch(program=PROGRAM))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _HERE in config.stash:
        config.stash[_HERE].close()


class ForkServers:
    """The one server that all is forked from, and one for each other program.

    Its environment is that of the first worker: how many threads it has, a worker is told anyhow.

    Args:
        here: the one server, where there is one already; the others ``close`` ends.
    """

    def __init__(self, here: ForkServer | None = None) -> None:
        self._here = here
        self._servers: dict[str, ForkServer] = {}

    def fork(self, launch: Launch, descriptors: Any, told: Any) -> ForkedProcess:
        """Return a worker's process, as ``launch.popen`` would start it."""
        server = self._server(launch)
        requests, replies = descriptors
        return server.fork(requests, replies, told.fileno())

    def program(
        self, launch: Launch, module: str, descriptor: int, told: Any, *words: str
    ) -> ForkedProcess:
        """Return the process of another program, as ``launch.popen`` would start it."""
        server = self._server(launch)
        words_fd, writing = os.pipe()
        try:
            os.write(writing, json.dumps((module, *words)).encode())
            os.close(writing)
            return server.fork(descriptor, words_fd, told.fileno())
        finally:
            os.close(words_fd)

    def close(self) -> None:
        for server in self._servers.values():
            server.close()

    def _server(self, launch: Launch) -> ForkServer:
        ours = launch.program == DEFAULT_PROGRAM
        if ours and self._here is not None:
            return self._here
        if launch.program not in self._servers:
            here = {"PYTHONPATH": str(Path(__file__).parent)}
            made = replace(launch, program=PROGRAM, env=here) if ours else launch
            server = ForkServer(replace(made, loader=DEFAULT_LOADER))
            server.renew()
            self._servers[launch.program] = server
        return self._servers[launch.program]


@pytest.fixture(scope="session")
def fork_servers(pytestconfig: pytest.Config) -> Iterator[ForkServers]:
    servers = ForkServers(pytestconfig.stash.get(_HERE, None))
    yield servers
    servers.close()


@pytest.fixture(scope="module")
def forked_workers(fork_servers: ForkServers) -> Iterator[None]:
    """Have every worker of this interpreter forked while the tests of a file run."""
    with forking(fork_servers):
        yield


@contextlib.contextmanager
def forking(servers: ForkServers) -> Iterator[None]:
    """Have every worker of this interpreter forked by these servers."""
    fresh = Launch.popen

    def popen(launch: Launch, module: str, descriptors: Any, told: Any, *arguments: str) -> Any:
        own = launch.python is not None or launch.env
        if module == launch.program and not own:
            return servers.fork(launch, descriptors, told)
        if module == FORKING and launch.program == DEFAULT_PROGRAM and not own:
            return servers.program(launch, module, descriptors[0], told, *arguments)
        return fresh(launch, module, descriptors, told, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Launch, "popen", popen)
        # Tests run beside each other: that nothing else does is not to be waited a second for.
        patch.setattr(busy, "SECONDS", 0.05)
        yield
