"""API keys: made, listed, rotated and revoked (`voc keys`), and checked on every call.

A key reads ``voc_<id>_<secret>``. The id finds the row; of the secret (256 random bits) only a
SHA-256 is kept, which a guess cannot invert, so that a copied database opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import audit, ids
from service.database import Database, now
from service.tables import Key, Tenant
from voc.errors import OptionError

SCOPES: Final = ("classify", "batch", "admin")


@dataclass(frozen=True)
class Caller:
    """Who is calling: the key, its tenant, and what it may do."""

    key_id: str
    tenant_id: str
    scopes: frozenset[str]
    rate_per_minute: int | None
    documents_per_day: int | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Made:
    """A new key; `token` is shown once and kept nowhere."""

    id: str
    token: str
    tenant: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True)
class Listed:
    """A key as `voc keys list` shows it. `state`: active, expired or revoked."""

    id: str
    tenant: str
    name: str
    scopes: tuple[str, ...]
    state: str
    created_at: datetime
    expires_at: datetime | None
    rate_per_minute: int | None
    documents_per_day: int | None


def create(
    database: Database,
    *,
    tenant: str = "default",
    name: str = "key",
    scopes: tuple[str, ...] = ("classify", "batch"),
    days: int | None = 365,
    rate_per_minute: int | None = None,
    documents_per_day: int | None = None,
) -> Made:
    """A new key of `tenant` (made when it is new), valid for `days` (None: until revoked).

    Raises:
        OptionError: an unknown scope, or a number that is not positive.
    """
    _check(scopes, days=days, rate_per_minute=rate_per_minute, documents_per_day=documents_per_day)
    if not tenant.strip():
        raise OptionError("The tenant's name is empty; give --tenant NAME.")
    with database.session() as session:
        owner = session.scalar(sa.select(Tenant).where(Tenant.name == tenant))
        if owner is None:
            owner = Tenant(id=ids.new("ten"), name=tenant)
            session.add(owner)
            session.flush()
        key, token = _row(owner.id, name, " ".join(sorted(set(scopes))), _after(days))
        key.rate_per_minute, key.documents_per_day = rate_per_minute, documents_per_day
        session.add(key)
        audit.note(session, owner.id, "cli", "key.create", key.id, scopes=key.scopes)
        return Made(key.id, token, tenant, tuple(key.scopes.split()), key.expires_at)


def listing(database: Database, tenant: str | None = None) -> list[Listed]:
    """All keys, or those of one tenant, oldest first."""
    with database.session(read_only=True) as session:
        query = sa.select(Key, Tenant.name).join(Tenant).order_by(Key.created_at)
        if tenant is not None:
            query = query.where(Tenant.name == tenant)
        return [_listed(key, owner) for key, owner in session.execute(query)]


def revoke(database: Database, key_id: str) -> None:
    """End a key now. Running processes notice within five seconds.

    Raises:
        OptionError: no such key.
    """
    with database.session() as session:
        key = _find(session, key_id)
        key.revoked_at = key.revoked_at or now()
        audit.note(session, key.tenant_id, "cli", "key.revoke", key.id)


def rotate(database: Database, key_id: str, *, overlap_hours: int = 24, days: int | None = 365) -> Made:
    """A new key like the old one; the old one ends after `overlap_hours`.

    Raises:
        OptionError: no such key, or it is already revoked or expired.
    """
    if overlap_hours < 0:
        raise OptionError(f"--overlap-hours is {overlap_hours}; give 0 or more.")
    _check((), days=days)
    with database.session() as session:
        old = _find(session, key_id)
        if _state(old) != "active":
            raise OptionError(f"{key_id} is {_state(old)}; make a new key with: voc keys create")
        new, token = _row(old.tenant_id, old.name, old.scopes, _after(days))
        new.rate_per_minute, new.documents_per_day = old.rate_per_minute, old.documents_per_day
        session.add(new)
        ends = now() + timedelta(hours=overlap_hours)
        old.expires_at = min(old.expires_at or ends, ends)
        old.replaced_by = new.id
        audit.note(session, old.tenant_id, "cli", "key.rotate", old.id, replaced_by=new.id)
        owner = session.scalars(sa.select(Tenant.name).where(Tenant.id == old.tenant_id)).one()
        return Made(new.id, token, owner, tuple(new.scopes.split()), new.expires_at)


def any_active(database: Database) -> bool:
    """Whether anyone could call the service."""
    return any(key.state == "active" for key in listing(database))


def authenticate(database: Database, token: str) -> Caller | None:
    """Who holds `token`, or None when it is not a valid key."""
    key_id, secret = _parts(token)
    with database.session(read_only=True) as session:
        key = session.get(Key, key_id) if key_id else None
    # compare even when there is no such key, so that time tells nothing
    right = hmac.compare_digest(_digest(secret), key.digest if key else _digest("no such key"))
    if key is None or not right or _state(key) != "active":
        return None
    return _caller(key)


def _caller(key: Key) -> Caller:
    return Caller(
        key_id=key.id,
        tenant_id=key.tenant_id,
        scopes=frozenset(key.scopes.split()),
        rate_per_minute=key.rate_per_minute,
        documents_per_day=key.documents_per_day,
        expires_at=key.expires_at,
    )


def holder(database: Database, key_id: str) -> Caller | None:
    """Who holds the key with this id, or None when it is no longer valid; for sessions opened with it."""
    with database.session(read_only=True) as session:
        key = session.get(Key, key_id)
    return _caller(key) if key is not None and _state(key) == "active" else None


def _row(tenant_id: str, name: str, scopes: str, expires_at: datetime | None) -> tuple[Key, str]:
    key_id, secret = ids.new("key").removeprefix("key_"), secrets.token_hex(32)
    key = Key(
        id=key_id,
        tenant_id=tenant_id,
        name=name,
        digest=_digest(secret),
        scopes=scopes,
        created_at=now(),
        expires_at=expires_at,
    )
    return key, f"voc_{key_id}_{secret}"


def _parts(token: str) -> tuple[str, str]:
    pieces = token.split("_")
    if len(pieces) != 3 or pieces[0] != "voc" or not token.isascii():
        return "", token
    return pieces[1], pieces[2]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _find(session: Session, key_id: str) -> Key:
    key = session.get(Key, key_id)
    if key is None:
        raise OptionError(f"There is no key {key_id!r}; see them with: voc keys list")
    return key


def _after(days: int | None) -> datetime | None:
    return None if days is None else now() + timedelta(days=days)


def _state(key: Key) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now() else "active"


def _listed(key: Key, tenant: str) -> Listed:
    return Listed(
        id=key.id,
        tenant=tenant,
        name=key.name,
        scopes=tuple(key.scopes.split()),
        state=_state(key),
        created_at=key.created_at,
        expires_at=key.expires_at,
        rate_per_minute=key.rate_per_minute,
        documents_per_day=key.documents_per_day,
    )


def _check(scopes: tuple[str, ...], **numbers: int | None) -> None:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise OptionError(f"Unknown scope {', '.join(unknown)}; the scopes are {', '.join(SCOPES)}.")
    for name, value in numbers.items():
        if value is not None and value < 1:
            raise OptionError(f"{name} is {value}; give 1 or more.")
