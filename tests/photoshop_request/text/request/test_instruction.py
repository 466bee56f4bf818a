"""Test the instructions of requests, one step at a time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import COMMENT, SUBMISSION
from msgspec.structs import replace

from photoshop_request.reddit.records import Media
from photoshop_request.text.request.instruction import NoRequest, instruction


def of(title: str, body: str = "", **fields):
    return instruction(replace(SUBMISSION, title=title, selftext=body, **fields))


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("[Request] Could someone please remove the bin behind us?", "", "Remove the bin behind us."),
        ("Would anyone be able to swap the two umbrellas?", "", "Swap the two umbrellas."),
        ("I was hoping one of you could brighten my aunt's face", "", "Brighten my aunt's face."),
        ("Is it possible to straighten the lighthouse?", "", "Straighten the lighthouse."),
        ("Looking to have the date stamp removed", "", "Have the date stamp removed."),
        ("Any of you talented wizards willing to remove a lamp post?", "", "Remove a lamp post."),
        ("Could someone take a crack at removing the scaffolding?", "", "Remove the scaffolding."),
        ("Anybody mind cropping out the dustbin?", "", "Crop out the dustbin."),
        ("I was hoping for a bit of help getting rid of the wasp", "", "Get rid of the wasp."),
        ("Would love it if someone with some editing skills could remove the ladder", "", "Remove the ladder."),
        ("Could you redesign this drawing and put it on a mug?", "", "Redesign this drawing and put it on a mug."),
        ("Can anyone help with restoring and colorizing it?", "", "Restore and colorize it."),
        ("Can someone take her hat and put it on my dog?", "", "Take her hat and put it on my dog."),
        ("Could you work your magic and colorize it?", "", "Colorize it."),
        ("Wedding photo restoration (any help)", "", "Wedding photo restoration."),
        ("Any wizard willing to spruce it up and add a hat?", "", "Spruce it up and add a hat."),
        ("{Request - very serious} Remove the bin", "", "Remove the bin."),
        ("2 old photos I would love to have coloured", "", "2 old photos. Have coloured."),
        ("Crop the left side", "And the bucket behind us, if possible, could you remove that?", "Crop the left side. And the bucket behind us, if possible. Remove."),
        ("Taken in 1951.Could someone get rid of the wasp?", "", "Get rid of the wasp."),
        ("Edit away please!", "", "Edit away."),
        ("I want this photo to look like winter", "", "I want this photo to look like winter."),
        ("Help please", "My aunt would be thankful to anyone who took the time to colorize this portrait.", "Colorize this portrait."),
    ],
)  # fmt: skip
def test_asks_become_imperatives(title, body, expected):
    """The pattern of asking is removed."""
    assert of(title, body).text == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("[Paid] [$15] Remove the ladder", "Remove the ladder."),
        ("(Serious Request) Remove the ladder", "Remove the ladder."),
        ("Request: remove the ladder", "Remove the ladder."),
        ("**Request** Remove the ladder", "Remove the ladder."),
        ("Remove the ladder - $20 paypal", "Remove the ladder."),
        ("Remove the [blue] ladder", "Remove the [blue] ladder."),
        ("Make the sign say $5 instead of $9", "Make the sign say $5 instead of $9."),
    ],
)
def test_title_tags(title, expected):
    """Tags and offers of money are removed, other brackets stay."""
    assert of(title).text == expected


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("He is the one on the far left.", "He is the one on the far left."),
        ("Her eyes were green and her scarf was red.", "Her eyes were green and her scarf was red."),
        ("The sign should say OPEN.", "The sign should say OPEN."),
        ("It has to be 1920x1080.", "It has to be 1920x1080."),
    ],
)
def test_details_stay(body, kept):
    """Sentences that say which person, colour, wording or size is meant stay after the ask."""
    assert of("Could someone colorize my great uncle?", body).text == f"Colorize my great uncle. {kept}"


@pytest.mark.parametrize(
    "story",
    [
        "We went to the lake in 1998 and it rained all week.",
        "My sister loved that boat on the left very much.",
        "I think he was happy that day.",
    ],
)
def test_stories_are_removed(story):
    """A story is no detail, even if it names a place."""
    assert of("Could someone colorize my great uncle?", story).text == "Colorize my great uncle."


def test_numbered_asks_keep_numbers_and_order():
    """Several asks stay several."""
    body = "Could you do the following?\n\n1. Remove the bin\n2. Make the sky blue\n3. Straighten the fence\n\nThanks!"
    assert of("Holiday photo", body).text.endswith("1. Remove the bin. 2. Make the sky blue. 3. Straighten the fence.")


def test_a_repeated_ask_is_kept_once():
    """The fuller form is kept."""
    title_repeated = of("Remove the man", "Could someone remove the man in the striped shirt behind my cousin?")
    assert title_repeated.text == "Remove the man in the striped shirt behind my cousin."
    body_repeats = of("Remove the man in the striped shirt", "Could someone remove the man? Thanks")
    assert body_repeats.text == "Remove the man in the striped shirt."


def test_asks_that_differ_in_one_word_are_both_kept():
    """They are no repetition."""
    assert of("Remove the red car", "Please remove the red truck.").text == "Remove the red car. Remove the red truck."
    assert of("Please improve this", "Maybe remove the glare?").text == "Improve this. Remove the glare."


def test_an_ask_without_an_object_keeps_its_context():
    """The sentence before names the object."""
    result = of("This is the only picture of my aunt as a nurse. Could you colorize it?")
    assert result.text == "This is the only picture of my aunt as a nurse. Colorize it."


def test_a_funny_idea_is_an_ask():
    """Some requests only say what would be funny."""
    assert of("I thought it would be funny if there was a shark behind him").text == "There was a shark behind him."


def test_a_vague_ask_keeps_the_defect():
    """An ask like "can you fix it?" means nothing without the sentence before it."""
    assert of("This photo of my uncle has a crease across his chin. Can anyone fix it?").text == (
        "This photo of my uncle has a crease across his chin. Fix it."
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Can you colorize this for my dad's birthday?", "Colorize this."),
        ("Can you remove the stain so I can frame it?", "Remove the stain."),
        ("Please remove the stain, it would mean a lot to us", "Remove the stain."),
        ("Could you remove the stain, but I have no skills myself?", "Remove the stain."),
        ("Could you lift him up so it looks like he is flying?", "Lift him up so it looks like he is flying."),
        ("Please remove the stain, and make the wall white", "Remove the stain, and make the wall white."),
    ],
)
def test_asks_are_trimmed(title, expected):
    """Occasions, reasons and asides are removed, the content of the picture stays."""
    assert of(title).text == expected


def test_edit_notes_are_removed_unless_they_ask():
    """A note like "EDIT: thanks" is removed, "EDIT: could you also" is an ask."""
    body = "EDIT: Wow, thank you all, you did great work!\n\nEDIT 2: could you also remove the lamp?"
    assert of("Please remove the ladder", body).text == "Remove the ladder. Remove the lamp."


def test_markdown_and_addresses_are_removed():
    """Links keep their text. Pictures, bare addresses and struck-out asks are removed."""
    body = "Please **remove** [the red car](https://example.com/x_(1).jpg) ~~and the tree~~ https://i.imgur.com/abc.jpg ![img](q1w2)"
    assert of("", body).text == "Remove the red car."


@pytest.mark.parametrize(
    "upload", ["*Processing img q1w2e3r4t5y6...*", "Processing video q1w2e3r4t5y6...", "Https://x.photos/abc"]
)
def test_uploads_and_addresses_in_capitals_are_removed(upload):
    """The mark of an upload that was not ready is no word of the request, nor is an address with a capital."""
    assert of("", f"Please remove the red car {upload}\n\n{upload}").text == "Remove the red car."


@pytest.mark.parametrize("glue", ["\u2014", "\u2026", "\uff0c", "\u3002", "|", " "])
@pytest.mark.parametrize("address", ["https://i.redd.it/abc.jpg", "imgur.com/AbCdE"])
def test_words_glued_to_an_address_stay(address, glue):
    """Take the address out, not the words behind a dash or a full-width mark."""
    assert of("", f"{address}{glue}please remove the red car").text == "Remove the red car."


ENTITIES = {
    "&#x27;": "'",
    "&#39;": "'",
    "&rsquo;": "'",
    "&eacute;": "\u00e9",
    "&hellip;": "\u2026",
    "&Uuml;": "\u00dc",
    "&#8364;": "\u20ac",
}


@pytest.mark.parametrize(("entity", "character"), ENTITIES.items())
def test_entities_become_characters(entity, character):
    """Decode numbers and names, of which capitals matter, in titles and texts."""
    asked = f"Remove the scar from the che{character}ek."
    assert of(f"Please remove the scar from the che{entity}ek").text == asked
    assert of("", f"Please remove the scar from the che{entity}ek").text == asked


@pytest.mark.parametrize("nothing", ["\0", "\x08", "\x7f", "&#0;", "&#x200B;", "&zwj;", "&NBSP;", "&#1;"])
def test_characters_that_show_nothing_are_removed(nothing):
    """Leave no control character, written as such or as an entity."""
    assert of(f"Please remove{nothing} the lamp").text == "Remove the lamp."


@pytest.mark.parametrize("name", ["- Mira", "~Mira Holt", "Best regards, Mira"])
def test_signatures_are_removed(name):
    """A name in the last line is no detail."""
    result = of("Please remove the ladder", f"The one on the left.\n\n{name}")
    assert result.text == "Remove the ladder. The one on the left."


def test_usernames_are_removed():
    """User names never reach the instruction."""
    assert of("Please combine /u/some-one's sky with u/other_one's boat").text == "Combine sky with boat."


def test_a_title_may_continue_in_the_body():
    """A title that breaks off is joined with the first line of the body."""
    result = of("Please swap the faces...", "...of my sister and her parrot. Thanks!")
    assert result.text == "Swap the faces of my sister and her parrot."


def test_captions_and_clarifications_count():
    """Gallery captions and the requester's later comments belong to the request."""
    media = Media("m1", "Image", "valid", caption="Please put her next to the tree")
    later = replace(COMMENT, is_submitter=True, body="Thanks for asking! The dress should be dark green.")
    result = instruction(replace(SUBMISSION, title="Add my sister", media=(media,)), [later])
    assert result.text == "Add my sister. Put her next to the tree. The dress should be dark green."


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Is this picture fake?", "", NoRequest.QUESTION),
        ("What font is this sign written in?", "", NoRequest.QUESTION),
        ("Does anyone know where this was taken?", "", NoRequest.QUESTION),
        ("[Offer] I'll draw your pets", "Send them over", NoRequest.OFFER),
        ("I will photoshop your holiday pictures for free", "", NoRequest.OFFER),
        ("[Meta] Too many colour jobs", "", NoRequest.META),
        ("Thank you for the lovely portraits", "They are on the wall now.", NoRequest.META),
        ("My dog at the beach", "", NoRequest.NO_ASK),
        ("[deleted by user]", "[removed]", NoRequest.REMOVED),
    ],
)
def test_posts_that_ask_for_no_edit(title, body, reason):
    """Questions, offers, announcements and posts without an ask have their reason."""
    result = of(title, body)
    assert not result.is_edit_request
    assert result.no_request is reason


