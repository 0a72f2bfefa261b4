"""The columns of a visit's samples on the wire, known to both ends."""

SAMPLE_COLUMNS = (
    "unit",
    "start_ns",
    "rows",
    "padded_length",
    "tokens",
    "latency_ns",
    "h2d_ns",
    "forward_ns",
    "tokenize_ns",
    "decode_ns",
    "end_to_end_ns",
)
"""int64 each; -1 stands for what was not measured."""
