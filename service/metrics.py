"""Prometheus metrics of one app; labels hold route patterns and outcomes, never ids."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

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
        self.in_flight = Gauge("voc_requests_in_flight", "Calls being answered", registry=registry)
        self.refused = Counter("voc_refused_total", "Calls refused early", ["kind"], registry=registry)
        self.documents = Counter(
            "voc_documents_total", "Documents classified", ["outcome"], registry=registry
        )
        self.queued = Gauge("voc_documents_queued", "Documents waiting for the model", registry=registry)
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
        """All metrics in the Prometheus text format."""
        return generate_latest(self.registry)
