"""What every test may use: the labeled data when it is there, `--slow`, and one set of opened models."""

from pathlib import Path

import pytest
from hypothesis import settings

# Slow machines are not bugs, and a run repeats the last one: new cases come with new code.
settings.register_profile("voc", deadline=None, derandomize=True)
settings.load_profile("voc")

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        if "data" in item.keywords and not DATA.is_dir():
            item.add_marker(
                pytest.mark.skip(reason="labeled data sets are not on this machine (../shared/data)")
            )


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of labeled data sets; the test is skipped, visibly, where it is absent."""
    if not DATA.is_dir():
        pytest.skip("labeled data sets are not on this machine (../shared/data)")
    return DATA


@pytest.fixture(scope="session")
def tools():
    """The embedded models, opened once."""
    from voc.pipeline import open_tools

    return open_tools()
