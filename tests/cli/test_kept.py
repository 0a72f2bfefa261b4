"""Where a result will be kept is looked at before anything is measured, and left as it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from xlbench.cli.kept import check_folder
from xlbench.errors import UserError
from xlbench.results.files import make_folder

AT_ONCE = 8


def test_commands_started_side_by_side_find_and_make_their_folders_in_one_that_is_new(tmp_path):
    start = Barrier(AT_ONCE)

    def begin(command: int) -> None:
        for turn in range(40):
            out = tmp_path / f"turn-{turn}" / "accuracy" / f"run-{command}"
            start.wait(timeout=60)
            check_folder("--out", out)
            make_folder(out)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(begin, range(AT_ONCE)))
    assert len(list(tmp_path.glob("turn-*/accuracy/run-*"))) == 40 * AT_ONCE


def test_looking_leaves_everything_as_it_was(tmp_path):
    check_folder("--out", tmp_path / "a" / "b" / "c")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("new/" + "n" * 300 + "/x", "file name too long"),
        ("new/" + "n/" * 3000, "file name too long"),
        ("new/a\0b", "can't be written to"),
        ("link/x", "is a link to nothing"),
        ("link", "is a link to nothing"),
        ("file/x/y", "a part of it is a file"),
    ],
)
def test_what_can_not_become_a_folder_is_said_with_the_option(tmp_path, place, said):
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=said) as raised:
        check_folder("--out", tmp_path / place)
    assert str(raised.value).startswith("--out ")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "link"]
