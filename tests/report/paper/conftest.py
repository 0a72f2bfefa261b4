"""Two and three arms with a known truth, compared and not, as a report sees them."""

import pytest

from xlbench.asked import Wanted
from xlbench.report.filters import Filters
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole

from ..synthetic import write_comparison, write_run

LANGUAGES = {
    "xnli": ("ar", "en", "sw", "th"),
    "xquad": ("en", "hi", "th"),
    "bucc2018": ("de", "fr", "ru", "zh"),
}
ARMS = ("base", "stilts-mnli", "stilts-squad")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Three arms; the second was compared with the first and is 5 % slower."""
    made = write_run(tmp_path_factory.mktemp("paper") / "run", ARMS, tuple(LANGUAGES), LANGUAGES)
    return write_comparison(made, ARMS[0], ARMS[1], ratio=1.05)


@pytest.fixture(scope="session")
def found(folder):
    return whole([recorded(folder)], Filters())


@pytest.fixture
def seen(folder):
    """Return a function that sees parts of it."""
    return lambda **filters: whole([recorded(folder)], Filters(Wanted(**filters)))
