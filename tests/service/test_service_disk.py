"""A disk that is really full: a small one of its own, filled to the brim and emptied again."""

import subprocess

import pytest
from apps import OPTIONS, rows, running

MEGABYTE = 1_000_000


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True
    )
    if made.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place):
    """A file that takes all the room there is."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 65_536)
        except OSError:
            pass
    return filler


def test_a_full_disk_refuses_writes_says_why_and_harms_nothing(small_disk):
    with running(small_disk / "data") as service:
        kept = service.wait(post(service, 30).headers["location"])
        service.headers()
        filler = fill(small_disk)

        sent = {"documents": [{"id": "1", "text": "calls write nothing"}]}
        assert service.call("POST", "/v1/classify", json=sent).status_code == 200
        refused = post(service, 30, comment="x" * 100_000)
        assert refused.status_code == 507, refused.text
        assert refused.json()["type"] == "urn:voc:problem:disk-full"
        assert not list((service.settings.data_dir / "uploads").iterdir())
        full = service.call(
            "POST", "/v1/comments", json={"stream": "s", "comments": [{"id": "1", "text": "x"}]}
        )
        assert full.status_code in (503, 507) and full.headers.get("retry-after")
        assert service.call("GET", kept["results"]["report.html"]).status_code == 200

        filler.unlink()
        service.append("s", [{"id": "1", "text": "x"}])
        assert service.wait(post(service, 30).headers["location"])["state"] == "done"
        assert service.call("GET", f"/v1/batches/{kept['id']}").json() == kept


def test_a_disk_that_fills_while_a_batch_runs_fails_it_cleanly_or_lets_it_end(small_disk):
    with running(small_disk / "data") as service:
        service.models.seconds_per_text = 0.02
        location = post(service, 200).headers["location"]
        service.wait(location, until=("classifying",))
        filler = fill(small_disk)
        service.models.seconds_per_text = 0.0
        import time

        time.sleep(3)
        filler.unlink()
        batch = service.wait(location, seconds=90)
        assert batch["state"] in ("done", "failed")
        if batch["state"] == "done":
            assert batch["progress"]["rows_done"] == 200
        else:
            assert batch["problem"]["type"] == "urn:voc:problem:internal"
        assert service.wait(post(service, 20).headers["location"])["state"] == "done"


def post(service, count, **columns):
    return service.call("POST", "/v1/batches", json={"options": OPTIONS, "rows": rows(count, **columns)})
