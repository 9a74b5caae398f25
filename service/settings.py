"""What the environment can set, read once at the edge and refused when it is unsafe.

Every name is a field below in capitals behind `VOC_`: `VOC_PORT`, `VOC_DATABASE_URL`. A `VOC_`
variable that is no field is an error, so that a misspelled database URL never means SQLite.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from voc.errors import OptionError

_CRON = re.compile(r"[0-9A-Za-z*/,?#\-]+")
_OTHERS = {"VOC_DEBUG", "VOC_NO_COLOR", "VOC_CACHE"}  # read elsewhere


def _listed(value: object) -> object:
    """`a, b` and `["a", "b"]` are both lists."""
    if not isinstance(value, str):
        return value
    if value.strip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError('give names with commas between them, or a JSON list: ["a", "b"]') from None
    return [part.strip() for part in value.split(",") if part.strip()]


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class ServiceSettings(BaseSettings):
    """All settings of the service, with the defaults of one embedded process."""

    model_config = SettingsConfigDict(env_prefix="VOC_", extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on; anything but loopback is public.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="Processes; more than one needs PostgreSQL.")
    allowed_hosts: Names = Field(
        ("127.0.0.1", "localhost", "[::1]"), description="Host headers answered; required when public."
    )
    cors_origins: Names = Field((), description="Origins of browsers that may call; never '*'.")
    forwarded_allow_ips: Names = Field(("127.0.0.1",), description="Proxies whose headers count.")

    data_dir: Path = Field(Path("voc-data"), description="Uploads, results and the SQLite files.")
    database_url: SecretStr | None = Field(None, description="SQLite in data_dir unless set.")
    executor_id: str | None = Field(None, description="Stable name of this process, for recovery.")

    taxonomy: Path | None = Field(None, description="A taxonomy file; the embedded one unless set.")
    pack: str | None = Field(None, description="A domain pack by name.")
    model: str | None = Field(None, description="A sentiment model: hub name or folder.")
    tier: Literal["accurate", "cascade", "fast"] = Field("accurate", description="Of the embedded models.")
    threads: int | None = Field(None, ge=1, description="Of the models, per process; all cores unless set.")

    max_documents: int = Field(100, ge=1, le=1000, description="Documents in one classify call.")
    max_characters: int = Field(20_000, ge=100, description="Characters in one document.")
    max_body_bytes: int = Field(4_000_000, ge=1_000, description="Body of any call but an upload.")
    max_upload_bytes: int = Field(2_000_000_000, ge=1_000, description="One upload.")
    max_rows: int = Field(1_000_000, ge=1, description="Rows in one batch.")
    max_batches: int = Field(1_000, ge=1, description="Batches a tenant may keep.")
    min_free_bytes: int = Field(200_000_000, ge=0, description="Refuse uploads below this much disk.")
    body_timeout_s: float = Field(
        20.0, gt=0, description="Longest silence while a call arrives; its whole body gets thrice that."
    )
    upload_timeout_s: float = Field(1_800.0, gt=0, description="Longest time for one upload in all.")
    latency_budget_s: float = Field(1.0, gt=0, description="Longest expected wait before 503.")
    max_queued_documents: int = Field(2_000, ge=1, description="Waiting for the model, before 503.")
    microbatch: int = Field(32, ge=1, le=512, description="Most texts given to the model at once.")
    chunk_rows: int = Field(500, ge=1, le=50_000, description="Rows of a batch between checkpoints.")
    batch_concurrency: int = Field(1, ge=1, le=16, description="Batches running in one process.")
    rate_per_minute: int = Field(6_000, ge=1, description="Calls a key may make, unless the key says.")
    documents_per_day: int = Field(5_000_000, ge=1, description="Documents a key may send, likewise.")
    adopt_after_s: float = Field(30.0, gt=1.0, description="Silence after which a process counts as dead.")
    shutdown_s: int = Field(30, ge=1, description="How long in-flight calls may take at shutdown.")

    retention_days: int = Field(90, ge=1, description="Batches and stream comments older are purged.")
    audit_days: int = Field(730, ge=1, description="Audit entries older are purged.")
    upload_hours: int = Field(24, ge=1, description="Raw uploads nobody read are purged after this.")
    controller: str = Field("not stated", description="Who answers for the data, for the record.")
    purpose: str = Field("analysis of customer feedback", description="Why it is processed, likewise.")

    watch_cron: str = Field("*/15 * * * *", description="When streams are looked at, as in a crontab.")
    webhook_attempts: int = Field(8, ge=1, le=20, description="In all, over about eight hours.")
    webhook_timeout_s: float = Field(10.0, gt=0, description="Longest wait for the receiver.")
    webhook_allow_networks: Names = Field(
        (), description="Networks webhooks may reach although they are private; for tests and intranets."
    )
    otel: bool = Field(False, description="Traces by OpenTelemetry (extra `otel`); OTEL_* variables count.")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR."
    )

    @field_validator("webhook_allow_networks")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value

    @field_validator("watch_cron")
    @classmethod
    def _cron(cls, value: str) -> str:
        fields = value.split()
        if not 5 <= len(fields) <= 6 or not all(_CRON.fullmatch(field) for field in fields):
            raise ValueError(f"{value!r} is no schedule; give minute hour day month weekday: */15 * * * *")
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        problems = list(self._unsafe())
        if problems:
            raise ValueError(" ".join(problems))
        return self

    def _unsafe(self) -> list[str]:
        found = []
        if "*" in self.cors_origins:
            found.append("VOC_CORS_ORIGINS contains '*': name the origins instead.")
        if "*" in self.forwarded_allow_ips:
            found.append(
                "VOC_FORWARDED_ALLOW_IPS contains '*': name the proxies, or anyone forges addresses."
            )
        if any("*" in host for host in self.allowed_hosts):
            found.append("VOC_ALLOWED_HOSTS contains '*': name the hosts instead.")
        if self.public and self.allowed_hosts == type(self).model_fields["allowed_hosts"].default:
            found.append(f"VOC_HOST={self.host} is public: set VOC_ALLOWED_HOSTS to the names it answers to.")
        if self.public and self.webhook_allow_networks:
            found.append("VOC_WEBHOOK_ALLOW_NETWORKS opens private networks on a public service: unset it.")
        if self.workers > 1 and self.sqlite:
            found.append(
                "VOC_WORKERS above 1 needs PostgreSQL: set VOC_DATABASE_URL=postgresql+psycopg://..."
            )
        if self.workers > 1 and self.executor_id:
            found.append(
                "VOC_EXECUTOR_ID names one process: unset it, or set VOC_WORKERS=1 and start several."
            )
        if not self.url.startswith(("sqlite:///", "postgresql+psycopg://")):
            scheme = self.url.split(":")[0]
            found.append(f"VOC_DATABASE_URL starts with {scheme!r}; use sqlite:/// or postgresql+psycopg://")
        return found

    @property
    def public(self) -> bool:
        """Whether the service can be reached from other machines."""
        return self.host not in {"127.0.0.1", "::1", "localhost"}

    @property
    def url(self) -> str:
        """The database's URL, the password included: never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'voc.sqlite'}"

    @property
    def sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.url.startswith("sqlite")


