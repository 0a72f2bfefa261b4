"""An interrupt of a training is heard at the end of a step, once its state was saved."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from transformers import TrainerCallback

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupt(TrainerCallback):  # type: ignore[misc]
    """Saves the state and stops at the end of the step in which the interrupt came.

    Attributes:
        heard: whether one came.
    """

    def __init__(self) -> None:
        self.heard = False

    @contextlib.contextmanager
    def awaited(self) -> Iterator[None]:
        """Hear the first SIGINT or SIGTERM; the second does what it did before.

        Raises:
            KeyboardInterrupt: at the end, if one was heard.
        """
        # Only the main thread may say what a signal does.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in _NUMBERS}

        def restore() -> None:
            for number, handler in before.items():
                signal.signal(number, handler)

        def hear(_number: int, _frame: FrameType | None) -> None:
            self.heard = True
            restore()

        for number in _NUMBERS:
            signal.signal(number, hear)
        try:
            yield
        finally:
            restore()
        if self.heard:
            raise KeyboardInterrupt

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Tell the loop, as transformers has it."""
        if self.heard:
            control.should_save = control.should_training_stop = True