@pytest.mark.parametrize(
    ("title", "flair"),
    [
        ("Is this fixable? Please remove the scratch", None),
        ("[Request] a walrus on a skateboard", None),
        ("Grandma in 1950", "Free"),
        ("Need help with this photo", None),
        ("I love this community! Please remove the scratch", None),
        ("Thanks in advance, could you remove the scratch?", None),
    ],
)
def test_posts_that_ask_for_an_edit(title, flair):
    """An ask, a request tag or the subreddit's flair makes a post a request."""
    assert of(title, flair=flair).is_edit_request


def test_other_languages_stay_whole():
    """The patterns know English. A text in another language is kept as written."""
    result = of("Könnte jemand bitte den Mann im Hintergrund entfernen?", "Vielen Dank im Voraus an alle, die helfen.")
    assert result.language == "de"
    assert result.text == (
        "Könnte jemand bitte den Mann im Hintergrund entfernen? Vielen Dank im Voraus an alle, die helfen."
    )


WORDS = "please remove can you someone the dog on left I want thanks 1. EDIT: [x](http://a.b/c) *b* \n ( ) ? ! . , help add blue"


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=30), st.text(max_size=60))
def test_no_word_is_added(words, random_text):
    """Every word of the instruction is in the request, up to case and the -ing of "removing"."""
    text = " ".join(words) + random_text
    result = of("Request", text)
    said = {word.strip(".,!?()*").lower() for word in f"request {text}".replace("\n", " ").split()}
    for word in result.text.split():
        bare = word.strip(".,!?()*:;").lower()
        assert not bare or not bare.isascii() or not bare.isalpha() or any(bare in other for other in said)


