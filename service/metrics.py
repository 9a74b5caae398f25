"""Prometheus metrics of one app; labels hold route patterns and outcomes, never ids.

Several workers count into files of one folder (prometheus_client's multiprocess mode), so that whichever
of them is asked answers for all.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_SHARED = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported
_FAST = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0)


class Metrics:
    """The counters, each named for what it counts; one registry per app, so tests do not mix."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter(
            "voc_requests_total", "Calls answered", ["method", "route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "voc_request_seconds", "Time to answer", ["route"], buckets=_FAST, registry=registry
        )
        self.in_flight = Gauge(
            "voc_requests_in_flight", "Calls being answered", registry=registry, multiprocess_mode="livesum"
        )
        self.refused = Counter("voc_refused_total", "Calls refused early", ["kind"], registry=registry)
        self.documents = Counter(
            "voc_documents_total", "Documents classified", ["outcome"], registry=registry
        )
        self.queued = Gauge(
            "voc_documents_queued", "Documents waiting for the model", registry=registry,
            multiprocess_mode="livesum",
        )  # fmt: skip
        self.model_seconds = Histogram(
            "voc_model_seconds", "Time of one micro-batch in the model", buckets=_FAST, registry=registry
        )
        self.microbatch = Histogram(
            "voc_microbatch_documents", "Documents in one micro-batch",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128), registry=registry,
        )  # fmt: skip
        self.batches = Counter("voc_batches_total", "Batches ended", ["state"], registry=registry)
        self.rows = Counter("voc_batch_rows_total", "Rows of batches classified", registry=registry)
        self.deliveries = Counter(
            "voc_webhook_attempts_total", "Webhook attempts", ["outcome"], registry=registry
        )
        self.erasures = Counter("voc_erasures_total", "Persons erased on request", registry=registry)

    def text(self) -> bytes:
        """All metrics in the Prometheus text format; those of all workers where there are several."""
        if _SHARED not in os.environ:
            return generate_latest(self.registry)
        from prometheus_client.multiprocess import MultiProcessCollector

        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)

    def close(self) -> None:
        """What this process holds at the moment counts no more."""
        if _SHARED in os.environ:
            from prometheus_client.multiprocess import mark_process_dead

            mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]


def share_among_workers(folder: Path) -> None:
    """Have the workers started from here on count together, from zero."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[_SHARED] = str(folder)
