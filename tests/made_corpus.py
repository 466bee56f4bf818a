"""Make a corpus of any size without pictures: tables as the stages write them, with seeded random numbers."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, create_corpus, shard_of

_BEGIN, _END = 1_357_000_000, 1_735_000_000
"""2013 to 2024."""
_TASKS = ("delete", "replace", "restore", "re-color", "add", "super-resolution", "unclear")
_HOSTS = ("i.redd.it", "i.imgur.com", "preview.redd.it", "ibb.co", "dropbox.com", "drive.google.com")
_VERDICTS = ("edit", "edit", "edit", "edit", "same_image", "unrelated", "duplicate_edit", None)
_FLAIRS = (None, None, "Solved", "Free", "Paid", "Paid - No AI", "Free - AI allowed")
_WORDS = (
    "remove",
    "the",
    "man",
    "behind",
    "my",
    "sister",
    "and",
    "make",
    "it",
    "brighter",
    "please",
    "then",
    "fix",
    "a",
    "crease",
)

Columns = dict[str, Any]


def make_corpus(
    path: str | Path, candidates: int, *, shards: int = 64, flair: str | None = None, seed: int = 0
) -> Corpus:
    """Make a corpus with this many solver pictures. Every tenth request has this `flair`."""
    corpus = create_corpus(path, shards=shards)
    random = np.random.default_rng(seed)
    requests = max(4, candidates * 83 // 305)
    ids = [f"{number:06x}" for number in range(requests)]
    by_shard: dict[int, list[int]] = {shard: [] for shard in range(shards)}
    for number, each in enumerate(ids):
        by_shard[shard_of(each, shards)].append(number)
    created = np.sort(random.integers(_BEGIN, _END, requests))
    months: dict[str, dict[str, int]] = {"submissions": {}, "comments": {}}
    for utc in created.astype("datetime64[s]").astype("datetime64[M]").astype(str).tolist():
        months["submissions"][utc] = months["submissions"].get(utc, 0) + 1
    made = 0
    for shard, members in by_shard.items():
        share = round(candidates * (len(members) / requests))
        made += _shard(corpus, shard, [ids[number] for number in members], created[members], share, random, flair)
    _part(corpus, requests, made, months)
    storage.write_json(
        corpus.fs,
        corpus.path("votes.json"),
        {"fingerprint": "made", "advantage": [0.3, 0.0, -0.1], "threads": requests},
    )
    return corpus


def _shard(
    corpus: Corpus, shard: int, ids: list[str], created: Any, candidates: int, random: Any, flair: str | None
) -> int:
    """Write the tables of one shard and return its number of comments."""
    n = len(ids)
    score = np.floor(random.lognormal(2.5, 1.6, n)).astype(int)
    flairs = [flair if flair and not at % 10 else _FLAIRS[at % len(_FLAIRS)] for at in range(n)]
    ratio = [None if not at % 9 else value for at, value in enumerate(random.beta(9, 1, n).round(2).tolist())]
    authors = [f"asker{each}" for each in random.integers(0, 10 * n + 1, n).tolist()]
    _write(
        corpus,
        shard,
        "submissions",
        tables.SUBMISSIONS,
        {
            "id": ids,
            "subreddit": ["PhotoshopRequest"] * n,
            "author": authors,
            "created_utc": created,
            "title": ["Somebody asks for something"] * n,
            "score": [None if not at % 50 else value for at, value in enumerate(score.tolist())],
            "num_comments": random.poisson(6, n),
            "upvote_ratio": ratio,
            "flair": flairs,
            "over_18": [False] * n,
            "deleted_by_author": [False] * n,
            "sources": [["archive", "reddit"][: 1 + at % 2] for at in range(n)],
            "last_seen": created + 30 * 86_400,
        },
        n,
    )
    texts = [" ".join(_WORDS[: 2 + at % 17] * (1 + at % 3)) for at in range(n)]
    kinds = [[_TASKS[at % 7]] if at % 3 else [_TASKS[at % 6], _TASKS[(at + 2) % 6]] for at in range(n)]
    _write(
        corpus,
        shard,
        "texts",
        tables.TEXTS,
        {
            "submission_id": ids,
            "instruction": texts,
            "is_edit_request": [at % 20 != 7 for at in range(n)],
            "language": ["es" if at % 40 == 1 else "en" for at in range(n)],
            "task_types": kinds,
            "task_confidences": [[0.9] * len(each) for each in kinds],
        },
        n,
    )
    month = created.astype("datetime64[s]").astype("datetime64[M]").astype(str).tolist()
    _write(
        corpus,
        shard,
        "ranks",
        tables.RANKS,
        {
            "submission_id": ids,
            "month": month,
            "score_percentile": random.uniform(0, 1, n),
            "comments_percentile": random.uniform(0, 1, n),
        },
        n,
    )
    splits = [("test", "validation", *["train"] * 18)[int(each, 16) % 20] for each in ids]
    _write(corpus, shard, "splits", tables.SPLITS, {"submission_id": ids, "cluster": ids, "split": splits}, n)
    _write(corpus, shard, "removed", tables.REMOVED, {"kind": [], "value": []}, 0)
    return _answers(corpus, shard, ids, created, candidates, random)


def _answers(corpus: Corpus, shard: int, ids: list[str], created: Any, candidates: int, random: Any) -> int:
    """Make candidates, their comments, as many other comments, and acceptances."""
    n, m = len(ids), candidates if ids else 0
    of = np.sort(random.integers(0, n, m)) if n else np.zeros(0, int)
    utc = created[of] + np.floor(random.lognormal(8, 1.5, m)).astype(int)
    comments = [f"{shard:x}c{at:x}" for at in range(m)]
    solvers = [f"solver{each}" for each in np.floor(random.pareto(1.1, m) * 20).astype(int).tolist()]
    verdicts = [_VERDICTS[each] for each in random.integers(0, len(_VERDICTS), m).tolist()]
    talk = [f"{shard:x}t{at:x}" for at in range(m)]
    parents = [f"t3_{ids[at]}" for at in of.tolist()]
    _write(
        corpus,
        shard,
        "comments",
        tables.COMMENTS,
        {
            "id": comments + talk,
            "submission_id": [ids[at] for at in of.tolist()] * 2,
            "parent_id": parents * 2,
            "author": solvers + ["somebody"] * m,
            "created_utc": np.concatenate([utc, utc + 600]),
            "body": ["Here it is, with what was asked for"] * (2 * m),
            "score": np.floor(random.lognormal(1.2, 1.1, 2 * m)).astype(int),
            "deleted_by_author": [False] * (2 * m),
            "sources": [["archive"]] * (2 * m),
        },
        2 * m,
    )
    own, theirs = _own(ids, random), _theirs(ids, of, comments, solvers, verdicts, utc, random)
    both = {name: [*own.get(name, [None] * n), *theirs.get(name, [None] * m)] for name in {**own, **theirs}}
    _write(corpus, shard, "candidates", tables.CANDIDATES, both, n + m)
    _write(corpus, shard, "pictures", tables.PICTURES, both, n + m)
    links = {**both, "canonical": both["url"], "reason": [None] * (n + m)}
    _write(corpus, shard, "links", tables.LINKS, links, n + m)
    taken = [at for at in range(m) if verdicts[at] == "edit" and not at % 5]
    _write(
        corpus,
        shard,
        "acceptances",
        tables.ACCEPTANCES,
        {
            "submission_id": [ids[of[at]] for at in taken],
            "comment_id": [comments[at] for at in taken],
            "evidence": [["thanked"] if at % 2 else ["said_solved", "thanked"] for at in taken],
            "accepted_utc": [int(utc[at]) + 900 for at in taken],
            "said_in": [[] for _ in taken],
        },
        len(taken),
    )
    return 2 * m


def _own(ids: list[str], random: Any) -> Columns:
    n = len(ids)
    return {
        "submission_id": ids,
        "position": [0] * n,
        "index": [0] * n,
        "url": [f"https://i.redd.it/{each}.jpg" for each in ids],
        "host": [_HOSTS[int(each, 16) % 2] for each in ids],
        "role": ["source"] * n,
        "state": ["ok"] * n,
        "sha256": [_sha(each) for each in ids],
        "extension": ["jpg"] * n,
        "bytes": random.integers(50_000, 4_000_000, n).tolist(),
        "width": random.integers(400, 4000, n).tolist(),
        "height": random.integers(400, 4000, n).tolist(),
        "phash": [f"{value:016x}" for value in random.integers(0, 2**63, n).tolist()],
        "flat": [False] * n,
    }


def _theirs(
    ids: list[str], of: Any, comments: list[str], solvers: list[str], verdicts: list[str | None], utc: Any, random: Any
) -> Columns:
    m = len(comments)
    fetched = [each is not None for each in verdicts]
    distances = np.where([each == "unrelated" for each in verdicts], 32, np.minimum(30, random.exponential(7, m)))

    def known(values: list[Any]) -> list[Any]:
        return [value if there else None for value, there in zip(values, fetched, strict=True)]

    return {
        "submission_id": [ids[at] for at in of.tolist()],
        "comment_id": comments,
        "position": [0] * m,
        "index": [0] * m,
        "url": [f"https://i.imgur.com/{each}.png" for each in comments],
        "host": [_HOSTS[at % len(_HOSTS)] for at in range(m)],
        "role": ["candidate"] * m,
        "author": solvers,
        "state": ["ok" if there else "gone" for there in fetched],
        "reason": [None if there else "gone" for there in fetched],
        "sha256": known([_sha(each) for each in comments]),
        "extension": known(["png" if at % 4 else "jpg" for at in range(m)]),
        "bytes": known(random.integers(50_000, 4_000_000, m).tolist()),
        "solver_comment_utc": utc.tolist(),
        "width": known(random.integers(400, 4000, m).tolist()),
        "height": known(random.integers(400, 4000, m).tolist()),
        "verdict": [each or "gone" for each in verdicts],
        "source_sha256": known([_sha(ids[at]) for at in of.tolist()]),
        "confidence": known(random.beta(8, 1, m).tolist()),
        "phash_distance": known(distances.astype(int).tolist()),
        "scale": known(random.choice([1.0, 1.0, 2.0], m).tolist()),
        "changed_fraction": known(random.beta(0.6, 2, m).tolist()),
        "locality": known(random.beta(1, 0.7, m).tolist()),
    }


def _sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _write(corpus: Corpus, shard: int, table: str, schema: pa.Schema, columns: Columns, rows: int) -> None:
    arrays = [pa.array(columns.get(field.name, [None] * rows), type=field.type) for field in schema]
    storage.write_table(corpus.fs, corpus.shard_path(shard, table), pa.Table.from_arrays(arrays, schema=schema), "made")


def _part(corpus: Corpus, submissions: int, comments: int, months: Mapping[str, Mapping[str, int]]) -> None:
    part = {
        "source": "archive",
        "part": "made",
        "input": "made.zst",
        "fingerprint": "made",
        "size": 1,
        "ending": "complete",
        "detail": "",
        "lines": submissions + comments,
        "submissions": submissions,
        "comments": comments,
        "other_subreddits": 0,
        "blank": 0,
        "rejected": {},
        "months": months,
    }
    storage.write_bytes(corpus.fs, corpus.path("incoming", "archive", "made", "part.json"), json.dumps(part).encode())
