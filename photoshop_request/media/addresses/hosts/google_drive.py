"""Google Drive: one download address for every form. Large or refused files answer with a page first."""

import html
import re

from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily
from photoshop_request.media.addresses.outcomes import AddressState
from photoshop_request.media.addresses.url import Url
from photoshop_request.verdicts import Verdict

_NAME = "drive"
_FILE = re.compile(r"/(?:file/)?(?:u/\d+/)?(?:file/)?d/([\w-]{10,})")
_FOLDER = re.compile(r"/(?:folders|folderview|embeddedfolderview|drive/)")
_ID = re.compile(r"[\w-]{10,}\Z")
_FORM = re.compile(r"<form\s([^<>]{1,2000}+)>")
_ACTION = re.compile(r'action="([^"]*+)"')
_LINK = re.compile(r'(?:href|action)="([^"]*+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def _classify(url: Url) -> AddressTarget:
    if url.host.startswith("lh") and url.host.endswith(".googleusercontent.com"):
        return AddressTarget(AddressKind.IMAGE, f"https://{url.host}{re.sub(r'=[swh][^/=]*$', '', url.path)}=s0", _NAME)
    if url.host not in {"drive.google.com", "docs.google.com", "drive.usercontent.google.com"}:
        return _unsupported(url, "not a stored file")
    if _FOLDER.search(url.path):
        return _unsupported(url, "a folder", AddressKind.FOLDER)
    match = _FILE.search(url.path) if url.host != "docs.google.com" or url.path.startswith("/file") else None
    file_id = match.group(1) if match else url.argument("id")
    if file_id and _ID.match(file_id):
        key = f"&resourcekey={value}" if (value := url.argument("resourcekey")) else ""
        return AddressTarget(AddressKind.FILE, f"https://drive.google.com/uc?export=download&id={file_id}{key}", _NAME)
    return _unsupported(url, "a document or a page, not a stored file")


def _unsupported(url: Url, detail: str, kind: AddressKind = AddressKind.OTHER) -> AddressTarget:
    return AddressTarget(kind, url.https(), _NAME, Verdict.UNSUPPORTED_HOST, detail)


def _interstitial(page: str) -> str | AddressState:
    # "too large to scan for viruses", an exceeded quota, or a login
    forms = (_ACTION.search(form) for form in _FORM.findall(page) if 'id="download-form"' in form)
    if form := next(filter(None, forms), None):
        fields = "&".join(f"{name}={html.unescape(value)}" for name, value in _HIDDEN.findall(page))
        return f"{html.unescape(form.group(1))}?{fields}"
    if link := next((link for link in _LINK.findall(page) if "confirm=" in link or "/download?" in link), None):
        address = html.unescape(link)
        return f"https://drive.google.com{address}" if address.startswith("/") else address
    if re.search(r"quota|too many users", page, re.IGNORECASE):
        return AddressState.RATE_LIMITED
    needs_login = re.search(r"sign in|request access|need access", page, re.IGNORECASE)
    return AddressState.NEEDS_AUTH if needs_login else AddressState.GONE


def _identity(url: Url) -> str | None:
    if url.host.endswith(".googleusercontent.com"):  # any of lh3 to lh6 serves it
        return url.path.removesuffix("=s0").removeprefix("/d/").strip("/")
    return url.argument("id") if url.path == "/uc" else None


_DOMAINS = ("drive.google.com", "docs.google.com", "drive.usercontent.google.com", "googleusercontent.com")
FAMILY = HostFamily(_NAME, _DOMAINS, _classify, interstitial=_interstitial, identity=_identity)
