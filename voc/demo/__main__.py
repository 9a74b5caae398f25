"""Recomputes the points of the planted causes by simulation (about half a minute)."""

import sys

from voc.demo.truth import shapley

if __name__ == "__main__":
    sys.stdout.write("".join(f"{name}: {points:.2f}\n" for name, points in shapley().items()))
