"""The load table; parts that a run was cut off before are left out of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.record import table

Row = tuple[str, object, str]


def markdown(facts: dict[str, Any]) -> str:
    rows = [*_speed(facts), *_upload(facts)]
    rows.append(("`voc serve` to its first 200 on /readyz, s", facts["ready_s"], "< 3"))
    rows.append(("load of the machine at start (2 cores)", facts["machine"]["load_at_start"], ""))
    return table(("What", "Measured", "Asked for"), rows)


def _speed(facts: dict[str, Any]) -> Iterator[Row]:
    through, single, steady = facts["throughput"], facts["single"], facts["at_70"]
    over = facts["overload"]
    yield "bare model, texts/s", through["bare_texts_per_s"], ""
    yield f"service, texts/s ({facts['documents_per_call']} a call)", through["texts_per_s"], ""
    yield "service / bare model", through["ratio"], ">= 0.85"
    yield "processor time per text, bare model / service", through["processor_ratio"], ">= 0.85"
    yield "callers' share of a core meanwhile (of 2)", through["callers_cores"], ""
    yield "one document, p50, service, s", single["p50_s"], ""
    yield "one document, p50, service / bare model", single["ratio"], "<= 2"
    yield "70 % load, p50, s", steady["p50_s"], ""
    yield "70 % load, p99 / p50", steady["ratio"], "< 5"
    yield "3 x overload, slowest answer, s", over["slowest_s"], "< 2"
    yield "3 x overload, texts/s still answered", over["answered_texts_per_s"], ""
    yield "3 x overload, answers by status", json.dumps(over["statuses"]), "no crash"


def _upload(facts: dict[str, Any]) -> Iterator[Row]:
    if upload := facts.get("upload"):
        yield f"upload of {upload['rows']:,} rows, peak resident MB", upload["peak_resident_mb"], "< 500"
