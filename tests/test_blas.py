"""Linear algebra on one thread while numbers are made, and as before afterwards."""

from threadpoolctl import threadpool_info

from voc.blas import on_one_thread, one_thread


def threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_one_thread_inside_and_as_before_outside():
    before = threads()
    with one_thread():
        with one_thread():
            assert set(threads()) <= {1}
        assert set(threads()) <= {1}  # the inner one does not lift the outer one's limit
    assert threads() == before
    assert on_one_thread(threads)() == [1] * len(before)
    assert threads() == before


def test_the_limit_is_lifted_after_an_error():
    before = threads()
    try:
        with one_thread():
            raise ValueError
    except ValueError:
        assert threads() == before
