"""What the controller and a worker say to each other: all messages, from one place.

Every request has one kind of reply: ``Hello`` brings ``WorkerFacts``, ``Load`` ``Loaded``,
``Open`` (with ``Examples`` behind it) ``Opened``, ``Visit`` ``Visited`` (with ``Predicted`` behind
it where predictions were asked for), ``Turn`` ``Turned``, all others ``Done``; and ``Failed`` may
come in place of any. How they cross the pipe is the codec's business.
"""

from __future__ import annotations

from xlbench.workers.replies import (
    Batches,
    Done,
    Failed,
    GpuFacts,
    Loaded,
    Opened,
    Predicted,
    Reply,
    Turned,
    Visited,
    WorkerFacts,
)
from xlbench.workers.requests import (
    Close,
    Examples,
    Hello,
    Load,
    Open,
    Pin,
    Request,
    Stop,
    Turn,
    Visit,
)

Message = Request | Examples | Reply | Predicted

__all__ = [
    "Batches",
    "Close",
    "Done",
    "Examples",
    "Failed",
    "GpuFacts",
    "Hello",
    "Load",
    "Loaded",
    "Message",
    "Open",
    "Opened",
    "Pin",
    "Predicted",
    "Reply",
    "Request",
    "Stop",
    "Turn",
    "Turned",
    "Visit",
    "Visited",
    "WorkerFacts",
]
