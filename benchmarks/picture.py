"""Draw the README's picture: what a language's tokens do to its latency.

    xlbench run --ckpt xlm-roberta-base@tokenizer=DIR --weights random --tasks xnli \\
        --scenario single-stream --precision 1% --out results/picture
    python benchmarks/picture.py results/picture benchmarks/results/tokens-latency.svg

With a tokenizer folder of XLM-R in DIR; the sample's XNLI sentences are parallel, so the
languages differ in nothing but the language.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from xlbench.report.scatter import Point, Series, scatter
from xlbench.results.result import read_result

STYLE = """<style>
svg { background: #fff; font: 11px system-ui, sans-serif; }
text { fill: #1a1a1a; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
circle { fill: #0067b8; } g line { stroke: #0067b8; opacity: .45; }
.grid { stroke: #d8d8d8; stroke-width: .7; }
</style>"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("result", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    points = tuple(
        Point(
            row["language"],
            row["tokens_relative_to_english"],
            row["latency_p50_ms"],
            row["latency_p50_lo_ms"],
            row["latency_p50_hi_ms"],
        )
        for row in read_result(given.result).cells
        if row["scenario"] == "single-stream"
        and row["tokens_relative_to_english"]
        and row["latency_p50_ms"]
    )
    title = "XNLI, single-stream: latency by tokens, the same sentences in each language"
    drawn = scatter(title, "tokens relative to English", "latency p50, ms", [Series("", points)])
    svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="690" ', 1)
    cut = svg.index(">") + 1
    given.out.write_text(svg[:cut] + STYLE + svg[cut:] + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
