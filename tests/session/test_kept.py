import os
import stat
import time
from pathlib import Path

import pytest

from xlbench.errors import UserError
from xlbench.session.exported.kept import kept, kept_in


class Maker:
    """Writes a file of what it was told, and counts."""

    def __init__(self, content="weights"):
        self.content, self.made = content, 0

    def __call__(self, folder: Path):
        self.made += 1
        (folder / "model.bin").write_text(self.content)
        return {"inputs": ["input_ids"], "made": self.made}


def test_what_was_made_once_is_not_made_again(tmp_path):
    make = Maker()
    first = kept(tmp_path / "new" / "root", "key", make)
    assert kept(tmp_path / "new" / "root", "key", make) == first
    assert (make.made, first[1]["made"]) == (1, 1)
    assert (first[0] / "model.bin").read_text() == "weights"
    kept(tmp_path / "new" / "root", "other", make)
    assert make.made == 2


@pytest.mark.parametrize("harm", ["cut", "changed", "lost", "seal", "not-json", "no-seal", "shape"])
def test_a_damaged_folder_is_made_anew(tmp_path, harm):
    make = Maker()
    folder, _ = kept(tmp_path, "key", make)
    model, seal = folder / "model.bin", folder / "made.json"
    if harm == "cut":
        model.write_text("weig")
    elif harm == "changed":
        model.write_text("weightz")
    elif harm == "lost":
        model.unlink()
    elif harm == "seal":
        seal.write_text(seal.read_text()[:-9])
    elif harm == "not-json":
        seal.write_bytes(bytes(range(256)))
    elif harm == "shape":
        seal.write_text('["files"]')
    else:
        seal.unlink()
    again, said = kept(tmp_path, "key", make)
    assert (again, said["made"], make.made) == (folder, 2, 2)
    assert model.read_text() == "weights"
    assert [each.name for each in tmp_path.iterdir()] == ["key"], "nothing is left beside it"


def test_what_fails_leaves_nothing(tmp_path):
    def fail(folder):
        (folder / "model.bin").write_text("half")
        raise UserError("can't be exported")

    with pytest.raises(UserError, match="can't be exported"):
        kept(tmp_path, "key", fail)
    assert list(tmp_path.iterdir()) == []


def test_another_process_may_be_first(tmp_path):
    inner = Maker("theirs")

    def late(folder):
        kept(tmp_path, "key", inner)
        return Maker("ours")(folder)

    folder, _ = kept(tmp_path, "key", late)
    assert (folder / "model.bin").read_text() == "theirs"
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_what_killed_processes_left_goes_after_a_day(tmp_path):
    for name, age_s in ((".old", 2 * 86400), (".new", 60)):
        (tmp_path / name).mkdir()
        then = time.time() - age_s
        os.utime(tmp_path / name, (then, then))
    kept(tmp_path, "key", Maker())
    assert sorted(each.name for each in tmp_path.iterdir()) == [".new", "key"]


def test_a_folder_that_can_not_be_written_is_a_users_matter(tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    with pytest.raises(UserError, match="XLBENCH_CACHE"):
        kept(file / "root", "key", Maker())
    if os.getuid():
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(UserError, match="XLBENCH_CACHE"):
            kept(tmp_path / "root", "key", Maker())
        tmp_path.chmod(stat.S_IRWXU)


def test_the_folder_is_the_users(monkeypatch):
    assert kept_in({"XLBENCH_CACHE": "/a"}) == Path("/a/exported")
    assert kept_in({"XDG_CACHE_HOME": "/b"}) == Path("/b/xlbench/exported")
    assert kept_in({}) == Path.home() / ".cache" / "xlbench" / "exported"
