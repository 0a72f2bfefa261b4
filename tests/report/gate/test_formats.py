"""Every form of a gate's outcome holds what CI systems need, whatever the texts contain."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.judge.gate import Check, Gate
from xlbench.printable import is_printable
from xlbench.report.gate import FORMATS


def a_check(outcome="fail", where=("xnli", "sw", "single-stream"), error=None, value=0.1):
    return Check("latency", where, 0.05, value, 0.08, 0.12, outcome, error)


def a_gate(*checks, current="new"):
    return Gate("base", current, checks, ("5 pairs of processes",))


def test_text_shows_failures_first_and_ends_with_the_outcome():
    said = FORMATS["text"](a_gate(a_check("pass"), a_check("fail"))).splitlines()
    assert said[0].startswith("FAIL xnli sw single-stream: latency drifted by +10.00%")
    assert said[-1] == "gate: fail (1 fail, 1 pass): new against base"


def test_json_holds_every_check():
    value = json.loads(FORMATS["json"](a_gate(a_check("pass"), a_check())))
    assert value["outcome"] == "fail"
    assert [check["outcome"] for check in value["checks"]] == ["pass", "fail"]


def test_junit_counts_failures_errors_and_skipped_apart():
    document = FORMATS["junit"](
        a_gate(
            a_check("pass"),
            a_check(),
            a_check("inconclusive"),
            a_check("inconclusive", error="the worker died"),
        )
    )
    suite = ElementTree.fromstring(document.encode())[0]
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    assert len(suite.findall("testcase/failure")) == 1
    assert len(suite.findall("testcase/error")) == 1
    assert len(suite.findall("testcase/skipped")) == 1


def test_github_annotates_what_failed_and_stays_within_ten_a_kind():
    lines = FORMATS["github"](a_gate(*[a_check()] * 30)).splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == 10
    assert "21 more" in errors[-1]
    assert "+10.00%25" in errors[0]


def test_github_of_a_gate_that_passed_is_a_notice_and_one_of_all_notes():
    lines = FORMATS["github"](a_gate(a_check("pass"))).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::notice", "::notice"]
    assert lines[0].endswith("what to know::5 pairs of processes")


@pytest.mark.parametrize("outcome", ["pass", "inconclusive", "fail"])
@pytest.mark.parametrize("form", FORMATS)
def test_what_else_differs_stands_in_every_form_whatever_the_outcome(form, outcome):
    notes = ("layers 4 → 5; weights 0f → 1e", "the machines: one; another")
    said = FORMATS[form](replace(a_gate(a_check(outcome)), notes=notes))
    for note in notes:
        assert note in said
    if form == "github":
        # An annotation is one line: only GitHub makes two of it.
        assert "%0A".join(notes) in said


def test_markdown_has_a_row_for_each_check():
    said = FORMATS["markdown"](a_gate(a_check("pass"), a_check()))
    assert said.count("| xnli sw single-stream |") == 2
    assert said.startswith("## ❌ gate: fail")


@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_a_limit_stands_as_it_was_given(form):
    check = replace(a_check(), limit=0.0005)
    assert "+0.05%" in FORMATS[form](a_gate(check))


ANY = st.text(max_size=30)


@given(ANY, ANY, st.none() | ANY.filter(str.strip))
def test_no_text_breaks_xml_or_a_workflow_command(current, language, error):
    where = ("xnli", language, "offline")
    found = a_gate(a_check("inconclusive", where, error), a_check("fail", where), current=current)
    ElementTree.fromstring(FORMATS["junit"](found).encode("utf-8", "surrogatepass"))
    for line in FORMATS["github"](found).removesuffix("\n").split("\n"):
        assert line.startswith("::")
    json.loads(FORMATS["json"](found))


@pytest.mark.parametrize("name", FORMATS)
def test_a_gate_without_checks_is_inconclusive_in_every_form(name):
    assert FORMATS[name](a_gate())
    assert a_gate().outcome == "inconclusive"


@given(ANY, ANY, st.none() | ANY.filter(str.strip))
@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_no_name_or_error_brings_a_line_or_a_control_character_of_its_own(
    form, current, language, error
):
    where = ("xnli", language, "offline")
    checks = (a_check("inconclusive", where, error), a_check("fail", where))
    plain = FORMATS[form](a_gate(*(replace(c, where=("xnli", "en", "offline")) for c in checks)))
    found = FORMATS[form](a_gate(*checks, current=f"new\n::error::{current}\x1b[31m"))
    assert found.count("\n") == plain.count("\n")
    for line in found.split("\n"):
        assert is_printable(line)
        assert form == "github" or not line.startswith("::")
