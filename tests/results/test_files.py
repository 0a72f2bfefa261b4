"""Files come whole or not at all."""

import os

import pytest

from xlbench.results.files import CantWrite, write_json, write_text


def test_a_file_takes_its_place_with_the_rights_that_the_user_gives_to_new_files(tmp_path):
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "below" / "a.txt", "one\n")
        write_text(tmp_path / "below" / "a.txt", "two\n")
    finally:
        os.umask(mask)
    path = tmp_path / "below" / "a.txt"
    assert path.read_bytes() == b"two\n" and path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["a.txt"]


def test_what_cannot_be_written_is_one_line_and_leaves_the_old_file_and_no_other(
    tmp_path, monkeypatch
):
    write_json(tmp_path / "a.json", {"n": 1})

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CantWrite, match=r"a\.json: can't be written \(No space left on device\)"):
        write_json(tmp_path / "a.json", {"n": 2})
    assert (tmp_path / "a.json").read_text() == '{\n "n": 1\n}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("name", ["x" * 300, "nul\0"])
def test_a_name_that_no_file_can_have_is_one_line(tmp_path, name):
    with pytest.raises(CantWrite, match="can't be written"):
        write_text(tmp_path / name, "")


def test_a_link_that_somebody_planted_is_not_followed(tmp_path):
    for name in (f".a.txt.{os.getpid()}.tmp", ".a.txt.tmp"):
        (tmp_path / name).symlink_to(tmp_path / "victim")
    write_text(tmp_path / "a.txt", "x")
    assert not (tmp_path / "victim").exists()
