"""Copied comments: exact and near-duplicates, counted, and collapsible so that they do not fake a trend.

Takes: ids and texts. Gives: `Duplicates`. Texts are compared after the strong recipe (`for_matching`).
Equal texts are found by that string; near ones by MinHash over 5-character shingles (datasketch's LSH),
and every candidate pair is checked on its true Jaccard similarity. Short answers ("Good", "جيد جدا") are no
copies: many people write them, so texts below a length are left alone. What retweets and templates put
into and around a text (RT, handles, links, hashtags at the end, masks of personal details, numbers) is not
compared.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voc import processes
from voc.errors import InputError, OptionError
from voc.intake.reasons import Reason
from voc.intake.rejects import Rejects
from voc.meaning.spaced_words import matched

if TYPE_CHECKING:
    from voc.intake.survey import Survey
    from voc.meaning.reading import Readings

LEAST_LENGTH: Final = 40  # characters after the strong recipe
THRESHOLD: Final = 0.80  # Jaccard similarity of shingles
COPY: Final = "it repeats another comment, which counts in its place"
MOST: Final = 30_000  # different wordings among which near-duplicates are looked for: 100 MB, ten seconds
MANY: Final = 50_000  # texts from which processes are worth their start
_CHUNK: Final = 5_000
_SHINGLE: Final = 5
_PERMUTATIONS: Final = 64
_SEED: Final = 1
_NUMBER: Final = re.compile(r"\d+")
_FRAME: Final = re.compile(
    r"\A\s*RT\s+@?\w+\s*:?|https?://\S+|(?<!\w)@\w+:?|\[[A-Z]{2,8}\]|(?:\s*#\w+)+\s*\Z"
)


@dataclass(frozen=True)
class Duplicates:
    """Groups of copied comments.

    Attributes:
        members: one row per comment in a group of two or more: id, group ("D001", largest first), kind
            ("exact": equal to the kept one after the strong recipe, or "near"), kept (one per group, of the
            most frequent wording).
        n_texts: comments looked at.
        n_compared: of them, long enough to be compared.
        near: whether near-duplicates were looked for; not among more than `MOST` different wordings.
    """

    members: pd.DataFrame
    n_texts: int
    n_compared: int
    near: bool = True

    @property
    def n_copies(self) -> int:
        """Comments that repeat another: what `collapsed` takes away."""
        return int((~self.members["kept"]).sum()) if len(self.members) else 0

    def groups(self) -> pd.DataFrame:
        """One row per group, largest first: group, size, n_exact, n_near, kept (its id)."""
        by_group = self.members.groupby("group", sort=True)
        exact = (self.members["kind"] == "exact").groupby(self.members["group"], sort=True).sum()
        kept = self.members[self.members["kept"]].groupby("group", sort=True)["id"].first()
        size = by_group.size()
        return pd.DataFrame(
            {
                "group": size.index.to_numpy(dtype=object),
                "size": size.to_numpy(),
                "n_exact": exact.to_numpy(),
                "n_near": (size - exact).to_numpy(),
                "kept": kept.to_numpy(dtype=object),
            }
        )

    def collapsed(self, comments: pd.DataFrame, column: str = "comment_id") -> pd.DataFrame:
        """The comments without copies; `n_copies` says how many comments each stands for (1 or more).

        Raises:
            InputError: the table has no such id column.
        """
        if column not in comments.columns:
            raise InputError(
                f"The table has no column {column!r}; it has {', '.join(map(str, comments.columns))}."
            )
        ids = comments[column].astype(str)
        copies = set(self.members.loc[~self.members["kept"], "id"])
        size = self.members.loc[self.members["kept"]].set_index("id")["group"]
        per_group = self.members["group"].value_counts()
        kept = ~ids.isin(copies)
        result = comments.loc[kept].copy()
        result["n_copies"] = ids[kept].map(size.map(per_group)).fillna(1).astype(int)
        return result


def find(
    ids: Sequence[str], texts: Sequence[str], *, least: int = LEAST_LENGTH, threshold: float = THRESHOLD
) -> Duplicates:
    """Groups of copied comments; the same whatever the order of the rows.

    Args:
        ids: one unique id per text.
        texts: verbatim texts.
        least: characters after the strong recipe below which a text is not compared.
        threshold: Jaccard similarity of shingles from which two texts are near-duplicates, in (0, 1].

    Raises:
        InputError: ids and texts differ in number.
        OptionError: the threshold is out of range.
    """
    if len(ids) != len(texts):
        raise InputError(f"Every text needs an id; got {len(ids)} ids and {len(texts)} texts.")
    if not 0 < threshold <= 1:
        raise OptionError(
            f"The duplicate threshold is {threshold}; a number above 0 and up to 1 was expected."
        )
    if len(texts) >= MANY:
        digests = _digests(texts, least)
        if len(np.unique(digests[digests > 0])) > MOST:
            return _exact(np.array(list(map(str, ids)), dtype=object), texts, digests)
        wordings = _of_digests(np.array(list(map(str, ids)), dtype=object), texts, digests)
    else:
        wordings = {}
        for given, text in sorted(zip(map(str, ids), texts, strict=True)):
            wording = worded(text)
            if len(wording) >= least:
                wordings.setdefault(wording, []).append(given)
    near = len(wordings) <= MOST
    joined = _joined(sorted(wordings), threshold) if near else {wording: wording for wording in wordings}
    groups: dict[str, list[str]] = {}
    for wording in sorted(wordings):
        groups.setdefault(joined[wording], []).append(wording)
    found = [group for group in groups.values() if sum(len(wordings[w]) for w in group) > 1]
    found.sort(key=lambda group: (-sum(len(wordings[w]) for w in group), group[0]))
    rows: dict[str, list[Any]] = {"id": [], "group": [], "kind": [], "kept": []}
    for number, group in enumerate(found, start=1):
        lead = min(group, key=lambda wording: (-len(wordings[wording]), wording))
        for wording in group:
            own = wordings[wording]
            rows["id"] += own
            rows["group"] += [f"D{number:03d}"] * len(own)
            rows["kind"] += ["exact" if wording == lead else "near"] * len(own)
            rows["kept"] += [wording == lead, *[False] * (len(own) - 1)]
    members = pd.DataFrame(rows).astype({"kept": bool})
    return Duplicates(members, len(ids), sum(map(len, wordings.values())), near)


def worded(text: str) -> str:
    """What is compared of a text: the strong recipe, without frames and with every number as 0."""
    return _NUMBER.sub("0", matched(_FRAME.sub(" ", str(text))).strip())


def _digests(texts: Sequence[str], least: int) -> NDArray[np.uint64]:
    """(n, ) a digest of each text's wording, 0 for one that is too short; in several processes."""
    chunks = ((list(texts[start : start + _CHUNK]), least) for start in range(0, len(texts), _CHUNK))
    if processes.machine_threads() < 2:
        return np.concatenate([_digested(chunk) for chunk in chunks])
    return np.concatenate(list(processes.mapped("voc.meaning.duplicates:worker", None, chunks)))


