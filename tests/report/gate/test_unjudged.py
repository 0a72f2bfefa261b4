"""What could not be judged is told in one sentence, and hides nothing that says something."""

from __future__ import annotations

from xlbench.judge.gate import Check, Gate
from xlbench.report.gate.text import text
from xlbench.report.gate.unjudged import told_apart


def check(language, value=None, error=None):
    outcome = "inconclusive" if value is None else "pass"
    where = ("xnli", language, "offline")
    return Check("latency", where, 0.05, value, value, value, outcome, error)


def gate(*checks):
    return Gate("a", "b", checks, ())


def test_a_gate_that_judged_one_check_judged_something():
    assert gate(check("en", 0.0), check("sw")).judged
    assert not gate(check("en"), check("sw", error="the worker died")).judged
    assert not gate().judged


def test_the_first_three_are_named_and_the_others_counted():
    telling, said = told_apart(gate(*(check(code) for code in ("ar", "en", "sw", "th", "zh"))))
    assert not telling
    assert "nothing could be judged" in said
    assert "latency of xnli ar offline, latency of xnli en offline, latency of xnli sw" in said
    assert "and 2 more" in said and " th " not in said


def test_what_says_something_of_its_own_keeps_its_line():
    lines = text(gate(check("en", 0.01), check("sw"), check("th", error="it died"))).splitlines()
    assert sum("sw" in line for line in lines) == 1
    assert any(line.startswith("ok   xnli en") for line in lines)
    assert any("th offline: latency was not measured: it died" in line for line in lines)
    assert any("1 check could not be judged" in line for line in lines)
