"""The OpenAPI document says what the service does: Schemathesis, all checks on, and a few plain facts."""

import json

import pytest
from fakes import FakeModels
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from live import serving

from service.app import create_app
from service.settings import ServiceSettings

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
from schemathesis.generation import GenerationMode  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("data"), FakeModels()) as started:
        yield started


@pytest.fixture(scope="module")
def api(running):
    return schemathesis.openapi.from_url(f"{running[0]}/openapi.json")


def operations():
    """(method, path) of every call, from the app itself."""
    app = create_app(ServiceSettings(), FakeModels())
    return [(method, path) for path, found in app.openapi()["paths"].items() for method in found]


def explore(api, token, method, path, examples):
    operation = api[path][method]
    modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=(Phase.generate,),  # what fails is read, not shrunk
    )
    @seed(6)
    @given(case=st.one_of(*modes))
    def check(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"})

    check()


@pytest.mark.parametrize("method, path", operations())
def test_every_call_keeps_its_promises(api, running, method, path):
    explore(api, running[1], method, path, 6)


@pytest.mark.slow
@pytest.mark.parametrize("method, path", operations())
def test_every_call_keeps_its_promises_at_length(api, running, method, path):
    explore(api, running[1], method, path, 300)


def test_every_call_is_described_in_words_with_its_errors(api):
    for path, operations in api.raw_schema["paths"].items():
        for method, one in operations.items():
            assert one["summary"] and one["description"], (method, path)
            if path.startswith("/v1/"):
                assert one["security"], (method, path)
                assert {"401", "4XX", "5XX", "429"} <= set(one["responses"]), (method, path)


def test_examples_are_in_both_languages(api):
    text = json.dumps(api.raw_schema, ensure_ascii=False)
    for words in ("الموظف محترم", "Lovely staff", "التطبيق يعلق", "Delivery came early", "الخدمة ممتازة"):
        assert words in text
