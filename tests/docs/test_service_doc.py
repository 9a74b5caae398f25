"""Every setting and every error of the service is in docs/service.md, and nothing else is."""

import re
from pathlib import Path

from service.errors import PROBLEMS
from service.settings import ServiceSettings

DOC = Path(__file__).resolve().parents[2] / "docs" / "service.md"


def test_every_setting_is_documented():
    listed = set(re.findall(r"^\| `(VOC_\w+)`", DOC.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {f"VOC_{name.upper()}" for name in ServiceSettings.model_fields}


def test_every_error_is_documented():
    listed = re.findall(
        r"^\| `([a-z-]+)` \| (\d+) \| (.+) \|$", DOC.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name: (int(status), title) for name, status, title in listed} == PROBLEMS