def from_environment(*, host: str | None = None, port: int | None = None) -> ServiceSettings:
    """The settings in the `VOC_*` variables; `host` and `port` go before theirs.

    Raises:
        OptionError: an unknown variable, a value out of range, or an unsafe combination.
    """
    given: Mapping[str, str] = os.environ
    known = {f"VOC_{name.upper()}": name for name in ServiceSettings.model_fields}
    for variable in given:
        if variable.upper().startswith("VOC_") and variable.upper() not in {*known, *_OTHERS}:
            near = difflib.get_close_matches(variable.upper(), known, n=1)
            advice = f"Did you mean {near[0]}?" if near else "docs/service.md lists them all."
            raise OptionError(f"{variable} is no setting of voc. {advice}")
    try:
        given_here: dict[str, Any] = {"host": host, "port": port}
        return ServiceSettings(**{name: value for name, value in given_here.items() if value is not None})
    except ValidationError as error:
        raise OptionError(explain(error)) from None


def explain(error: ValidationError) -> str:
    """One line per wrong setting, without the values (they may be secrets)."""
    lines = []
    for item in error.errors(include_url=False, include_input=False):
        name = "VOC_" + str(item["loc"][0]).upper() + ": " if item["loc"] else ""
        lines.append(name + item["msg"].removeprefix("Value error, "))
    return "\n".join(lines)
