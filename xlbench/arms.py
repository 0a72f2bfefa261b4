"""Arms: what is measured, written ``NAME[@key=value,...]``.

An arm is the name of a checkpoint, suite or local folder plus run-time options. Options
given after ``@`` override the defaults that the command line's flags set for all arms.

``Options`` is the one table of these options: a line a field, with type, default, parser, help
and the commands that take it as a flag. The parser of arms, the checks and the command line all
read ``ARM_OPTIONS``, which is made from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.option_values import cpu_list, device, one_of, text, whole_number
from xlbench.printable import is_printable, shown, without_secrets
from xlbench.usage import POOLINGS, TAGGING_LAYOUTS

DTYPES = ("fp32", "tf32", "bf16", "fp16")
RUNTIMES = ("eager", "compile", "cudagraph", "onnxruntime", "openvino")
EXPORTED = ("onnxruntime", "openvino")
"""Runtimes that run an exported model and no torch."""

QUANTS = ("int8",)
PADDINGS = ("max", "longest", "bucket", "packed")
WEIGHTS = ("trained", "random")
ATTENTIONS = ("sdpa", "eager", "flash_attention_2", "flex_attention")
MEASURING_COMMANDS = ("run", "compare", "gate")

_MOST = 2**31 - 1
_MOST_SEED = 2**63 - 1
_MOST_CHARACTERS = 4096
_VARIABLE = re.compile(r"env\.([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class ArmOption:
    """One option of an arm.

    Attributes:
        name: the field of ``Options``, e.g. ``batch_size``.
        key: as it is written after ``@`` and, with ``--`` before it, as a flag: ``batch-size``.
        parse: from text to a value in its range; raises ``ValueError``.
        default: where neither arm nor flag says anything.
        help: one sentence.
        unset: what holds where the default is ``None``, by command (``*``: any other).
        metavar: what stands for the value in a synopsis.
        commands: those that take it as a flag for all arms; others are an arm's own.
    """

    name: str
    key: str
    parse: Callable[[str], Any]
    default: Any
    help: str
    unset: Mapping[str, str]
    metavar: str
    commands: tuple[str, ...]

    def help_for(self, command: str) -> str:
        """Return the sentence for a command, with what holds where nothing is given."""
        unset = self.unset.get(command, self.unset.get("*"))
        if unset is None:
            return self.help
        return f"{self.help.removesuffix('.')} (default: {unset})."


def _option(
    default: Any,
    parse: Callable[[str], Any],
    help: str,
    *,
    unset: str | Mapping[str, str] | None = None,
    metavar: str = "TEXT",
    flag: bool = True,
) -> Any:
    told = {"*": unset} if isinstance(unset, str) else unset or {}
    commands = MEASURING_COMMANDS if flag else ()
    row = {"parse": parse, "help": help, "unset": told, "metavar": metavar, "commands": commands}
    return field(default=default, metadata=row)


def _choice(default: str | None, values: tuple[str, ...], help: str, **more: Any) -> Any:
    return _option(default, one_of(values), help, metavar="|".join(values), **more)


def _count(help: str, **more: Any) -> Any:
    return _option(None, whole_number(1, _MOST), help, metavar="N", **more)


@dataclass(frozen=True, slots=True)
class Options:
    """Run-time options of an arm; the defaults are those of ``xlbench run``."""

    device: str = _option("auto", device, "auto (first CUDA device, else CPU), cpu or cuda:N.")
    dtype: str = _choice(
        "fp32", DTYPES, "Type of weights and activations; tf32: fp32, multiplied as TF32 (CUDA)."
    )
    runtime: str = _choice(
        "eager",
        RUNTIMES,
        "How the model runs; compile is torch.compile with static shapes, onnxruntime and openvino "
        "run an export of it on a CPU.",
    )
    quant: str | None = _choice(
        None, QUANTS, "Linear layers in 8-bit integers, as the runtime does it.", unset="none"
    )
    attn: str | None = _choice(
        None, ATTENTIONS, "Attention as transformers names it.", unset="the library's"
    )
    padding: str = _choice(
        "bucket",
        PADDINGS,
        "Length that rows are padded to; longest keeps the order of the data; packed: none.",
    )
    buckets: int | None = _count("Padded lengths.", unset="the fewest that reach 97 % efficiency")
    batch_size: int | None = _count("Rows per offline batch.", unset="by tokens-per-batch")
    tokens_per_batch: int | None = _count(
        "Padded tokens per offline batch.", unset="1024 on a CPU, 4096 on CUDA"
    )
    threads: int | None = _option(
        None,
        whole_number(1, 8192),
        "Intra-op threads.",
        unset="one for each processor used",
        metavar="N",
    )
    cpus: tuple[int, ...] | None = _option(
        None,
        cpu_list,
        "Processors of the workers, e.g. 0-3.",
        unset={"run": "those allowed", "*": "one that all arms share; on a GPU all"},
        metavar="LIST",
    )
    weights: str = _choice(
        "trained",
        WEIGHTS,
        "trained, or random: the true architecture, for latency and memory only.",
    )
    seed: int | None = _option(
        None,
        whole_number(0, _MOST_SEED),
        "Seed of random weights.",
        unset="the run's",
        metavar="N",
        flag=False,
    )
    python: str | None = _option(
        None,
        text,
        "Interpreter of the worker.",
        unset="the one that runs xlbench",
        metavar="PATH",
        flag=False,
    )
    tokenizer: str | None = _option(
        None,
        text,
        "Folder of a tokenizer to use.",
        unset="the checkpoint's own",
        metavar="PATH",
        flag=False,
    )
    revision: str | None = _option(
        None, text, "Hub revision to use.", unset="the entry's", flag=False
    )
    tagging_layout: str | None = _choice(
        None,
        TAGGING_LAYOUTS,
        "How rows of tagged words end: as XTREME's scripts or as the tokenizer ends a text.",
        unset="the entry's, else xtreme",
        flag=False,
    )
    pooling: str | None = _choice(
        None,
        POOLINGS,
        "Retrieval: mean over a sentence's tokens, or its first token.",
        unset="the entry's, else mean",
        flag=False,
    )
    retrieval_layer: int | None = _option(
        None,
        whole_number(0, _MOST),
        "Retrieval: hidden state that is pooled; 0 is the embeddings.",
        unset="the entry's, else at 60 % of the depth",
        metavar="N",
        flag=False,
    )
    prefix: str | None = _option(
        None,
        text,
        "Retrieval: text in front of every sentence.",
        unset="the entry's, else none",
        flag=False,
    )
    env: Mapping[str, str] = field(default_factory=dict)


ARM_OPTIONS: Mapping[str, ArmOption] = {
    f.name: ArmOption(f.name, f.name.replace("_", "-"), default=f.default, **f.metadata)
    for f in fields(Options)
    if f.metadata
}
"""All options but ``env.NAME``, by the name of their field, in the order of the table."""


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


def options_for(command: str) -> tuple[ArmOption, ...]:
    """Return the options that a command takes as flags, in the order of the table."""
    return tuple(option for option in ARM_OPTIONS.values() if command in option.commands)


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


def check_options(options: Options, where: str) -> None:
    """Raise ``UserError`` for options that contradict one another."""
    if options.batch_size is not None and options.tokens_per_batch is not None:
        raise UserError(f"{where}: give either batch-size or tokens-per-batch, not both")
    if options.runtime == "cudagraph" and options.device == "cpu":
        raise UserError(f"{where}: runtime=cudagraph needs a CUDA device, not device=cpu")
    if options.dtype == "tf32" and options.device == "cpu":
        raise UserError(f"{where}: dtype=tf32 needs a CUDA device, not device=cpu")
    if options.attn == "flash_attention_2":
        _check_flash_attention(options, where)
    if options.runtime in EXPORTED:
        _check_exported(options, where)
    elif options.quant is not None:
        _check_quantised(options, where)
    if options.buckets is not None and options.padding != "bucket":
        raise UserError(f"{where}: buckets needs padding=bucket, not padding={options.padding}")
    if options.padding == "packed":
        _check_packed(options, where)


def _check_flash_attention(options: Options, where: str) -> None:
    refused = f"{where}: attn=flash_attention_2"
    if options.dtype in ("fp32", "tf32"):
        raise UserError(f"{refused} computes in half precision only: give dtype=bf16 or dtype=fp16")
    if options.device == "cpu":
        raise UserError(f"{refused} needs a CUDA device, not device=cpu")
    if options.runtime == "cudagraph":
        raise UserError(
            f"{refused} asks the device how long each row is, which no CUDA graph can hold: give "
            "runtime=eager, or attn=sdpa"
        )


def _check_packed(options: Options, where: str) -> None:
    refused = f"{where}: padding=packed"
    if options.runtime in EXPORTED:
        raise UserError(
            f"{refused} calls the layers of torch, which runtime={options.runtime} does not run: "
            "give runtime=eager, or padding=bucket"
        )
    if options.runtime != "eager":
        raise UserError(
            f"{refused} has a new shape in every batch, and runtime={options.runtime} prepares "
            "each shape: give runtime=eager, or padding=bucket"
        )
    if options.attn not in (None, "sdpa"):
        raise UserError(
            f"{refused} attends within rows by SDPA, or torch's varlen attention on a GPU, not by "
            f"attn={options.attn}: leave attn out, or give padding=bucket"
        )


def _check_exported(options: Options, where: str) -> None:
    refused = f"{where}: runtime={options.runtime}"
    if options.device.startswith("cuda"):
        raise UserError(f"{refused} runs on the CPU: give device=cpu, not {options.device}")
    if options.attn not in (None, "sdpa", "eager"):
        raise UserError(
            f"{refused} can't hold attn={options.attn}, a kernel of torch: give attn=sdpa or eager"
        )
    if options.runtime == "onnxruntime" and options.dtype != "fp32":
        raise UserError(
            f"{refused} has no {options.dtype} kernels for a CPU and would convert to fp32 and "
            "back: give dtype=fp32, or quant=int8"
        )
    if options.dtype not in ("fp32", "bf16", "fp16"):
        raise UserError(f"{refused} knows no {options.dtype}: give dtype=fp32, bf16 or fp16")


def _check_quantised(options: Options, where: str) -> None:
    refused = f"{where}: quant={options.quant} with runtime={options.runtime}"
    if options.runtime != "eager":
        raise UserError(
            f"{refused}: torch's quantised layers can't be compiled or captured: give "
            "runtime=eager, onnxruntime or openvino"
        )
    if options.dtype != "fp32":
        raise UserError(
            f"{refused} needs dtype=fp32, not {options.dtype}: torch's quantised layers take "
            "and return fp32"
        )
    if options.device.startswith("cuda"):
        raise UserError(
            f"{refused}: torch's quantised layers run on a CPU only: give device=cpu, or dtype=bf16"
        )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
