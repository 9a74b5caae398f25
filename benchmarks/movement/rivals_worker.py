"""Runs DoWhy's change attribution and wise-pizza on surveys; needs neither voc nor its environment.

python rivals_worker.py SURVEYS.npz BARS.json. The archive holds, for survey i and wave w, `state_i_w` (n, T)
in -1, 0, 1 (wrote negatively, not, positively), `segment_i_w` (n,) and `y_i_w` (n,) points.
"""

import importlib.metadata
import json
import logging
import pathlib
import sys
import time
import warnings

import numpy as np
import pandas as pd


def dowhy_bars(first, second, names):
    """Points per node of the graph segment -> themes -> score, by the multiply-robust estimator."""
    import networkx
    from dowhy import gcm
    from dowhy.gcm.distribution_change_robust import distribution_change_robust

    edges = [("segment", name) for name in names] + [(name, "y") for name in names] + [("segment", "y")]
    model = gcm.ProbabilisticCausalModel(networkx.DiGraph(edges))
    found = distribution_change_robust(
        model, first, second, "y", shapley_config=gcm.shapley.ShapleyConfig(n_jobs=1)
    )
    return [float(found[name]) for name in ("segment", *names, "y")]


def wise_pizza_bars(first, second, names):
    """Points per dimension: the impacts of the segments it finds, single values of one dimension each."""
    import wise_pizza

    dims = ["segment", *names]
    waves = [frame.astype(dict.fromkeys(dims, str)).assign(size=1.0) for frame in (first, second)]
    found = wise_pizza.explain_changes_in_average(
        *waves, dims=dims, total_name="y", size_name="size", max_segments=8, max_depth=1
    )
    bars = dict.fromkeys(dims, 0.0)
    for segment in found.segments:
        for name in segment["segment"]:
            if name in bars:
                bars[name] += float(segment["impact"])
    change = float(second["y"].mean() - first["y"].mean())
    return [*bars.values(), change - sum(bars.values())]


METHODS = {"dowhy": dowhy_bars, "wise-pizza": wise_pizza_bars}


def main(surveys, bars):
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    data = np.load(surveys)
    count = len({key.split("_")[1] for key in data})
    out = {}
    for method, run in METHODS.items():
        try:
            version = importlib.metadata.version(method)
        except importlib.metadata.PackageNotFoundError:
            continue
        found, seconds = [], []
        for i in range(count):
            frames = []
            for wave in (0, 1):
                state = data[f"state_{i}_{wave}"].astype(float)
                frame = pd.DataFrame({f"t{t}": state[:, t] for t in range(state.shape[1])})
                frames.append(frame.assign(segment=data[f"segment_{i}_{wave}"], y=data[f"y_{i}_{wave}"]))
            started = time.process_time()
            found.append(run(*frames, [f"t{t}" for t in range(state.shape[1])]))
            seconds.append(time.process_time() - started)
        out[method] = {"version": version, "bars": found, "seconds": float(np.median(seconds))}
    pathlib.Path(bars).write_text(json.dumps(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
