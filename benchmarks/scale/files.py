"""Surveys of any length from real comments, no two of them alike, outside the repository."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = ("ksa_google", "saudi_tourism", "airline_tweets", "telecom_nps")
BLOCK = 100_000
SEGMENTS = ("Riyadh", "Jeddah", "Dammam", "online")


def survey(rows: int, folder: Path) -> Path:
    """A Parquet file of `rows` comments with scores, dates over two quarters and a segment.

    Every comment ends with its number: nothing is saved by reading equal texts once.
    """
    path = folder / f"survey-{rows}.parquet"
    if path.exists():
        return path
    frames = [pd.read_csv(DATA / f"{name}.csv.gz", usecols=["text"], dtype=str).dropna() for name in SETS]
    texts = pd.concat(frames)["text"].to_numpy(dtype=object)
    rng = np.random.default_rng(1)
    writer = None
    for start in range(0, rows, BLOCK):
        n = min(BLOCK, rows - start)
        chosen = texts[rng.integers(0, len(texts), n)]
        days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 182, n), unit="D")
        block = pa.table(
            {
                "text": [f"{text} {start + i}" for i, text in enumerate(chosen)],
                "score": rng.choice(
                    11, n, p=[0.06, 0.03, 0.03, 0.04, 0.04, 0.08, 0.08, 0.14, 0.2, 0.15, 0.15]
                ),
                "date": pa.array(days, pa.timestamp("s")),
                "branch": rng.choice(SEGMENTS, n),
            }
        )
        writer = writer or pq.ParquetWriter(path.with_suffix(".part"), block.schema)
        writer.write_table(block)
    if writer is not None:
        writer.close()
    path.with_suffix(".part").rename(path)
    return path
