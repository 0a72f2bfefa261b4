"""What README and docs say is there is there: links, files and names, options, cheap commands."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import program
import pytest
import typer
import yaml

from xlbench.cli.main import app

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)?(?:#([\w-]+))?\)")
NAMED = re.compile(r"`([\w./]+\.(?:py|yaml|yml|md|json|svg))(?:: (\w+))?`")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as the hosting platform makes them."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@page
def test_every_link_leads_somewhere(page):
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), f"{target}#{anchor}"


@page
def test_every_file_and_name_of_the_code_that_is_mentioned_exists(page):
    for file, name in NAMED.findall(page.read_text(encoding="utf-8")):
        places = [base / file for base in (ROOT, ROOT / "xlbench", page.parent)]
        found = next((place for place in places if place.exists()), None)
        if found is None:
            # A file of the user's own, as in `--checkpoints mine.yaml`.
            assert "/" not in file, file
            continue
        if name:
            tree = ast.parse(found.read_text(encoding="utf-8"))
            assert name in {getattr(node, "name", None) for node in ast.walk(tree)}, (file, name)


def commands(page: Path) -> list[list[str]]:
    """Return the words behind ``xlbench`` of every command in a page's shell blocks."""
    found = []
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "sh":
            for line in text.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["xlbench"]:
                    found.append(words[1:])
    return found


@page
def test_every_command_is_one_that_the_program_takes(page):
    group: Any = typer.main.get_command(app)
    for words in commands(page):
        command = group.commands.get(words[0])
        assert command is not None, words
        options = {text for p in command.params for text in (*p.opts, *p.secondary_opts)}
        for word in words[1:]:
            if word.startswith("--"):
                assert word.partition("=")[0] in options, words


NAMES = {"results/before": {"seed": 1}, "results/after": {"seed": 2}, "results/demo": {"seed": 3}}
"""Result folders as the pages name them."""


def cheap(words: list[str]) -> bool:
    """Tell whether a command measures nothing and works on what ``NAMES`` has."""
    if words[0] in ("list", "doctor", "report"):
        return True
    return words[0] in ("compare", "gate") and any(word in NAMES for word in words[1:])


@pytest.fixture(scope="module")
def folder(write_run, tmp_path_factory):
    """A folder with what the commands of the pages name."""
    root = tmp_path_factory.mktemp("docs")
    (root / "results").mkdir()
    for name, options in NAMES.items():
        write_run(root / name, **options)
    return root


@page
def test_every_command_that_measures_nothing_runs(page, folder):
    for words in filter(cheap, commands(page)):
        done = program.call(*words, cwd=folder)
        assert done.returncode == 0, (words, done.stderr)
        assert done.stdout or done.stderr, words


@page
def test_every_workflow_is_complete_and_gives_the_action_inputs_that_it_has(page):
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    required = {name for name, spec in inputs.items() if spec.get("required")}
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language != "yaml" or "jobs:" not in text:
            continue
        workflow = yaml.safe_load(text)
        # YAML 1.1 reads the word "on" as true.
        assert {"name", True, "jobs"} <= set(workflow), text
        for job in workflow["jobs"].values():
            assert "runs-on" in job
            steps = job["steps"]
            assert steps[0]["uses"].startswith("actions/checkout@")
            for step in steps:
                if step.get("uses", "").startswith("./"):
                    given = set(step.get("with", {}))
                    assert required <= given <= set(inputs), given


def test_the_readme_is_short_enough_to_be_read():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
