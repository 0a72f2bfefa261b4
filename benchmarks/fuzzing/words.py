"""Targets: what a user writes on a command line."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

from fuzzing.campaign import Target
from xlbench.arm_options import ARM_OPTIONS
from xlbench.arms import options_from, parse_arm
from xlbench.cli.options import names, percent, seconds
from xlbench.settings import Settings

LETTERS = "base@=,.-_:+0123456789abcdefghiklmnoprstuvz%²١\x00\n\t \ud800é/\\\"'[]{}<>~$"
KEYS = [*(option.key for option in ARM_OPTIONS.values()), "env.A", "env.API_KEY", "env.", "x"]
VALUES = [
    *("cpu", "cuda:0", "cuda:99", "fp32", "bf16", "eager", "bucket", "random", "trained", "cls"),
    *("1", "0", "-1", "²", "١", "9" * 30, "9" * 5000, "0-3+8", "3-0", "0-", "-", "", "=", "a=b"),
    *("/tmp", "nan", "inf", "1e400", "1e3", " 1", "2%", "60s", "5m", "0-9999999999", "all"),
]
PARSERS: list[Callable[[str], object]] = [
    lambda text: percent("--precision", text),
    lambda text: seconds("--budget", text),
    lambda text: names("--tasks", text),
    lambda text: options_from({"cpus": text}),
    lambda text: options_from({"threads": text}),
    lambda text: options_from({"device": text}),
]


def arms(folder: Path) -> Target:
    """Arms, up to the settings as the manifest keeps them."""

    def target(drawn: random.Random) -> Callable[[], object]:
        if drawn.random() < 0.3:
            text = "".join(drawn.choices(LETTERS, k=drawn.randrange(40)))
        else:
            name = drawn.choice(("base", "./x", "a/b", "", "s", "[/b]", "-x"))
            text = name + "@" + ",".join(_option(drawn) for _ in range(drawn.randrange(5)))
        return lambda: Settings(arms=(parse_arm(text),))

    return target


def _option(drawn: random.Random) -> str:
    key = drawn.choice(KEYS)
    option = ARM_OPTIONS.get(key.replace("-", "_"))
    # Half of the values belong to the key: others would be refused one like the other.
    choices = option.metavar.split("|") if option is not None and "|" in option.metavar else VALUES
    value = drawn.choice(choices if drawn.random() < 0.5 else VALUES)
    return key + drawn.choice(("=", "=", "==", "")) + value


def options(folder: Path) -> Target:
    """Values of options: a duration, a share, a list of processors, ..."""

    def target(drawn: random.Random) -> Callable[[], object]:
        parse = drawn.choice(PARSERS)
        if drawn.random() < 0.7:
            text = "".join(drawn.choices("0123456789.eE+-%smhinfa ,²١x", k=drawn.randrange(12)))
        else:
            text = drawn.choice(VALUES)
        return lambda: _finite(parse(text))

    return target


def _finite(value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise AssertionError(f"{value} was accepted")
