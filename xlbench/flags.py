"""What a reader should know of a number: every flag, with its sentence.

Wherever a flag is set or explained it comes from here, so none is without an explanation.
"""

from __future__ import annotations

from enum import StrEnum


class Flag(StrEnum):
    """A flag of a visit or a cell; its value stands in the files.

    Attributes:
        sentence: what it means, for a note under a table.
    """

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Flag:
        flag = str.__new__(cls, value)
        flag._value_ = value
        flag.sentence = sentence
        return flag

    RANDOM_WEIGHTS = (
        "random-weights",
        "weights are random: latency and memory are real, metrics would say nothing",
    )
    SUBSTITUTE_TOKENIZER = (
        "substitute-tokenizer",
        "the checkpoint's tokenizer is not here; the embedded one was used, so tokens per sentence "
        "are not the checkpoint's",
    )
    SHARED_ROWS = (
        "shared-rows",
        "the checkpoint was trained on rows of this evaluation (its card says how many)",
    )
    CUT_POSITIONS = (
        "cut-positions",
        "the model has fewer positions than the task's longest row: longer rows were cut there",
    )
    SAMPLED = (
        "sampled",
        "only some of the examples were measured, drawn by length from n_population (--sample): "
        "the metric's interval is for the whole set, and wider than if all had been measured",
    )
    NO_LABELS = ("no-labels", "the data has no labels: no metric")
    NON_FINITE = (
        "non-finite",
        "the model's outputs for some examples (n_non_finite) were NaN or infinite: no metric; "
        "check the checkpoint, or run with dtype=fp32",
    )
    NO_P50 = ("no-p50", "too few samples to bound a p50")
    NO_P90 = ("no-p90", "fewer than 36 samples: no p90")
    NO_P95 = ("no-p95", "fewer than 72 samples: no p95")
    NO_P99 = ("no-p99", "fewer than 368 samples: no p99")
    TRUNCATED = ("truncated", "some examples were longer than the task's maximum and were cut")
    COLD_START = ("cold-start", "its first batch was the first of the process")
    WARM_UP_UNSTEADY = (
        "warm-up-unsteady",
        "timings were still falling when warm-up reached its limit",
    )
    OOM_HALVED = ("oom-halved", "device memory ran out: batches were halved")
    GPU_UNUSED = (
        "gpu-unused",
        "there is a GPU, but torch can't use it: with device=auto the CPU was measured; install a "
        "torch built for CUDA and a driver that fits it, or say device=cpu",
    )
    NONDETERMINISTIC = ("nondeterministic", "predictions differed between passes")
    DISTURBED = (
        "disturbed",
        "most of its samples were taken while something disturbed the machine (disturbed_by says "
        "what): see xlbench doctor",
    )
    THROTTLED = (
        "throttled",
        "most of its samples were taken while the GPU had lowered its clocks",
    )
    RSS_SAMPLED = (
        "rss-sampled",
        "the kernel's high-water mark could not be reset: memory was sampled",
    )
    BUSY_MACHINE = (
        "busy-machine",
        "in the second before measuring began other programs, or other guests of the host, had the "
        "processors: see xlbench doctor",
    )
    THREADS_COST = (
        "threads-cost",
        "its threads took longer for a product of matrices than one thread did, as they do beside "
        "other work: give threads=1, or stop the other work",
    )
    RSS_OF_PROCESS = (
        "rss-of-process",
        "resident memory is that of the whole worker, with what earlier cells left in it: its "
        "runtime can't be run in a fork",
    )


def sentence(flag: str) -> str:
    """Return what a flag means; a flag of another version has no more than its name."""
    return _SENTENCES.get(flag, "see the documentation")


_SENTENCES = {str(flag): flag.sentence for flag in Flag}
