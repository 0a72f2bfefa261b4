"""The gate as JUnit XML, which CI servers show as test cases.

The form is that of the Jenkins xUnit schema: a failed check is a ``failure``, an
inconclusive one is ``skipped``, one that could not be measured an ``error``.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from xlbench.judge.gate import Gate

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold, not even escaped."""


def junit(gate: Gate) -> str:
    """Return the document."""
    errors = sum(check.error is not None for check in gate.checks)
    skipped = sum(c.outcome == "inconclusive" and c.error is None for c in gate.checks)
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": _text(f"xlbench gate: {gate.current} against {gate.baseline}"),
            "tests": str(len(gate.checks)),
            "failures": str(gate.count("fail")),
            "errors": str(errors),
            "skipped": str(skipped),
        },
    )
    for check in gate.checks:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {
                "classname": _text(".".join(("xlbench", *check.where[:1], *check.where[2:]))),
                "name": _text(f"{check.what} {' '.join(check.where)}"),
            },
        )
        said = _text(check.sentence)
        if check.error is not None:
            ElementTree.SubElement(case, "error", {"message": said}).text = _text(check.error)
        elif check.outcome == "fail":
            ElementTree.SubElement(case, "failure", {"message": said}).text = said
        elif check.outcome == "inconclusive":
            ElementTree.SubElement(case, "skipped", {"message": said})
        ElementTree.SubElement(case, "system-out").text = said
    if gate.notes:
        ElementTree.SubElement(suite, "system-out").text = _text("\n".join(gate.notes))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    body = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _text(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)
