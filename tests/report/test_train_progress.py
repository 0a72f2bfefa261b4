"""What is said while training, on a terminal and without one."""

from io import StringIO
from types import SimpleNamespace

from rich.console import Console

from xlbench.report.train_progress import TrainBar

PHASE = SimpleNamespace(suite=SimpleNamespace(name="stilts-mnli-s1"), part="xnli")


def said(steps, seconds_a_step, losses):
    now, file = [0.0], StringIO()
    with TrainBar(Console(file=file, width=40), clock=lambda: now[0]) as bar:
        told = bar.describe(PHASE, steps)
        for step in range(1, steps + 1):
            now[0] += seconds_a_step
            told(step, losses)
    return file.getvalue().splitlines()


def test_without_a_terminal_a_phase_is_told_of_every_fifteen_seconds():
    assert said(10, 6.0, 0.5) == [
        "xlbench: stilts-mnli-s1 xnli: 10 steps",
        "xlbench: stilts-mnli-s1 xnli: 3 of 10 steps, loss 0.500, about 42 s left",
        "xlbench: stilts-mnli-s1 xnli: 6 of 10 steps, loss 0.500, about 24 s left",
        "xlbench: stilts-mnli-s1 xnli: 9 of 10 steps, loss 0.500, about 6 s left",
    ]


def test_a_short_phase_is_one_line_and_no_loss_is_made_up():
    assert said(10, 1.0, None) == ["xlbench: stilts-mnli-s1 xnli: 10 steps"]
    assert said(20, 1.0, None)[1:] == [
        "xlbench: stilts-mnli-s1 xnli: 15 of 20 steps, about 5 s left"
    ]
