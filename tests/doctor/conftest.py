import pytest

from xlbench.probes.system import System


@pytest.fixture
def machine(tmp_path):
    """Makes a machine out of the files of its ``/proc`` and ``/sys``."""

    def build(files=None):
        for path, text in (files or {}).items():
            place = tmp_path / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{text}\n")
        return System(tmp_path)

    return build
