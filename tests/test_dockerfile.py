"""The Dockerfile copies what is there and what the build is sent, and starts what is installed."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def copied() -> set[str]:
    found: set[str] = set()
    for line in re.findall(r"^COPY (.*)$", TEXT, re.MULTILINE):
        *sources, _ = line.split()
        found.update(sources)
    return found


def test_what_is_copied_is_there_and_is_sent_to_the_build():
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    assert "*" in ignore and copied() == sent
    assert all((ROOT / name).exists() for name in sent)


def test_what_the_build_of_the_package_needs_is_copied():
    build = PROJECT["tool"]["hatch"]
    needed = {
        PROJECT["project"]["readme"],
        *PROJECT["project"]["license-files"],
        *build["build"]["targets"]["wheel"]["packages"],
        *build["build"]["targets"]["wheel"]["force-include"],
        build["version"]["path"].partition("/")[0],
        "pyproject.toml",
    }
    assert needed <= copied()


def test_torch_has_the_version_that_the_tests_passed_with():
    (pattern,) = re.findall(r"grep '\^(torch==)' /src/constraints\.txt", TEXT)
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len([line for line in pins if line.startswith(pattern)]) == 1


def test_extras_and_the_program_exist():
    (extra,) = re.findall(r"'/src\[(\w+)\]'", TEXT)
    assert extra in PROJECT["project"]["optional-dependencies"]
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", TEXT, re.MULTILINE)
    assert json.loads(entry) == list(PROJECT["project"]["scripts"])