def worker(setting: None) -> Callable[[tuple[list[str], int]], NDArray[np.uint64]]:
    """In a process: the function that gives the digests of a chunk."""
    return _digested


def _digested(given: tuple[list[str], int]) -> NDArray[np.uint64]:
    texts, least = given
    wordings = map(worded, texts)
    return np.array([_digest(one) if len(one) >= least else 0 for one in wordings], dtype=np.uint64)


def _digest(wording: str) -> int:
    """Never 0; that two of a million different wordings share one has odds of 1 to 30 million."""
    digest = hashlib.blake2b(wording.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def _of_digests(
    ids: NDArray[np.object_], texts: Sequence[str], digests: NDArray[np.uint64]
) -> dict[str, list[str]]:
    """The ids of each wording, in order; one text of each digest is worded."""
    compared = np.flatnonzero(digests)
    compared = compared[np.argsort(ids[compared], kind="stable")]
    code, _ = pd.factorize(digests[compared])
    rows = compared[np.argsort(code, kind="stable")]
    groups = np.split(rows, np.cumsum(np.bincount(code))[:-1]) if len(rows) else []
    return {worded(texts[int(group[0])]): ids[group].tolist() for group in groups}


def _exact(ids: NDArray[np.object_], texts: Sequence[str], digests: NDArray[np.uint64]) -> Duplicates:
    """Groups of equal wordings: what `find` gives where near ones are not looked for."""
    compared = np.flatnonzero(digests)
    compared = compared[np.argsort(ids[compared], kind="stable")]  # by id, as everywhere here
    code, _ = pd.factorize(digests[compared])
    size = np.bincount(code)
    first = np.full(len(size), -1)
    first[code[::-1]] = compared[::-1]
    several = np.flatnonzero(size > 1)
    order = sorted(several.tolist(), key=lambda one: (-size[one], worded(texts[int(first[one])])))
    number = np.full(len(size), -1)
    number[order] = np.arange(len(order))
    rows = np.flatnonzero(number[code] >= 0)
    rows = rows[np.argsort(number[code[rows]], kind="stable")]
    names = np.array([f"D{one + 1:03d}" for one in range(len(order))], dtype=object)
    place = number[code[rows]]
    members = pd.DataFrame(
        {
            "id": ids[compared[rows]],
            "group": names[place] if len(order) else names,
            "kind": np.full(len(rows), "exact", dtype=object),
            "kept": np.diff(place, prepend=-1) > 0,
        }
    ).astype({"id": "str", "group": "str", "kind": "str"})
    return Duplicates(members, len(ids), len(compared), near=False)


def collapse(found: Duplicates, survey: Survey, readings: Readings) -> tuple[Survey, Readings]:
    """Survey and readings without the copies; each is among the rejects, its details name what it repeats.

    Args:
        found: the copies among `survey.comments`.
        survey: one row per comment.
        readings: of `survey.comments`, in its order.
    """
    members = found.members
    lead = members.loc[members["kept"]].set_index("group")["id"]
    copies = members.loc[~members["kept"]]
    copy_of = dict(zip(copies["id"], copies["group"].map(lead), strict=True))
    ids = survey.comments["comment_id"].astype(str)
    kept = ~ids.isin(copy_of)
    rejects = Rejects(redact=False)  # texts of comments are masked already
    for row in survey.comments[~kept].to_dict("records"):
        reason = Reason("copy", COPY, of=copy_of[str(row["comment_id"])])
        rejects.add(row["source_file"], row["source_row"], "", row["text"], reason)
    n = len(copy_of)
    counts = survey.counts
    return replace(
        survey,
        comments=survey.comments[kept].reset_index(drop=True),
        rejects=pd.concat([survey.rejects, rejects.frame()], ignore_index=True) if n else survey.rejects,
        counts=replace(
            counts,
            analyzed=counts.analyzed - n,
            rejected=counts.rejected + n,
            duplicates=counts.duplicates + n,
        ),
    ), readings.only(kept.to_numpy(), set(copy_of))


def _joined(wordings: list[str], threshold: float) -> dict[str, str]:
    """The first wording of the connected group of each wording."""
    from datasketch import MinHash, MinHashLSH

    root = {wording: wording for wording in wordings}

    def top(wording: str) -> str:
        while root[wording] != wording:
            root[wording] = root[root[wording]]
            wording = root[wording]
        return wording

    index = MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS)
    shingles = [_shingles(wording) for wording in wordings]
    sketches = MinHash.bulk(shingles, num_perm=_PERMUTATIONS, seed=_SEED, hashfunc=zlib.crc32)
    for i, (wording, sketch) in enumerate(zip(wordings, sketches, strict=True)):
        for j in index.query(sketch):
            one, other = top(wording), top(wordings[j])
            if one != other and _jaccard(shingles[i], shingles[j]) >= threshold:
                root[max(one, other)] = min(one, other)
        index.insert(i, sketch)
    return {wording: top(wording) for wording in wordings}


def _shingles(wording: str) -> list[bytes]:
    """The distinct 5-character pieces of a wording, spaces folded."""
    text = " ".join(wording.split())
    pieces = {text[i : i + _SHINGLE] for i in range(max(1, len(text) - _SHINGLE + 1))}
    return [piece.encode() for piece in sorted(pieces)]


def _jaccard(one: list[bytes], other: list[bytes]) -> float:
    first, second = set(one), set(other)
    return len(first & second) / max(len(first | second), 1)
