"""Arms: what is measured, written ``NAME[@key=value,...]``.

An arm is the name of a checkpoint, suite or local folder plus run-time options. Options
given after ``@`` override the defaults that the command line's flags set for all arms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace

from xlbench.errors import UserError

DTYPES = ("fp32", "bf16", "fp16")
RUNTIMES = ("eager", "compile", "cudagraph")
PADDINGS = ("max", "longest", "bucket")
WEIGHTS = ("trained", "random")
ATTENTIONS = ("sdpa", "eager", "flash_attention_2", "flex_attention")


@dataclass(frozen=True, slots=True)
class Options:
    """Run-time options of an arm; the defaults are those of ``xlbench run``.

    Attributes:
        device: ``auto`` (first CUDA device, else CPU), ``cpu`` or ``cuda:N``.
        dtype: ``fp32``, ``bf16`` or ``fp16``: type of weights and activations.
        runtime: ``eager``, ``compile`` (torch.compile, static shapes) or ``cudagraph``.
        attn: attention implementation as transformers names it; ``None``: its default.
        padding: ``max``, ``longest`` (batches in data order) or ``bucket``.
        batch_size: rows per offline batch; ``None`` where ``tokens_per_batch`` decides.
        tokens_per_batch: padded tokens per offline batch.
        buckets: number of padded lengths; ``None``: chosen from the length distribution.
        weights: ``trained`` or ``random`` (true architecture, seeded weights).
        seed: seed of random weights; ``None``: the run's seed.
        threads: intra-op threads; ``None``: one for each processor in ``cpus``.
        cpus: processors that the worker may use; ``None``: those of the controller.
        python: interpreter of the worker; ``None``: the controller's own.
        tokenizer: folder of a tokenizer to use instead of the checkpoint's.
        revision: Hub revision to use instead of the entry's.
        env: environment variables of the worker.
    """

    device: str = "auto"
    dtype: str = "fp32"
    runtime: str = "eager"
    attn: str | None = None
    padding: str = "bucket"
    batch_size: int | None = None
    tokens_per_batch: int | None = None
    buckets: int | None = None
    weights: str = "trained"
    seed: int | None = None
    threads: int | None = None
    cpus: tuple[int, ...] | None = None
    python: str | None = None
    tokenizer: str | None = None
    revision: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arm:
    """A name with its options.

    Attributes:
        text: the arm as the user wrote it: its identity in results.
        name: checkpoint, suite or folder.
        options: all options, defaults filled in.
        chosen: names of the options that the user set on this arm.
    """

    text: str
    name: str
    options: Options
    chosen: tuple[str, ...] = ()


def parse_arm(text: str, defaults: Options | None = None) -> Arm:
    """Return the arm that ``text`` describes.

    Raises:
        UserError: an option is unknown, lacks a value or has a value out of its range.
    """
    name, at, tail = text.partition("@")
    if not name:
        raise UserError(f"arm {text!r}: a checkpoint, suite or folder must stand before '@'")
    if at and not tail:
        raise UserError(f"arm {text!r}: expected key=value after '@', found nothing")
    options = defaults or Options()
    env = dict(options.env)
    changes: dict[str, object] = {}
    for part in tail.split(",") if tail else ():
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise UserError(f"arm {text!r}: expected key=value, found {part!r}")
        if key.startswith("env.") and len(key) > 4:
            env[key[4:]] = value
            continue
        changes[key.replace("-", "_")] = parse_option(key, value, f"arm {text!r}")
    for one, other in (("batch_size", "tokens_per_batch"), ("tokens_per_batch", "batch_size")):
        if changes.get(one) is not None and other not in changes:
            changes[other] = None
    options = replace(options, **changes, env=env)  # type: ignore[arg-type]
    check_options(options, f"arm {text!r}")
    return Arm(text, name, options, tuple(changes))


def parse_option(key: str, value: str, where: str) -> object:
    """Return the value of option ``key`` in its own type, or raise ``UserError``."""
    parser = _PARSERS.get(key.replace("-", "_"))
    if parser is None:
        known = ", ".join(sorted(name.replace("_", "-") for name in _PARSERS))
        raise UserError(f"{where}: unknown option {key!r}; known are {known} and env.NAME")
    try:
        return parser(value)
    except ValueError as error:
        raise UserError(f"{where}: option {key}: {error}") from None


def check_options(options: Options, where: str) -> None:
    """Raise ``UserError`` for options that contradict one another."""
    if options.batch_size is not None and options.tokens_per_batch is not None:
        raise UserError(f"{where}: give either batch-size or tokens-per-batch, not both")
    if options.runtime == "cudagraph" and options.device == "cpu":
        raise UserError(f"{where}: runtime=cudagraph needs a CUDA device, not device=cpu")
    if options.buckets is not None and options.padding != "bucket":
        raise UserError(f"{where}: buckets needs padding=bucket, not padding={options.padding}")


def cpu_list(text: str) -> tuple[int, ...]:
    """Return processor numbers of a list such as ``0-3+8`` (also ``:`` or ``,`` between)."""
    cpus: set[int] = set()
    for part in text.replace(",", "+").replace(":", "+").split("+"):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"expected processors such as 0-3+8, found {text!r}")
        cpus.update(range(int(first), int(last or first) + 1))
    if not cpus:
        raise ValueError(f"expected at least one processor, found {text!r}")
    return tuple(sorted(cpus))


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in values:
            raise ValueError(f"expected one of {', '.join(values)}, found {value!r}")
        return value

    return parse


def _positive(value: str) -> int:
    if not value.isdigit() or int(value) < 1:
        raise ValueError(f"expected a whole number of at least 1, found {value!r}")
    return int(value)


def _seed(value: str) -> int:
    if not value.isdigit():
        raise ValueError(f"expected a whole number of at least 0, found {value!r}")
    return int(value)


def _device(value: str) -> str:
    kind, colon, index = value.partition(":")
    if value in ("auto", "cpu", "cuda") or (kind == "cuda" and colon and index.isdigit()):
        return "cuda:0" if value == "cuda" else value
    raise ValueError(f"expected auto, cpu or cuda:N, found {value!r}")


def _text(value: str) -> str:
    if not value:
        raise ValueError("expected a value, found nothing")
    return value


_PARSERS: dict[str, Callable[[str], object]] = {
    "device": _device,
    "dtype": _one_of(DTYPES),
    "runtime": _one_of(RUNTIMES),
    "attn": _one_of(ATTENTIONS),
    "padding": _one_of(PADDINGS),
    "batch_size": _positive,
    "tokens_per_batch": _positive,
    "buckets": _positive,
    "weights": _one_of(WEIGHTS),
    "seed": _seed,
    "threads": _positive,
    "cpus": cpu_list,
    "python": _text,
    "tokenizer": _text,
    "revision": _text,
}
assert set(_PARSERS) | {"env"} == {f.name for f in fields(Options)}
