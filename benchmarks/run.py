"""`python benchmarks/run.py NAME [--quick]`: one benchmark, its results and its table for the docs.

A benchmark is a module with `main(out: Path, quick: bool) -> None`; add it to the dict.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = {
    "themes": "benchmarks.themes.run",
    "language": "benchmarks.language.run",
    "normalization": "benchmarks.normalization.run",
    "endtoend": "benchmarks.endtoend.run",
    "movement": "benchmarks.movement.run",
    "sentiment": "benchmarks.sentiment.run",
    "topics": "benchmarks.topics.run",
    "pipeline": "benchmarks.pipeline.run",
    "scale": "benchmarks.scale.run",
    "subratings": "benchmarks.subratings.run",
    "service": "benchmarks.service.run",
    "memory": "benchmarks.service.memory",
    "readme": "benchmarks.readme",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="few repetitions: minutes instead of an hour")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    importlib.import_module(BENCHMARKS[chosen.name]).main(chosen.out, chosen.quick)


if __name__ == "__main__":
    main()
