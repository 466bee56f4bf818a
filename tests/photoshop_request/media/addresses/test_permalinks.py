"""Read addresses of Reddit in every spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.media.addresses.permalinks import NamedKind, NamedThing, named_on_reddit
from photoshop_request.media.addresses.url import parse

HOSTS = ["www", "old", "new", "np", "m", "i", "en", "amp", "sh"]
IDS = st.from_regex(r"[0-9a-z]{5}[0-9]", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z0-9_-]{3,20}", fullmatch=True)
SUBMISSIONS = """/r/X/comments/{0} /r/X/comments/{0}/ /r/X/comments/{0}/a_title /r/X/comments/{0}/a_title/ /comments/{0}
/r/X/comments/{0}.json /r/X/comments/{0}/a_title.json /r/u_some_body/comments/{0}/a_title /user/Some-Body/comments/{0}/t/
/u/x/comments/{0} /gallery/{0} /r/X/gallery/{0} /duplicates/{0} /r/X/duplicates/{0}/t/ /tb/{0} /by_id/t3_{0} /poll/{0}
/{0}"""
COMMENTS = """/r/X/comments/{1}/a_title/{0} /r/X/comments/{1}/a_title/{0}/ /r/X/comments/{1}/comment/{0} /comments/{1}/_/{0}
/r/X/comments/{1}//{0}/ /user/some_body/comments/{1}/t/{0}.json /r/X/comments/{1}/%C3%BC_t/{0}/"""
USERS = """/u/{0} /user/{0} /u/{0}/ /user/{0}/submitted /user/{0}/comments/ /u/{0}.json /r/u_{0} /r/u_{0}/
/message/compose?to={0} /message/compose/?to=/u/{0} /message/compose?to=u/{0}&subject=x"""
SHARES = "/r/X/s/{0} /r/X/s/{0}/ /u/x/s/{0} /user/x/s/{0}"
NOTHING = "/ /r/X /r/X/wiki/rules /settings /r/X/top /r/X/search?q=1 /prefs /message/inbox"


def named(path: str, host: str, query: str, capitals: bool) -> NamedThing:
    tail = f"{'&' if '?' in path else '?'}{query}" if query else ""
    url = parse(f"https://{host}.reddit.com{path.upper() if capitals and '?' not in path else path}{tail}")
    assert url
    return named_on_reddit(url)


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        (SUBMISSIONS, NamedKind.SUBMISSION),
        (COMMENTS, NamedKind.COMMENT),
        (USERS, NamedKind.USER),
        (SHARES, NamedKind.SHARE),
        (NOTHING, NamedKind.NOTHING),
    ],
)
@given(
    st.data(), st.sampled_from(HOSTS), st.sampled_from(["", "context=3", "utm_source=share&utm_name=x"]), st.booleans()
)
def test_every_spelling_names_the_same(
    paths: str, kind: NamedKind, data: st.DataObject, host: str, query: str, capitals: bool
) -> None:
    """Ignore the host, the title, the query and capitals."""
    name = data.draw(NAMES if kind is NamedKind.USER else IDS)
    has_name = kind not in {NamedKind.SHARE, NamedKind.NOTHING}
    expected = NamedThing(kind, name.lower() if has_name else "")
    for path in paths.split():
        assert named(path.format(name, data.draw(IDS)), host, query, capitals) == expected, path


def test_the_short_host_names_submissions() -> None:
    """Take ids without a digit there too."""
    for address in ("https://redd.it/abcdef", "http://WWW.REDD.IT/ABCDEF/?x=1"):
        url = parse(address)
        assert url
        assert named_on_reddit(url) == NamedThing(NamedKind.SUBMISSION, "abcdef")
