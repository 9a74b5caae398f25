"""The report: one self-contained HTML file, Arabic right to left or English, that needs no network.

Takes: `result`, `comments`, `mentions`, `rejects`, a language. Gives: HTML text. Everything that
comes from outside is escaped by Jinja2; the only style sheet and the only two scripts, ours and Plotly's, are
named by their hash in a Content-Security-Policy, so nothing else can run even if it got in.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from voc.labels import ReportLanguage
from voc.report import figure, sections, story, view
from voc.report.wording import Words, rich

_HERE: Final = Path(__file__).resolve().parent
TEMPLATES: Final = _HERE / "templates"


def html(
    result: Mapping[str, Any],
    comments: pd.DataFrame,
    mentions: pd.DataFrame,
    rejects: pd.DataFrame,
    language: ReportLanguage,
    *,
    standalone: bool = True,
    context: Mapping[str, Any] | None = None,
    plotly_url: str = "",
) -> str:
    """The report as HTML text.

    Args:
        result: what result.json holds.
        comments: the `comments` table; quotes are sampled from it by rule, so the page stays small.
        mentions: the `mentions` table.
        rejects: the `rejects` table.
        language: "ar" (right to left) or "en".
        context: what `sections.build` gives for these tables in this language, where it is at hand.
        standalone: False gives the `<main>` element alone, for a page that brings `style()` and `script()`.
        plotly_url: where such a page's browser finds `plotly()`; a standalone page holds it.

    Returns:
        HTML; the same input gives the same text.
    """
    words = Words(language)
    context = context or sections.build(result, comments, mentions, rejects, words)
    drawn = _figure(context, words)
    template = _environment().get_template("page.html.j2" if standalone else "main.html.j2")
    return template.render(
        **context,
        result=result,
        w=words,
        v=view,
        t=lambda key, **values: rich(words.say(key, **values)),
        title=_title(result, words),
        style=Markup(style()),
        script=Markup(script()),
        policy=policy(),
        data=Markup(data_block(result)),
        drawn=data_block(drawn) if drawn else "",
        plotly=Markup(base64.b64encode(plotly_packed()).decode()) if standalone and drawn else "",
        plotly_url=plotly_url,
    )


def _title(result: Mapping[str, Any], words: Words) -> str:
    given = result.get("title")
    return words.name(given) if isinstance(given, str) and given.strip() else story.title(result, words)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rich"] = rich
    return environment


@cache
def style() -> str:
    """The one style sheet."""
    return (_HERE / "assets" / "report.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """The one script: opens quotes, filters, sorts; the page can be read without it."""
    return (_HERE / "assets" / "report.js").read_text(encoding="utf-8")


@cache
def plotly_packed() -> bytes:
    """Plotly's script (MIT), the bundle of bars and lines, packed by gzip: 0.4 MB instead of 1.2."""
    return (_HERE / "assets" / "plotly-basic.min.js.gz").read_bytes()


@cache
def plotly() -> bytes:
    """Plotly's script, UTF-8."""
    return gzip.decompress(plotly_packed())


@cache
def policy() -> str:
    """The Content-Security-Policy of the page: nothing loads, and only the blocks known to us apply."""
    scripts = f"'{_hash(script().encode())}' '{_hash(plotly())}'"
    return (
        f"default-src 'none'; style-src '{_hash(style().encode())}'; script-src {scripts}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(content: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


def _figure(context: Mapping[str, Any], words: Words) -> dict[str, Any] | None:
    if not context["movement"]:
        return None
    linked = context["theme_names"] if context["quotes"] else ()
    return figure.waterfall(context["movement"], context["names"], linked, words)


def data_block(result: Mapping[str, Any]) -> str:
    """`result` as JSON that is safe inside a script element: no tag or comment can begin or end in it."""
    text = json.dumps(result, ensure_ascii=False, allow_nan=False)
    return re.sub(
        "[<>&\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]",
        lambda m: f"\\u{ord(m.group()):04x}",
        text,
    )
