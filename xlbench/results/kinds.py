"""Arms that are one recipe trained with several seeds: ``base-s1``, ``base-s2`` are ``base``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SEED = re.compile(r"(?P<name>[^@]+)-s(?P<seed>[0-9]{1,9})(?P<rest>(?:[@ ].*)?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Kind:
    """A recipe and the arms that are trained by it.

    Attributes:
        name: the arms' without their seeds.
        arms: by seed, in order; with ``None`` the one arm that has no seed in its name.
    """

    name: str
    arms: dict[int | None, str]


def kinds(arms: Iterable[str]) -> tuple[Kind, ...]:
    """Return the kinds of arms in their order.

    As ``xlbench train --seeds`` names suites. One arm alone keeps its name, seed included.
    """
    found: dict[str, dict[int | None, str]] = {}
    for arm in dict.fromkeys(arms):
        match = _SEED.fullmatch(arm)
        if match is None:
            found.setdefault(arm, {})[None] = arm
        else:
            found.setdefault(match["name"] + match["rest"], {})[int(match["seed"])] = arm
    return tuple(_kind(name, dict(sorted(own.items(), key=_first))) for name, own in found.items())


def _kind(name: str, arms: dict[int | None, str]) -> Kind:
    return Kind(name if len(arms) > 1 else next(iter(arms.values())), arms)


def _first(item: tuple[int | None, str]) -> int:
    return -1 if item[0] is None else item[0]
