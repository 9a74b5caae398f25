"""Files that were uploaded and wait for their columns to be confirmed; purged like any upload nobody read."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from service import ids
from service.errors import Problem
from service.settings import ServiceSettings
from service.uploads import Upload

MOST: Final = 20  # of one tenant at a time


@dataclass(frozen=True)
class Draft:
    """An upload on disk.

    Attributes:
        id: as in its address.
        home: its folder, inside its tenant's.
        file_name: as it came, made safe.
        bytes, fingerprint: of its content.
    """

    id: str
    home: Path
    file_name: str
    bytes: int
    fingerprint: str

    @property
    def file(self) -> Path:
        """The file itself."""
        return self.home / "upload" / self.file_name

    def as_upload(self, options: dict[str, Any]) -> Upload:
        """As `batches.accept` takes it."""
        return Upload(self.file, self.file_name, options, self.bytes, self.fingerprint)


def keep(settings: ServiceSettings, tenant_id: str, upload: Upload) -> Draft:
    """Take an upload in.

    Raises:
        Problem: `conflict` when too many wait.
    """
    place = _place(settings, tenant_id)
    if place.exists() and sum(1 for _ in place.iterdir()) >= MOST:
        raise Problem("conflict", f"{MOST} files wait to be started; start or discard some first.")
    name = ids.new("drf")
    draft = Draft(name, place / name, upload.file_name, upload.bytes, upload.fingerprint)
    draft.file.parent.mkdir(parents=True, mode=0o700)
    upload.path.rename(draft.file)
    facts = {key: value for key, value in asdict(draft).items() if key != "home"}
    (draft.home / "draft.json").write_text(json.dumps(facts), encoding="utf-8")
    return draft


def find(settings: ServiceSettings, tenant_id: str, draft_id: str) -> Draft:
    """The tenant's draft; another tenant's is as absent as one that never was.

    Raises:
        Problem: `not-found`.
    """
    home = _place(settings, tenant_id) / draft_id
    try:
        facts = json.loads((home / "draft.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem("not-found", "There is no such file; it may have been started or discarded.") from None
    return Draft(home=home, **facts)


def waiting(settings: ServiceSettings, tenant_id: str) -> list[Draft]:
    """The tenant's drafts, newest first."""
    homes = sorted(_place(settings, tenant_id).glob("drf_*/draft.json"), reverse=True)
    return [find(settings, tenant_id, path.parent.name) for path in homes]


def drop(draft: Draft) -> None:
    """Delete it."""
    shutil.rmtree(draft.home, ignore_errors=True)


def _place(settings: ServiceSettings, tenant_id: str) -> Path:
    return settings.data_dir / "tenants" / tenant_id / "drafts"
