"""Files elsewhere: a bucket in, a bucket out, the same bytes as local ones; honest errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from voc import analyze, remote
from voc.demo import survey
from voc.errors import InputError

OPTIONS = {"tier": "fast", "topics": False, "before": "2024-Q1", "after": "2024-Q2"}


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("s3://bucket/a.parquet", "s3://bucket/a.parquet"),
        (Path("s3://bucket/a.parquet"), "s3://bucket/a.parquet"),
        ("abfs://container@account/a.csv", "abfs://container@account/a.csv"),
        ("survey.csv", None),
        (Path("/data/survey.csv"), None),
        ("C:/data/survey.csv", None),
        ([{"text": "slow"}], None),
    ],
)
def test_what_is_a_url(source, url) -> None:
    assert remote.url_of(source) == url


def test_local_sources_stay_as_they_are(tmp_path) -> None:
    rows = [{"text": "slow"}]
    assert remote.fetched("survey.csv", tmp_path) == "survey.csv"
    assert remote.fetched(["a.csv", Path("b.csv")], tmp_path) == ["a.csv", Path("b.csv")]
    assert remote.fetched(rows, tmp_path) == rows
    assert not list(tmp_path.iterdir())


@pytest.fixture
def bucket(monkeypatch):
    """A bucket of a store that speaks S3, on this machine."""
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra `scale`)")
    server_of = pytest.importorskip("moto.server", reason="moto is not installed")
    server = server_of.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    store = s3fs.S3FileSystem()
    store.makedirs("voc-test", exist_ok=True)
    yield store
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the store's client
def test_a_bucket_in_and_out_equals_local_files(bucket, tmp_path) -> None:
    file = tmp_path / "survey.parquet"
    survey(n=400).to_parquet(file)
    bucket.put_file(str(file), "voc-test/in/survey.parquet")
    here = analyze(file, **OPTIONS).write(tmp_path / "here")
    analyze("s3://voc-test/in/survey.parquet", **OPTIONS).write("s3://voc-test/out")
    there = {name.rpartition("/")[2] for name in bucket.ls("voc-test/out")}
    assert there == {path.name for path in here.iterdir()}
    for name in ("result.json", "comments.parquet", "mentions.parquet", "report.html"):
        assert bucket.cat_file(f"voc-test/out/{name}") == (here / name).read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_is_not_there_is_a_clear_error(bucket, tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        remote.fetched("s3://voc-test/no-such-file.csv", tmp_path)
    with pytest.raises(InputError, match="cannot be opened"):
        remote.fetched("nosuchstore://a/b.csv", tmp_path)
