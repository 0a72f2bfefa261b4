"""What a shell offers for a word that is not yet whole."""

from __future__ import annotations

import pytest
from program import call


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("run --tasks xnli,x", ["xnli,xquad"]),
        ("run --langs en,s", ["en,sw"]),
        ("run --scenario off", ["offline"]),
        ("run --ckpt base@d", ["base@device=", "base@dtype="]),
        ("run --ckpt base@dtype=bf16,th", ["base@dtype=bf16,threads="]),
        ("compare stilts-xl", ["stilts-xlmr"]),
        ("list c", ["checkpoints", "columns"]),
        ("run --dt", ["--dtype"]),
        ("his", ["history"]),
    ],
)
def test_a_shell_completes_names_lists_and_options_of_arms(words, offered, monkeypatch):
    monkeypatch.setenv("_XLBENCH_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"xlbench {words}")
    monkeypatch.setenv("COMP_CWORD", str(len(words.split())))
    assert call().stdout.split() == offered
