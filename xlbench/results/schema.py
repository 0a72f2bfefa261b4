"""The tables of a result folder: every column, its type, unit and meaning, in one place.

Units stand in the names. A value that was not measured is null. Raw tables (``visits``,
``samples``, ``predictions``) are what was measured; ``cells`` is worked out from them and
can be worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from xlbench.probes.registry import COLUMNS

VERSION = 2
"""2: every file is sealed, every table has ``run_id``; ``cells`` tells machine and versions."""

SEALED = 2
"""Files of this version and later hold the digest of ``seal``."""

Row = Mapping[str, Any]
"""A row of one of the tables by column; what the row does not have is null."""

_S, _I, _F, _B = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_L = pa.list_(pa.string())
_TYPES: dict[str, pa.DataType] = {"int": _I, "float": _F, "text": _S, "texts": _L}

_RUN = ("run_id", _S, "identity of the run")
_IDENTITY = (
    ("arm", _S, "what was measured, as written on the command line"),
    ("task", _S, "XTREME task"),
    ("language", _S, "XTREME's two-letter code"),
)
_CELL = (*_IDENTITY, ("scenario", _S, "single-stream or offline"))

VISITS = (
    _RUN,
    *_CELL,
    ("visit", _I, "number of the visit within the run"),
    ("process", _I, "number of the worker process of this arm"),
    ("round", _I, "round of the interleaved measurement"),
    ("position", _I, "position within the round (random)"),
    ("started_unix_ns", _I, "wall-clock time at the start"),
    ("spent_ns", _I, "duration of the visit in the worker, warm-up included"),
    ("unit", _S, "over many machines: the unit that it belongs to (null: one machine)"),
    ("node", _S, "over many machines: what the cluster calls the machine"),
    ("machine", _S, "over many machines: identity of its hardware"),
    ("status", _S, "ok or failed"),
    ("error", _S, "why the visit failed"),
    ("flags", _L, "what a reader should know of this visit"),
    ("complete", _B, "offline: a whole pass over the examples"),
    ("checkpoint", _S, "catalogue entry or folder that was loaded"),
    ("suite", _S, "suite through which it was chosen"),
    ("device", _S, "device that was used"),
    ("clock", _S, "clock that timed the batches"),
    ("load_ns", _I, "loading of the checkpoint in this process"),
    ("weights_bytes", _I, "bytes of parameters and buffers"),
    ("first_batch_ns", _I, "first batch of the cell in this process"),
    ("n_examples", _I, "examples of the cell"),
    ("n_population", _I, "examples that those of the cell are a sample of (null: they are all)"),
    ("n_batches", _I, "offline: batches of a pass"),
    ("batches_digest", _S, "offline: visits of a cell that share it ran the same batches"),
    ("n_truncated", _I, "examples that lost tokens at the maximum length"),
    ("n_non_finite", _I, "offline: examples of a whole pass whose outputs were NaN or infinite"),
    ("tokens", _I, "real tokens of a pass, special tokens included"),
    ("padded_tokens", _I, "tokens of a pass, padding included"),
    ("content_tokens", _I, "sub-word tokens of all examples, no special tokens, no overlap"),
    ("words", _I, "words of all examples"),
    ("chars", _I, "code points of all examples that are not white space"),
    ("examples_digest", _S, "of the examples' ids: cells that share it hold the same examples"),
    ("paired_tokens", _I, "retrieval: content tokens of the language's side of the gold pairs"),
    ("paired_english_tokens", _I, "retrieval: content tokens of their English side"),
    ("batch_size", _I, "rows per batch as used (null: tokens_per_batch decides)"),
    ("tokens_per_batch", _I, "padded tokens per batch as used"),
    ("buckets", pa.list_(_I), "padded lengths"),
    ("attention", _S, "kernels that attended, as seen while a batch ran"),
    ("held_bytes", _I, "what the worker keeps in memory of the cell: texts, token ids, batches"),
    ("reference_ns", _I, "the device's reference kernel right before the visit, median of three"),
    ("host_reference_ns", _I, "the host's reference kernel, likewise; on a CPU the same kernel"),
    ("warm_up_passes", _I, "passes spent on warm-up"),
    ("tokenize_ns", _I, "offline: tokenising all examples"),
    ("decode_ns", _I, "offline: from outputs to predictions, all examples"),
    ("pass_ns", _I, "offline: the whole pass, tokenising and decoding included"),
    *((column.name, _TYPES[column.kind], column.description) for column in COLUMNS),
    ("metric_name", _S, "name of the task's main metric"),
    ("metric_value", _F, "its value in percent"),
    ("metric_lo", _F, "lower end of its 95 % bootstrap interval"),
    ("metric_hi", _F, "upper end"),
    ("metrics_json", _S, "all metrics of the task by name"),
)

SAMPLES = (
    _RUN,
    *_CELL,
    ("visit", _I, "visit to which the sample belongs"),
    ("process", _I, "number of the worker process of this arm"),
    ("unit", _I, "single-stream: example; offline: batch of the plan"),
    ("start_ns", _I, "monotonic time of the worker at the start"),
    ("rows", _I, "rows of the batch"),
    ("padded_length", _I, "tokens per row, padding included"),
    ("tokens", _I, "real tokens of the batch"),
    ("turn", _I, "compare: in a turn both arms ran the same batches (null: not in turns)"),
    ("latency_ns", _I, "copy to the device and forward pass"),
    ("h2d_ns", _I, "copy to the device"),
    ("forward_ns", _I, "forward pass"),
    ("tokenize_ns", _I, "single-stream: tokenising"),
    ("decode_ns", _I, "single-stream: from outputs to the prediction"),
    ("end_to_end_ns", _I, "single-stream: from text to prediction"),
    (
        "cycle_ns",
        _I,
        "offline: from the end of the batch before, or the beginning of the loop, to its end",
    ),
)

PREDICTIONS = (
    _RUN,
    *_IDENTITY,
    ("visit", _I, "visit whose timed pass made the prediction"),
    ("id", _S, "example"),
    ("prediction", _S, "label; tags joined by spaces; answer text; id of the sentence found"),
    ("score", _F, "logit, span score or similarity"),
    ("statistics", pa.list_(_F), "what the example adds to the main metric's sums"),
    ("submission_line", _I, "its 0-based line in XTREME's submission file (null: not in it)"),
)


def _percentiles() -> tuple[tuple[str, pa.DataType, str], ...]:
    rows = []
    for name in ("p50", "p90", "p95", "p99"):
        rows += [
            (f"latency_{name}_ms", _F, f"{name} of the latency of a batch (copy and forward)"),
            (f"latency_{name}_lo_ms", _F, f"lower end of its 95 % interval ({name})"),
            (f"latency_{name}_hi_ms", _F, f"upper end of its 95 % interval ({name})"),
        ]
    return tuple(rows)


CELLS = (
    _RUN,
    ("started", _S, "when the run began, UTC, ISO 8601"),
    ("machine", _S, "identity of the machine's hardware"),
    ("node", _S, "what the cluster calls the machine (null: no cluster, one machine)"),
    ("unit", _S, "what was measured together on it (null: all)"),
    ("xlbench_version", _S, "version of xlbench"),
    ("python_version", _S, "version of the worker's Python"),
    ("torch_version", _S, "version of the worker's torch"),
    ("transformers_version", _S, "version of the worker's transformers"),
    ("threads", _I, "intra-op threads of the worker"),
    ("cpus", _I, "processors that the worker may use"),
    ("seed", _I, "seed of the run: of orders, batches and random weights"),
    ("data_fingerprint", _S, "SHA-256 over the files of the cell's data"),
    ("arm", _S, "what was measured, as written on the command line"),
    ("checkpoint", _S, "catalogue entry or folder"),
    ("suite", _S, "suite through which it was chosen"),
    ("revision", _S, "commit of the Hub that the checkpoint was got from"),
    ("weights_sha256", _S, "SHA-256 of the files of weights (null: drawn from the seed)"),
    ("parameters", _I, "parameters of the checkpoint's weights"),
    ("layers", _I, "hidden layers; for retrieval only the first retrieval_layer are run"),
    ("pooling", _S, "retrieval: mean over a sentence's tokens, or cls, its first token"),
    ("retrieval_layer", _I, "retrieval: hidden state that is pooled (0: the embeddings)"),
    ("prefix", _S, "retrieval: text in front of every sentence (null: none)"),
    ("tagging_layout", _S, "tagging: how a row ends, as xtreme's scripts or as the tokenizer"),
    ("task", _S, "XTREME task"),
    ("language", _S, "XTREME's two-letter code"),
    ("scenario", _S, "single-stream or offline"),
    ("device", _S, "device that was used"),
    ("dtype", _S, "type of weights and activations (tf32: fp32, multiplied as TF32)"),
    ("runtime", _S, "eager, compile, cudagraph, onnxruntime or openvino"),
    ("quant", _S, "int8: linear layers in 8-bit integers (null: none)"),
    ("attn", _S, "attention implementation asked for (null: the library's default)"),
    ("attention", _S, "kernels that attended, as seen while a batch ran (null: not torch's own)"),
    ("padding", _S, "max, longest or bucket; packed: none, rows lie one behind the other"),
    ("batch_size", _I, "rows per batch as used (null: tokens_per_batch decides)"),
    ("tokens_per_batch", _I, "padded tokens per batch as used"),
    ("status", _S, "ok, failed or pending"),
    ("flags", _L, "what a reader should know of this row"),
    ("error", _S, "why the cell failed"),
    ("stopped_by", _S, "precision or budget"),
    ("n_processes", _I, "worker processes that the samples come from"),
    ("n_visits", _I, "visits"),
    ("n_examples", _I, "examples"),
    ("n_population", _I, "examples that they are a sample of, see --sample (null: they are all)"),
    ("n_batches", _I, "batches of a pass (single-stream: one for each example)"),
    ("n_samples", _I, "timed batches"),
    ("n_disturbed", _I, "timed batches from visits that something disturbed"),
    (
        "disturbed_by",
        _L,
        "what disturbed them: steal, preempted, quota, paging, throttled, slow-clock",
    ),
    ("n_truncated", _I, "examples that lost tokens at the maximum length"),
    ("n_non_finite", _I, "offline: examples whose outputs were NaN or infinite, at most"),
    ("tokens", _I, "real tokens of a pass"),
    ("padded_tokens", _I, "tokens of a pass, padding included"),
    ("padding_efficiency", _F, "tokens over padded tokens"),
    ("tokens_per_word", _F, "fertility: sub-word tokens per word (null: no spaces in the script)"),
    ("tokens_per_char", _F, "fertility: sub-word tokens per code point, white space aside"),
    (
        "tokens_relative_to_english",
        _F,
        "sub-word tokens over those of the same examples in "
        "English: xnli, pawsx and xquad if the arm measured the same ids in English; tatoeba and "
        "bucc2018 over the gold pairs; null where that is unknown. Counted before truncation, "
        "special tokens aside",
    ),
    ("latency_mean_ms", _F, "mean latency of a batch (copy and forward)"),
    *_percentiles(),
    ("tokenize_p50_ms", _F, "median of tokenising (offline: of a pass, per batch)"),
    ("h2d_p50_ms", _F, "median of the copy to the device"),
    ("forward_p50_ms", _F, "median of the forward pass"),
    ("decode_p50_ms", _F, "median of decoding (offline: of a pass, per batch)"),
    ("end_to_end_p50_ms", _F, "median from text to prediction (offline: of a pass, per batch)"),
    ("throughput_examples_per_s", _F, "examples over the time of the loop that ran them"),
    ("throughput_tokens_per_s", _F, "real tokens over the time of the loop that ran them"),
    (
        "device_busy_share",
        _F,
        "offline: share of the loop's time in copies and forward passes; in the rest the device "
        "waited for the host",
    ),
    ("load_s", _F, "loading of the checkpoint (median over processes)"),
    ("first_batch_ms", _F, "first batch of the cell in a process (median over processes)"),
    ("weights_bytes", _I, "bytes of parameters and buffers"),
    ("held_bytes", _I, "what the worker keeps in memory of the cell: texts, token ids, batches"),
    *(
        (column.name, _TYPES[column.kind], column.in_cells.description)
        for column in COLUMNS
        if column.in_cells is not None
    ),
    ("energy_j_per_example", _F, "GPU energy of the passes over the examples in them"),
    ("metric_name", _S, "the task's main metric"),
    ("metric_value", _F, "its value in percent"),
    ("metric_lo", _F, "lower end of its 95 % bootstrap interval over examples"),
    ("metric_hi", _F, "upper end"),
    ("metrics_json", _S, "all metrics of the task by name"),
    (
        "agreement",
        _F,
        "share of predictions equal to those of the plain arm beside it: the same checkpoint, "
        "eager in fp32; of words for tags (null: no such arm, or it is that arm)",
    ),
    ("agreement_with", _S, "the arm that it agrees with"),
)

KEYS: Mapping[str, tuple[str, ...]] = {
    "visits": (*(name for name, *_ in _CELL), "visit", "process", "status"),
    "samples": (*(name for name, *_ in _CELL), "visit", "process", "unit", "latency_ns"),
    "predictions": (*(name for name, *_ in _IDENTITY), "visit", "id", "prediction"),
    "cells": (*(name for name, *_ in _CELL), "status"),
}
"""Columns of each table that are never null: a row without them says nothing."""

_TABLES = {"visits": VISITS, "samples": SAMPLES, "predictions": PREDICTIONS, "cells": CELLS}


TABLES = tuple(_TABLES)
"""Names of the tables."""


def table_schema(table: str) -> pa.Schema:
    """Return the Arrow schema of ``visits``, ``samples``, ``predictions`` or ``cells``.

    Every field carries its description, the schema its version.
    """
    fields = [
        pa.field(name, kind, metadata={"description": text}) for name, kind, text in _TABLES[table]
    ]
    return pa.schema(fields, metadata={"xlbench_schema_version": str(VERSION)})
