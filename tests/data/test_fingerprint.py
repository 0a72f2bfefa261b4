from __future__ import annotations

import hashlib

from xlbench.data.fingerprint import fingerprint


def test_it_is_what_sha256sum_of_sha256sum_says(write) -> None:
    paths = [write("a", "one"), write("b", "two")]
    lines = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths
    )
    assert fingerprint(paths) == hashlib.sha256(lines.encode()).hexdigest()


def test_another_folder_makes_no_difference(write) -> None:
    assert fingerprint([write("x/a", "one")]) == fingerprint([write("y/a", "one")])


def test_content_name_and_order_make_a_difference(write) -> None:
    a, b, c = write("a", "one"), write("b", "one"), write("c/a", "two")
    assert len({fingerprint(files) for files in ([a], [b], [c], [a, b], [b, a])}) == 5


def test_a_file_changed_in_place_is_read_again(write) -> None:
    before = fingerprint([write("a", "one")])
    assert fingerprint([write("a", "other")]) != before
