"""The options of an arm, as one table: a line a field, with type, default, parser, help and the
commands that take it as a flag.

The parser of arms, the checks and the command line all read ``ARM_OPTIONS``, which is made from
``Options``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from xlbench.option_values import cpu_list, device, one_of, text, whole_number
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
    buckets: int | None = _count(
        "Padded lengths.", unset="those for which padding and number of batches cost least"
    )
    batch_size: int | None = _count("Rows per offline batch.", unset="by tokens-per-batch")
    tokens_per_batch: int | None = _count(
        "Padded tokens per offline batch.", unset="1024 on a CPU, 16384 on CUDA"
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


def options_for(command: str) -> tuple[ArmOption, ...]:
    """Return the options that a command takes as flags, in the order of the table."""
    return tuple(option for option in ARM_OPTIONS.values() if command in option.commands)
