"""Runtime ``eager``: the model as it is."""

from __future__ import annotations

from xlbench.session.runtimes import Runtime, as_it_is

RUNTIME = Runtime(as_it_is, static_shapes=False)
