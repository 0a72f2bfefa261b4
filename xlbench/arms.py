"""Arms: what is measured, written ``NAME[@key=value,...]``.

An arm is the name of a checkpoint, suite or local folder plus run-time options. Options
given after ``@`` override the defaults that the command line's flags set for all arms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from xlbench.arm_options import ARM_OPTIONS, Options
from xlbench.contradictions import check_options
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import is_printable, shown, without_secrets

_MOST_CHARACTERS = 4096
_VARIABLE = re.compile(r"env\.([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Arm:
    """A name with its options.

    Attributes:
        text: the arm as the user wrote it, values of secret variables hidden: its identity in
            results.
        name: checkpoint, suite or folder.
        options: all options, defaults filled in.
        chosen: names of the options that the user set on this arm.
    """

    text: str
    name: str
    options: Options
    chosen: tuple[str, ...] = ()


def options_from(given: Mapping[str, str | None]) -> Options:
    """Return the options that a command line's flags set for all arms.

    Args:
        given: text by name of the field; ``None`` and what is left out take the default.

    Raises:
        UserError: a value is not in its range, or two contradict each other.
    """
    flags = {name: value for name, value in given.items() if value is not None}
    options = replace(
        Options(), **{name: parse_option(name, flags[name], _flag(name)) for name in flags}
    )
    check_options(options, "options")
    return options


def parse_arm(written: str, defaults: Options | None = None) -> Arm:
    """Return the arm that ``written`` describes.

    Raises:
        UserError: an option is unknown, lacks a value or has a value out of its range.
    """
    safe = without_secrets(written)
    where = f"arm {shown(safe)}"
    if len(written) > _MOST_CHARACTERS:
        raise UserError(f"{where}: expected at most {_MOST_CHARACTERS} characters")
    if not is_printable(written):
        raise UserError(f"{where}: expected text without control characters and broken UTF-8")
    name, at, tail = written.partition("@")
    if not name:
        raise UserError(f"{where}: a checkpoint, suite or folder must stand before '@'")
    if name.startswith("-"):
        raise UserError(
            f"{where}: a name that begins with '-' looks like an option; write a folder as ./{name}"
        )
    if at and not tail:
        raise UserError(f"{where}: expected key=value after '@', found nothing")
    options = defaults or Options()
    env = dict(options.env)
    changes: dict[str, Any] = {}
    for part in tail.split(",") if tail else ():
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise UserError(f"{where}: expected key=value, found {shown(part)}")
        variable = _VARIABLE.fullmatch(key)
        if variable is not None:
            env[variable[1]] = value
            continue
        changes[key.replace("-", "_")] = parse_option(key, value, where)
    for one, other in (("batch_size", "tokens_per_batch"), ("tokens_per_batch", "batch_size")):
        if changes.get(one) is not None and other not in changes:
            changes[other] = None
    options = replace(options, **changes, env=env)
    check_options(options, where)
    return Arm(safe, name, options, tuple(changes))


def parse_option(key: str, value: str, where: str) -> Any:
    """Return the value of option ``key`` in its own type, or raise ``UserError``."""
    option = ARM_OPTIONS.get(key.replace("-", "_"))
    if option is None:
        known = sorted(option.key for option in ARM_OPTIONS.values())
        hint = did_you_mean(key.replace("_", "-"), known)
        raise UserError(
            f"{where}: unknown option {shown(key)}{hint}; known are {', '.join(known)} and env.NAME"
        )
    try:
        return option.parse(value)
    except ValueError as error:
        # A flag is the option's name already.
        of_arm = "" if where == _flag(option.name) else f"option {option.key}: "
        raise UserError(f"{where}: {of_arm}{error}") from None


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