def test_the_real_requests_are_english_and_short(shared):
    """Nearly all of 974 real requests are English, and the instructions are a fraction of the text."""
    import html
    import json

    rows = [json.loads(line) for line in (shared / "data/reddit/picrequests.jsonl").read_text().splitlines()]
    results = [of(html.unescape(row["title"]), html.unescape(row["selftext"])) for row in rows]
    assert sum(result.language == "en" for result in results) >= 970
    assert all(result.text for result in results)
    kept = sum(len(result.text) for result in results)
    assert 0.1 < kept / sum(len(row["title"]) + len(row["selftext"]) for row in rows) < 0.4
    assert 0.8 < sum(result.is_edit_request for result in results) / len(results) < 0.95


def test_a_plain_ask_does_not_give_way_to_a_story():
    """The story contains all words of the ask."""
    result = of(
        "Can someone put the boy's face on everyone else?",
        "We joked for years that somebody should put the boy's face on everyone else in this picture of ours.",
    )
    assert result.text.startswith("Put the boy's face on everyone else.")


def test_a_shout_out_asks_for_nothing():
    """It talks about the subreddit."""
    assert not of("Shout-out to everybody who makes a request here").is_edit_request


def test_a_username_with_escaped_underscores_is_removed():
    """Reddit's editor escapes underscores."""
    post = replace(SUBMISSION, title="Please remove the ladder", selftext="u/some\\_body\\_80s please brighten the sky")
    assert instruction(post).text == "Remove the ladder. Brighten the sky."


@pytest.mark.parametrize(
    ("title", "selftext"), [("Help", "http " + "a." * 5_000), ("Help", "http " + "a-" * 5_000), ("[" * 1_000, "")]
)
def test_time_does_not_grow_with_the_square_of_a_hostile_text(title, selftext):
    """It takes 0.1 s if each start of a pattern is tried once."""
    begin = time.process_time()
    instruction(replace(SUBMISSION, title=title, selftext=selftext))
    assert time.process_time() - begin < 1
