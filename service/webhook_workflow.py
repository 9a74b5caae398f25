"""Sending a webhook as a durable workflow: one attempt each, the next one started with a delay."""

from __future__ import annotations

from service import webhooks
from service.durable import current, step, workflow


@workflow("webhook")
def send(delivery_id: str, number: str) -> bool:
    """One attempt of a delivery."""
    return bool(send_once(delivery_id, int(number)))


@step("send")
def send_once(delivery_id: str, number: int) -> bool:
    """Post it and note the answer. A crash between the two repeats it under the same webhook-id."""
    return webhooks.attempt(current(), delivery_id, number)
