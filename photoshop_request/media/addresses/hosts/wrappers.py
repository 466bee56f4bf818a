"""Redirects that hold the whole address of their target: leaving a site, search results, viewers and proxies."""

import re

from photoshop_request.media.addresses.url import Url

_WRAPPERS = (
    (re.compile(r"(?:www\.)?google(?:\.[a-z]{2,3}){1,2}/url"), ("q", "url")),
    (re.compile(r"(?:www|images)\.google(?:\.[a-z]{2,3}){1,2}/imgres"), ("imgurl",)),
    (re.compile(r"out\.reddit\.com/.*"), ("url",)),
    (re.compile(r"(?:\w+\.)?reddit\.com/media/?"), ("url",)),
    (re.compile(r"lm?\.(?:facebook|instagram)\.com/(?:l\.php)?"), ("u",)),
    (re.compile(r"www\.youtube\.com/redirect"), ("q",)),
    (re.compile(r"duckduckgo\.com/l/?"), ("uddg",)),
    (re.compile(r"(?:external-content|proxy)\.duckduckgo\.com/iu/?"), ("u",)),
    (re.compile(r"slack-redir\.net/link|steamcommunity\.com/linkfilter/?|[\w.]*safelinks\.protection\.outlook\.com/"), ("url",)),
)  # fmt: skip
"""Host and path -> arguments of the query that may hold the target."""
_HTTP = re.compile(r"https?://", re.IGNORECASE)


def wrapped_address(url: Url) -> str | None:
    """Return the http(s) address in the query of a redirect, or None if `url` is no redirect or holds no address."""
    place = f"{url.host}{url.path}"
    names = next((names for pattern, names in _WRAPPERS if pattern.fullmatch(place)), ())
    return next((target for name in names if (target := url.argument(name)) and _HTTP.match(target)), None)
