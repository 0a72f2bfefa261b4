"""Comparisons of models that take no time begin at once, and have little time in turns."""

from functools import partial

import pytest

from xlbench.compare import controller
from xlbench.compare.ending import Progress


@pytest.fixture(scope="module", autouse=True)
def quick_starts():
    """The first pair of processes takes turns for half as long as its start is thought to take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controller, "Progress", partial(Progress, overhead_s=0.02))
        yield
