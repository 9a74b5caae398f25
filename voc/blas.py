"""One thread for linear algebra: the matrices here are small, and one thread adds in one order.

With two threads the numbers of 20,000 comments took three times the processor time, most of it threads
waiting for each other, and their last digits depended on the number of processors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_lock = Lock()
_inside = 0  # callers that are at it now; the limit is the process's own, so the last one lifts it
_limit: Any = None


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, the linear algebra of this process has one thread."""
    from threadpoolctl import threadpool_limits

    global _inside, _limit
    with _lock:
        if not _inside:
            _limit = threadpool_limits(1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _limit.restore_original_limits()


def on_one_thread(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, inside `one_thread`."""

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with one_thread():
            return function(*args, **kwargs)

    return limited
