"""A run of two arms over parts of all tasks, compared, as a report sees it."""

import pytest

from xlbench.report.filters import Filters
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole

from ..synthetic import write_comparison, write_run

LANGUAGES = {
    "xnli": ("ar", "en", "sw", "th", "zh"),
    "panx": ("en", "fi", "ka", "ta"),
    "xquad": ("en", "hi", "th"),
    "tatoeba": ("de", "fi", "ta"),
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    made = write_run(
        tmp_path_factory.mktemp("pictures") / "run", tasks=tuple(LANGUAGES), languages=LANGUAGES
    )
    return write_comparison(made, "base", "stilts", ratio=1.05)


@pytest.fixture(scope="session")
def found(folder):
    return whole([recorded(folder)], Filters(), raw=True)


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """A run without metrics, samples or verdicts, of a single arm and language."""
    import shutil

    made = write_run(
        tmp_path_factory.mktemp("bare") / "run",
        ("base",),
        ("panx",),
        {"panx": ("fi",)},
        metrics=False,
    )
    for table in ("samples", "visits"):
        shutil.rmtree(made / table)
    return whole([recorded(made)], Filters(), raw=True)
