import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.printable import (
    command_line,
    is_printable,
    printable,
    shown,
    without_secret_values,
    without_secrets,
)


def test_a_newline_and_an_escape_character_are_written_out():
    assert printable("a\n::error::b\x1b[31m\u202e") == "a\\n::error::b\\x1b[31m\\u202e"
    assert printable("สวัสดี می\u200cروم 😀") == "สวัสดี می\u200cروم 😀"
    assert str(UserError("file 'a\n::error::x'")) == "file 'a\\n::error::x'"


@given(st.text(st.characters(codec=None), max_size=80))
def test_what_is_made_printable_is_one_line_of_text_that_can_be_encoded(text):
    line = printable(text)
    assert is_printable(line)
    assert len(line.splitlines()) <= 1
    line.encode()


def test_long_text_is_cut_in_its_middle():
    line = printable("a" * 5000 + "b" * 5000, limit=100)
    assert line.startswith("a" * 50 + " [") and line.endswith("] " + "b" * 50)
    assert "9900 characters" in line
    assert len(str(UserError("x" * 1_000_000))) < 2100


def test_a_login_in_an_address_is_hidden():
    assert printable("from https://user:hf_TOKEN@host/path") == "from https://***@host/path"
    assert printable("from https://hf_TOKEN@host") == "from https://***@host"
    assert printable("https://host/@scope") == "https://host/@scope"
    assert "hf_" not in str(UserError("http://u:hf_x@h: refused, http://u:hf_y@h: refused"))


def test_secret_variables_of_arms_are_hidden_and_others_are_not():
    assert without_secrets("a@env.My_Password=x=y,env.B=c") == "a@env.My_Password=***,env.B=c"
    assert without_secrets("a@env.P=https://u:t@h") == "a@env.P=https://***@h"
    assert without_secret_values({"SECRET_A": "x", "B": "y"}) == {"SECRET_A": "***", "B": "y"}
    line = command_line(["xlbench", "run", "--ckpt", "a@env.X_KEY=v", "--out", "a b\n"])
    assert line == "xlbench run --ckpt 'a@env.X_KEY=***' --out 'a b\\n'"


@pytest.mark.parametrize("depth", [5, 10_000])
def test_a_value_of_any_size_is_shown_in_about_a_line(depth):
    deep = []
    for _ in range(depth):
        deep = [deep] * 9
    for value in (deep, {"a": deep}, 10**6000, "x" * 10**6, {i: i for i in range(10**4)}):
        assert len(shown(value)) < 3000


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_a_small_value_is_shown_as_python_writes_it(value):
    text = repr(value)
    if len(text) < 60 and "[[[" not in text:
        assert json.dumps(shown(value))


def test_what_python_calls_printable_has_no_unsafe_character():
    from xlbench.printable import _escaped

    every = map(chr, range(sys.maxunicode + 1))
    assert all(_escaped(c) == c for c in every if c.isprintable())
