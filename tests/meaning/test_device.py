"""Where models run: chosen, forced, and said clearly when it cannot be had."""

from types import SimpleNamespace

import pytest

from voc.errors import ModelError, OptionError
from voc.meaning import device
from voc.meaning.network import open_network
from voc.pipeline import open_tools
from voc.settings import MeaningSettings

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


def torch_with(cuda):
    return SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: cuda))


def runtime_with(*providers):
    return SimpleNamespace(get_available_providers=lambda: list(providers))


@pytest.mark.parametrize(
    ("there", "wanted", "chosen"),
    [
        (True, "auto", "cuda"),
        (False, "auto", "cpu"),
        (True, "cpu", "cpu"),
        (False, "cpu", "cpu"),
        (True, "cuda", "cuda"),
    ],
)
def test_named_models_take_what_is_there_unless_told(there, wanted, chosen):
    assert device.of_torch(torch_with(there), wanted) == chosen


def test_embedded_graphs_stay_on_the_processor_unless_told():
    both = runtime_with(CUDA, CPU)
    assert device.providers(both, "auto") == device.providers(both, "cpu") == [CPU]
    assert device.providers(both, "cuda") == [CUDA, CPU]


def test_what_is_asked_for_and_absent_is_an_error():
    with pytest.raises(OptionError, match="torch finds no graphics processor"):
        device.of_torch(torch_with(False), "cuda")
    with pytest.raises(OptionError, match="onnxruntime-gpu"):
        device.providers(runtime_with(CPU), "cuda")


def test_a_silent_fall_back_is_told():
    fallen = SimpleNamespace(get_providers=lambda: [CPU])
    with pytest.raises(ModelError, match="could not start there"):
        device.check(fallen, "cuda")
    device.check(fallen, "auto")
    device.check(SimpleNamespace(get_providers=lambda: [CUDA, CPU]), "cuda")


def test_the_setting_reaches_the_embedded_network(monkeypatch):
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: [CPU])
    for opened in (lambda: open_network(device="cuda"), lambda: open_tools(MeaningSettings(device="cuda"))):
        with pytest.raises(OptionError, match="onnxruntime-gpu"):
            opened()


def test_the_setting_reaches_named_models():
    torch = pytest.importorskip("torch", reason="needs the extra hub")
    if torch.cuda.is_available():
        pytest.skip("a graphics processor is there")
    from voc.meaning import hub

    with pytest.raises(OptionError, match="torch finds no"):
        hub.ready(None, None, torch, "cuda")
