"""The lane to the model: answers do not depend on company, overload is refused early, calls go first."""

import asyncio
import threading
import time

import pytest
from fakes import FakeModels, answer
from hypothesis import given, settings
from hypothesis import strategies as st

from service.analysis import Document
from service.batcher import Batcher, Broken
from service.errors import Problem


def lane(models, **options):
    batcher = Batcher(models.classify, **options)
    batcher.start()
    return batcher


@settings(max_examples=25, deadline=None)
@given(
    calls=st.lists(st.lists(st.text(min_size=1, max_size=20), max_size=12), max_size=12),
    microbatch=st.integers(1, 9),
)
def test_answers_do_not_depend_on_company(calls, microbatch):
    batcher = lane(FakeModels(), microbatch=microbatch)
    sent = [[Document(text) for text in texts] for texts in calls]

    async def together():
        return await asyncio.gather(*(batcher.classify(documents) for documents in sent))

    try:
        found = asyncio.run(together())
    finally:
        batcher.close()
    assert found == [[answer(document) for document in documents] for documents in sent]


def test_waiting_calls_share_a_microbatch():
    models = FakeModels(seconds_per_call=0.02)
    batcher = lane(models, microbatch=16)

    async def together():
        await asyncio.gather(*(batcher.classify([Document(f"{i}")]) for i in range(65)))

    asyncio.run(together())
    batcher.close()
    assert sum(models.calls) == 65
    assert len(models.calls) <= 7  # one that came first, then full ones


def test_a_small_call_is_not_stuck_behind_a_large_one():
    batcher = lane(FakeModels(seconds_per_text=0.002), microbatch=10, latency_budget_s=10.0)
    ended = {}

    async def timed(name, count):
        await batcher.classify([Document(f"{name}{i}") for i in range(count)])
        ended[name] = time.monotonic()

    async def together():
        large = asyncio.create_task(timed("large", 300))
        await asyncio.sleep(0.02)
        await timed("small", 1)
        await large

    asyncio.run(together())
    batcher.close()
    assert ended["large"] - ended["small"] > 0.3


def test_calls_of_one_size_are_finished_in_the_order_they_came():
    """Not side by side: where each gets a little of every micro-batch, all of them end late."""
    batcher = lane(FakeModels(seconds_per_text=0.002), microbatch=8, latency_budget_s=10.0)
    ended = []

    async def timed(number):
        await batcher.classify([Document(f"{number}-{i}") for i in range(20)])
        ended.append((number, time.monotonic()))

    async def together():
        started = time.monotonic()
        await asyncio.gather(*(timed(number) for number in range(8)))
        return started

    started = asyncio.run(together())
    batcher.close()
    assert [number for number, _ in ended] == list(range(8))
    assert ended[0][1] - started < (ended[-1][1] - started) / 2


def test_a_large_call_is_not_starved_by_small_ones():
    batcher = lane(FakeModels(seconds_per_text=0.001), microbatch=8, latency_budget_s=10.0)

    async def together():
        large = asyncio.create_task(batcher.classify([Document(f"{i}") for i in range(100)]))
        sent = 0
        while not large.done():
            await asyncio.gather(*(batcher.classify([Document("small")]) for _ in range(12)))
            sent += 12
        await large
        return sent

    assert asyncio.run(asyncio.wait_for(together(), 20)) < 100 * 12
    batcher.close()


def test_overload_is_refused_at_once_with_when_to_come_again():
    batcher = lane(FakeModels(seconds_per_text=0.01), microbatch=8, latency_budget_s=0.3)
    refused, times = [], []

    async def one(i):
        started = time.monotonic()
        try:
            await batcher.classify([Document(f"{i}")] * 4)
        except Problem as problem:
            refused.append(problem)
        times.append(time.monotonic() - started)

    async def flood():
        for _ in range(3):  # the lane learns its pace
            await batcher.classify([Document("warm")] * 8)
        await asyncio.gather(*(one(i) for i in range(200)))

    asyncio.run(flood())
    batcher.close()
    assert refused and len(refused) < 200
    assert max(times) < 1.0
    assert all(problem.status == 503 and int(problem.headers["Retry-After"]) >= 1 for problem in refused)


def test_a_caller_who_left_costs_nothing():
    models = FakeModels(seconds_per_call=0.05)
    batcher = lane(models, microbatch=4)

    async def leave():
        first = asyncio.create_task(batcher.classify([Document("first")]))
        await asyncio.sleep(0.01)
        gone = asyncio.create_task(batcher.classify([Document(f"gone{i}") for i in range(40)]))
        await asyncio.sleep(0)
        gone.cancel()
        await first
        await batcher.classify([Document("last")])

    asyncio.run(leave())
    assert batcher.expected_wait_s == 0
    batcher.close()
    assert sum(models.calls) <= 2 + 4


def test_one_text_that_breaks_the_model_fails_alone():
    batcher = lane(FakeModels())
    documents = [Document("a"), Document("BREAK THE MODEL"), Document("b")]
    found = asyncio.run(batcher.classify(documents))
    batcher.close()
    assert isinstance(found[1], Broken)
    assert [found[0], found[2]] == [answer(documents[0]), answer(documents[2])]


def test_background_work_fills_gaps_and_is_never_starved():
    batcher = lane(FakeModels(seconds_per_call=0.005), microbatch=4)
    done = []

    def background():
        for i in range(10):
            batcher.in_background(lambda: time.sleep(0.005))
            done.append(i)

    thread = threading.Thread(target=background)

    async def busy():
        while thread.is_alive():
            await asyncio.gather(*(batcher.classify([Document(f"{i}")]) for i in range(8)))

    thread.start()
    asyncio.run(asyncio.wait_for(busy(), 20))
    batcher.close()
    assert len(done) == 10


def test_background_errors_come_back():
    batcher = lane(FakeModels())
    with pytest.raises(ZeroDivisionError):
        batcher.in_background(lambda: 1 / 0)
    assert batcher.in_background(lambda: 7) == 7
    batcher.close()
    with pytest.raises(Problem):
        batcher.in_background(lambda: 7)


def test_closing_finishes_what_is_waiting():
    batcher = lane(FakeModels(seconds_per_call=0.05), microbatch=2)

    async def ask():
        waiting = asyncio.create_task(batcher.classify([Document(f"{i}") for i in range(6)]))
        await asyncio.sleep(0.01)
        await asyncio.to_thread(batcher.close)
        return await waiting

    assert len(asyncio.run(ask())) == 6


def test_no_answer_comes_late_when_the_machine_slows_down_all_at_once():
    models = FakeModels(seconds_per_call=0.01)
    batcher = lane(models, microbatch=4, latency_budget_s=0.2)

    async def slow_down():
        for _ in range(5):
            await batcher.classify([Document("warm")] * 4)
        models.seconds_per_call = 1.0
        started = time.monotonic()
        with pytest.raises(Problem) as caught:
            await batcher.classify([Document("late")])
        return time.monotonic() - started, caught.value.kind

    waited, kind = asyncio.run(slow_down())
    batcher.close()
    assert kind == "overloaded"
    assert waited < 0.9
