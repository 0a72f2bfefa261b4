"""Imported by the process that programs are forked from, before the first fork."""

from __future__ import annotations

import gc

from blows import nursery  # noqa: F401
from xlbench.session import program
from xlbench.workers.launch import DEFAULT_LOADER

program.prepare(DEFAULT_LOADER)
# Else the collector would write to every object, and so copy every page, in every fork.
gc.collect()
gc.freeze()
