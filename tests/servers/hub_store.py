"""Storage of the loopback Hub: repositories with commits, branches, tags, pull requests and large files."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


class MissingError(LookupError):
    """Something is missing. The first argument is the Hub's error code."""


class ConflictError(ValueError):
    """Something exists already. The first argument is the status."""


@dataclass(frozen=True)
class File:
    """A version of a file."""

    size: int
    sha1: str
    """Digest of the git blob."""
    sha256: str | None = None
    """SHA-256 of a large file in the object store."""
    data: bytes = b""

    def entry(self, path: str) -> dict[str, Any]:
        """Return its entry in the tree."""
        lfs = {"lfs": {"oid": self.sha256, "size": self.size, "pointerSize": 130}} if self.sha256 else {}
        return {"type": "file", "path": path, "size": self.size, "oid": self.sha1, **lfs}


@dataclass(frozen=True)
class Commit:
    """One commit: the files of the repository."""

    oid: str
    title: str
    parent: str | None
    files: dict[str, File]


@dataclass
class Repo:
    """A dataset repository."""

    name: str
    private: bool = False
    heads: dict[str, str] = field(default_factory=dict)
    """Branch or `refs/pr/N` -> commit."""
    tags: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Add the first commit, as the Hub does."""
        self.heads["main"] = self._keep("initial commit", None, {}).oid

    def commit_of(self, revision: str) -> Commit:
        """Return the commit of a branch, tag or digest."""
        oid = self.heads.get(revision) or self.tags.get(revision) or revision
        if oid not in self.commits:
            raise MissingError("RevisionNotFound", revision)
        return self.commits[oid]

    def history(self, revision: str) -> list[Commit]:
        """Return the commits from the newest on."""
        found: list[Commit] = [self.commit_of(revision)]
        while (parent := found[-1].parent) in self.commits:
            found.append(self.commits[parent])
        return found

    def apply(self, branch: str, lines: list[dict[str, Any]], *, pull_request: bool = False) -> tuple[str, int]:
        """Add the client's commit. Return its digest and the number of its pull request, or 0."""
        head = self.commit_of(branch)
        files, title = dict(head.files), ""
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "header":
                    title = value["summary"]
                    if value.get("parentCommit", head.oid) != head.oid and not pull_request:
                        raise ConflictError(412, "A commit has happened since. Please refresh and try again.")
                case "file":
                    assert value["encoding"] == "base64"
                    files[value["path"]] = plain(base64.b64decode(value["content"]))
                case "lfsFile":
                    assert value["algo"] == "sha256"
                    digest = git_digest(value["oid"].encode())
                    files[value["path"]] = File(value["size"], digest, value["oid"])
                case "deletedFile":
                    if value["path"] not in files:
                        raise MissingError("EntryNotFound", "A file with this name doesn't exist")
                    del files[value["path"]]
                case "deletedFolder":
                    files = {path: file for path, file in files.items() if not path.startswith(value["path"] + "/")}
        number = 1 + sum(name.startswith("refs/pr/") for name in self.heads) if pull_request else 0
        made = self._keep(title, head.oid, files)
        self.heads[f"refs/pr/{number}" if pull_request else branch] = made.oid
        return made.oid, number

    def squash(self, branch: str, message: str) -> None:
        """Replace a branch's history by one commit without parents."""
        self.heads[branch] = self._keep(message, None, self.commit_of(branch).files).oid
        self.prune()

    def prune(self) -> None:
        """Forget the commits that no branch, pull request or tag leads to."""
        reachable = {one.oid for start in [*self.heads.values(), *self.tags.values()] for one in self.history(start)}
        self.commits = {oid: commit for oid, commit in self.commits.items() if oid in reachable}

    def refs(self) -> dict[str, list[dict[str, str]]]:
        """Return the refs as the Hub lists them."""
        found: dict[str, list[dict[str, str]]] = {"branches": [], "converts": [], "tags": [], "pullRequests": []}
        for name, oid in self.heads.items():
            kind = "pullRequests" if name.startswith("refs/") else "branches"
            ref = name if kind == "pullRequests" else f"refs/heads/{name}"
            found[kind].append({"name": name, "ref": ref, "targetCommit": oid})
        found["tags"] = [
            {"name": name, "ref": f"refs/tags/{name}", "targetCommit": oid} for name, oid in self.tags.items()
        ]
        return found

    def info(self, revision: str) -> dict[str, Any]:
        """Return the repository's information at a revision."""
        commit = self.commit_of(revision)
        return {
            "_id": "0",
            "id": self.name,
            "author": self.name.partition("/")[0],
            "sha": commit.oid,
            "lastModified": _now(),
            "createdAt": _now(),
            "private": self.private,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "siblings": [{"rfilename": path} for path in sorted(commit.files)],
        }

    def tree(self, revision: str, folder: str, *, recursive: bool) -> list[dict[str, Any]]:
        """Files and folders under `folder`."""
        files = self.commit_of(revision).files
        inside = f"{folder}/" if folder else ""
        found: dict[str, dict[str, Any]] = {}
        for path, file in sorted(files.items()):
            if not path.startswith(inside):
                continue
            steps = path[len(inside) :].split("/")
            for depth in range(1, len(steps) if recursive else min(2, len(steps))):
                name = inside + "/".join(steps[:depth])
                found[name] = {"type": "directory", "path": name, "oid": git_digest(name.encode()), "size": 0}
            if recursive or len(steps) == 1:
                found[path] = file.entry(path)
        if folder and not found:
            raise MissingError("EntryNotFound", folder)
        return list(found.values())

    def large(self) -> dict[str, tuple[str, int]]:
        """Return name and size of every large file by digest, over all commits."""
        every = (item for commit in self.commits.values() for item in commit.files.items())
        return {file.sha256: (path, file.size) for path, file in every if file.sha256}

    def _keep(self, title: str, parent: str | None, files: dict[str, File]) -> Commit:
        listing = "".join(f"{path} {file.sha1}\n" for path, file in sorted(files.items()))
        seed = f"{self.name} {parent} {title} {len(self.commits)} {listing}"
        made = Commit(hashlib.sha1(seed.encode()).hexdigest(), title, parent, files)
        self.commits[made.oid] = made
        return made


def plain(data: bytes) -> File:
    """Return a file that is stored in the repository."""
    return File(len(data), git_digest(data), None, data)


def git_digest(data: bytes) -> str:
    """Return the digest of a git blob."""
    return hashlib.sha1(b"blob %d\0%s" % (len(data), data)).hexdigest()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
