"""Who is looking: a signed cookie that names a key, and the token that every form must carry.

The cookie holds no secret of the key. It ends an hour after the last page, twelve hours after the
log-in, or when its key is revoked, whichever comes first. The signing secret is a file beside the
data, not in the database: a copied database opens no session.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

IDLE_S: Final = 3_600
LONGEST_S: Final = 12 * 3_600
RENEW_S: Final = 300  # a cookie older than this is written again


@dataclass(frozen=True)
class Session:
    """A log-in: the key's id, a random id of its own, and when it began and was last seen (epoch seconds)."""

    key_id: str
    id: str
    began: float
    seen: float

    @property
    def stale(self) -> bool:
        """Whether the cookie is to be written again."""
        return time.time() - self.seen > RENEW_S


class Signer:
    """Signs and reads cookies, and makes form tokens."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def begin(self, key_id: str) -> Session:
        """A new session for the holder of a key."""
        return Session(key_id, secrets.token_hex(16), time.time(), time.time())

    def seal(self, session: Session) -> str:
        """The cookie's value, with the present as the time it was last seen."""
        content = [session.key_id, session.id, round(session.began), round(time.time())]
        body = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
        return f"{body}.{self._mac('session', body)}"

    def open(self, cookie: str) -> Session | None:
        """The session a cookie holds; None when it is forged, damaged or too old."""
        body, _, mac = cookie.partition(".")
        if not cookie.isascii() or not hmac.compare_digest(mac, self._mac("session", body)):
            return None
        key_id, own, began, seen = json.loads(base64.urlsafe_b64decode(body))
        if time.time() - seen > IDLE_S or time.time() - began > LONGEST_S:
            return None
        return Session(key_id, own, began, seen)

    def form_token(self, owner: str) -> str:
        """What the forms of a session (or, before one, of a log-in attempt) carry."""
        return self._mac("form", owner)

    def is_form_token(self, owner: str, token: str) -> bool:
        """Whether `token` belongs to `owner`."""
        return token.isascii() and hmac.compare_digest(token, self.form_token(owner))

    def _mac(self, purpose: str, text: str) -> str:
        return hmac.new(self._secret, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


@cache
def signer(data_dir: Path) -> Signer:
    """The signer whose secret lies in `data_dir`; made at first use, shared by all processes."""
    path = data_dir / "session.secret"
    draft = data_dir / f"session.{secrets.token_hex(8)}"
    if not path.exists():
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(32))
        try:
            os.link(draft, path)  # fails when another process was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return Signer(path.read_bytes())
