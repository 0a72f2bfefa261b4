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

from xlbench.asked import Wanted
from xlbench.report.draw.svg import svg_file
from xlbench.report.filters import Filters
from xlbench.report.pictures import tax
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("result", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    found = whole([recorded(given.result)], Filters(Wanted(("xnli",))))
    (figure,) = tax.KIND.draw(found)
    given.out.write_bytes(svg_file(figure.picture))


if __name__ == "__main__":
    main()
