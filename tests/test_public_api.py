"""The public names, and what importing them costs."""

import subprocess
import sys

import pytest

import voc

HEAVY = (
    "torch",
    "transformers",
    "bertopic",
    "camel_tools",
    "pandas",
    "onnxruntime",
    "sklearn",
    "plotly",
    "scipy",
)


def test_public_names_are_these():
    assert voc.__all__ == [
        "Analysis",
        "Movement",
        "VocError",
        "__version__",
        "analyze",
        "classify",
        "explain",
    ]
    for name in voc.__all__:
        assert getattr(voc, name) is not None


def test_unknown_name_lists_the_known():
    with pytest.raises(AttributeError, match="analyze"):
        _ = voc.analyse


@pytest.mark.parametrize("module", ["voc", "voc.cli"])
def test_import_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
