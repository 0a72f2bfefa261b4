"""Options that several commands share: a parameter that is a group stands for many options.

A command asks for ``what: What`` and ``arms: ArmFlags``; on the command line that is one option
for each field of ``What`` and one for each line of the table of arm options.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Annotated, Any, get_type_hints

import typer

from xlbench.arm_options import ArmOption, Options, options_for
from xlbench.arms import options_from

Command = Callable[..., None]

WHAT = "What is measured"
HOW = "How an arm runs"
EXACT = "How long, how exactly"
OUTPUT = "Output"


@dataclass(frozen=True, slots=True)
class ArmFlags:
    """What the command line says of all arms: text by name of the option, or nothing."""

    given: Mapping[str, str | None]

    def options(self, without: tuple[str, ...] = ()) -> Options:
        """Return the options, those named ``without`` left at their defaults.

        Raises:
            UserError: a value is not in its range, or two contradict each other.
        """
        return options_from({k: v for k, v in self.given.items() if k not in without})


def flag(name: str, help: str, panel: str | None = None) -> Any:
    """Return an option without a value."""
    return typer.Option(name, help=help, rich_help_panel=panel)


def spread(name: str) -> Callable[[Command], Command]:
    """Return what turns a command with groups into one with all their options.

    Args:
        name: of the command, which decides on the options of arms and their help.
    """

    def spread_command(command: Command) -> Command:
        hints = get_type_hints(command, include_extras=True)
        parameters: list[inspect.Parameter] = []
        groups: dict[str, tuple[Callable[..., Any], list[str]]] = {}
        for parameter in inspect.signature(command).parameters.values():
            kind = hints[parameter.name]
            if not is_dataclass(kind):
                parameters.append(parameter.replace(annotation=kind))
                continue
            own = list(_of_arms(name) if kind is ArmFlags else _of_fields(kind))
            groups[parameter.name] = _maker(kind), [each.name for each in own]
            parameters += own

        def call(**given: Any) -> None:
            for group, (make, names) in groups.items():
                given[group] = make(**{each: given.pop(each) for each in names})
            command(**given)

        keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
        call.__name__, call.__doc__ = command.__name__, command.__doc__
        call.__annotations__ = {each.name: each.annotation for each in keywords}
        call.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
        return call

    return spread_command


def _maker(kind: Any) -> Callable[..., Any]:
    made: Callable[..., Any] = _arm_flags if kind is ArmFlags else kind
    return made


def _arm_flags(**given: str | None) -> ArmFlags:
    return ArmFlags(given)


def _of_arms(command: str) -> Iterator[inspect.Parameter]:
    for option in options_for(command):
        told = typer.Option(
            f"--{option.key}",
            help=_help(option, command),
            metavar=option.metavar,
            rich_help_panel=HOW,
            show_default=False,
        )
        yield _parameter(option.name, Annotated[str | None, told], None)


def _help(option: ArmOption, command: str) -> str:
    told = option.help_for(command)
    return told if option.default is None else f"{told} \\[default: {option.default}]"


def _of_fields(group: Any) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield _parameter(field.name, hints[field.name], default)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
