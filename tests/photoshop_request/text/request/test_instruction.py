"""Instructions from requests written for these tests, one rule at a time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import COMMENT, SUBMISSION
from msgspec.structs import replace

from photoshop_request.reddit.records import Media
from photoshop_request.text.request.instruction import Rule, instruction


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
def test_frames_are_taken_off(title, body, expected):
    """The way of asking goes; the wish stands as a plain imperative."""
    assert of(title, body).text == expected


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (Rule.GREETING, "Hi everyone!"),
        (Rule.THANKS, "Thank you all so much in advance!"),
        (Rule.THANKS, "It would be hugely appreciated."),
        (Rule.PAYMENT, "I can pay 15 dollars through PayPal."),
        (Rule.PAYMENT, "Will tip $20 for the best one"),
        (Rule.GENERIC_HELP, "Any help at all is welcome."),
        (Rule.POINTER, "Here is the original picture:"),
        (Rule.AVAILABILITY, "I can send a higher resolution scan."),
        (Rule.APOLOGY, "Sorry if this is the wrong sub."),
        (Rule.SKILL, "I have no skills whatsoever."),
        (Rule.CONTACT, "Just PM me."),
        (Rule.VOTES, "Upvotes for all!"),
        (Rule.STORY, "It would mean the world to her."),
    ],
)
def test_noise_is_left_out_by_its_own_rule(rule, sentence):
    """Each kind of noise fires its rule and leaves the wish alone."""
    found = of("Please remove the ladder", sentence)
    assert found.text == "Remove the ladder."
    assert rule in found.rules


def test_no_noise_no_rule():
    """A bare wish fires nothing."""
    assert of("Remove the ladder").rules == ()


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
    """Flair tags and sums of money go; other brackets stay."""
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
    """What tells which person, colour, wording or size is meant stays after the wish."""
    assert of("Could someone colorize my great uncle?", body).text == f"Colorize my great uncle. {kept}"


@pytest.mark.parametrize(
    "story",
    [
        "We went to the lake in 1998 and it rained all week.",
        "My sister loved that boat on the left very much.",
        "I think he was happy that day.",
    ],
)
def test_back_story_goes(story):
    """Sentences that only tell a story are no details, even with a place in them."""
    assert of("Could someone colorize my great uncle?", story).text == "Colorize my great uncle."


def test_numbered_wishes_keep_their_numbers_and_order():
    """Several wishes stay several, in the order in which they were written."""
    body = "Could you do the following?\n\n1. Remove the bin\n2. Make the sky blue\n3. Straighten the fence\n\nThanks!"
    assert of("Holiday photo", body).text.endswith("1. Remove the bin. 2. Make the sky blue. 3. Straighten the fence.")


def test_a_wish_said_twice_is_kept_once_in_its_fuller_form():
    """A title that the body says again with more words gives way to the body."""
    found = of("Remove the man", "Could someone remove the man in the striped shirt behind my cousin?")
    assert found.text == "Remove the man in the striped shirt behind my cousin."
    again = of("Remove the man in the striped shirt", "Could someone remove the man? Thanks")
    assert again.text == "Remove the man in the striped shirt."
    assert Rule.REPEATED in again.rules


def test_a_wish_that_differs_in_one_word_is_another_wish():
    """Nothing that is wanted is dropped because most of it was said before."""
    assert of("Remove the red car", "Please remove the red truck.").text == "Remove the red car. Remove the red truck."
    assert of("Please improve this", "Maybe remove the glare?").text == "Improve this. Remove the glare."


def test_a_wish_without_an_object_takes_the_picture_it_points_to():
    """What is to be colorized is said before."""
    found = of("This is the only picture of my aunt as a nurse. Could you colorize it?")
    assert found.text == "This is the only picture of my aunt as a nurse. Colorize it."
    assert Rule.CONTEXT in found.rules


def test_what_would_be_funny_is_a_wish():
    """Some ask without asking."""
    assert of("I thought it would be funny if there was a shark behind him").text == "There was a shark behind him."


def test_a_vague_wish_takes_the_defect_it_points_to():
    """A wish like "can you fix it?" means nothing without the sentence before it."""
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
def test_tails(title, expected):
    """Occasions, reasons and asides go; what the picture should show stays."""
    assert of(title).text == expected


def test_edit_notes_go_unless_they_wish():
    """A note like "EDIT: thanks" goes; "EDIT: could you also" is a wish like any other."""
    body = "EDIT: Wow, thank you all, you did great work!\n\nEDIT 2: could you also remove the lamp?"
    assert of("Please remove the ladder", body).text == "Remove the ladder. Remove the lamp."


def test_markdown_and_addresses_go():
    """Links keep their words, pictures and bare addresses vanish, struck-out wishes were withdrawn."""
    body = "Please **remove** [the red car](https://example.com/x_(1).jpg) ~~and the tree~~ https://i.imgur.com/abc.jpg ![img](q1w2)"
    assert of("", body).text == "Remove the red car."


@pytest.mark.parametrize("name", ["- Mira", "~Mira Holt", "Best regards, Mira"])
def test_signatures_go(name):
    """A name in the last line is no wish and no detail."""
    found = of("Please remove the ladder", f"The one on the left.\n\n{name}")
    assert found.text == "Remove the ladder. The one on the left."
    assert Rule.SIGNATURE in found.rules


def test_usernames_go():
    """Names of other people never reach the instruction."""
    found = of("Please combine /u/some-one's sky with u/other_one's boat")
    assert found.text == "Combine sky with boat."
    assert Rule.USERNAME in found.rules


def test_a_title_may_go_on_in_the_body():
    """A title that breaks off is joined with the first line of the body."""
    found = of("Please swap the faces...", "...of my sister and her parrot. Thanks!")
    assert found.text == "Swap the faces of my sister and her parrot."
    assert Rule.CONTINUED_TITLE in found.rules


def test_captions_and_clarifications_count():
    """Gallery captions and the requester's later comments are part of what was asked."""
    media = Media("m1", "Image", "valid", caption="Please put her next to the tree")
    later = replace(COMMENT, is_submitter=True, body="Thanks for asking! The dress should be dark green.")
    found = instruction(replace(SUBMISSION, title="Add my sister", media=(media,)), [later])
    assert found.text == "Add my sister. Put her next to the tree. The dress should be dark green."


@pytest.mark.parametrize(
    ("title", "body", "rule"),
    [
        ("Is this picture fake?", "", Rule.QUESTION),
        ("What font is this sign written in?", "", Rule.QUESTION),
        ("Does anyone know where this was taken?", "", Rule.QUESTION),
        ("[Offer] I'll draw your pets", "Send them over", Rule.OFFER),
        ("I will photoshop your holiday pictures for free", "", Rule.OFFER),
        ("[Meta] Too many colour jobs", "", Rule.META),
        ("Thank you for the lovely portraits", "They are on the wall now.", Rule.META),
        ("My dog at the beach", "", Rule.NO_WISH),
        ("[deleted by user]", "[removed]", Rule.REMOVED),
    ],
)
def test_posts_that_ask_for_no_edit(title, body, rule):
    """Questions, offers, announcements and posts without any wish are flagged with the rule that says why."""
    found = of(title, body)
    assert not found.is_edit_request
    assert rule in found.rules


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
    """A wish, a request tag or the subreddit's flair makes it a request."""
    assert of(title, flair=flair).is_edit_request


def test_other_languages_stay_whole():
    """The rules know English; another language is kept as written, and named."""
    found = of("Könnte jemand bitte den Mann im Hintergrund entfernen?", "Vielen Dank im Voraus an alle, die helfen.")
    assert found.language == "de"
    assert found.text == (
        "Könnte jemand bitte den Mann im Hintergrund entfernen? Vielen Dank im Voraus an alle, die helfen."
    )
    assert Rule.WHOLE_TEXT in found.rules


def test_every_rule_can_fire():
    """No rule is only a name: each fires on one of these requests."""
    posts = [
        ("[Request] Hi all!", "Please remove the red bin for my dad's birthday. Remove the bin. She is on the left.\n\nThanks!\n\nEDIT: ok\n\n- Mira"),
        ("Can you fix it?", "I will pay 5 dollars. Any help is welcome. Here is the picture. I can send a better scan."),
        ("This photo has a tear, can you fix it?", "Sorry, wrong sub. I have no skills. PM me. Upvotes for all! It would mean the world. /u/abc"),
        ("Swap the faces...", "of both"),
        ("[Request] walrus", ""),
        ("[Request] Hello", "a walrus on skates"),
        ("Is this fake?", ""),
        ("[Offer] edits", ""),
        ("[Meta] rules", ""),
        ("[deleted by user]", ""),
        ("my dog", ""),
    ]  # fmt: skip
    fired = {rule for title, body in posts for rule in of(title, body).rules}
    assert fired == set(Rule)


WORDS = [
    "please",
    "remove",
    "can",
    "you",
    "someone",
    "the",
    "dog",
    "on",
    "left",
    "I",
    "want",
    "thanks",
    "1.",
    "EDIT:",
    "[x](http://a.b/c)",
    "*b*",
    "\n",
    "(",
    ")",
    "?",
    "!",
    ".",
    ",",
    "help",
    "add",
    "blue",
]


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.text(max_size=60))
def test_nothing_is_written_that_was_not_there(words, noise):
    """Every word of the instruction is in the request, up to case and the -ing of "removing"."""
    text = " ".join(words) + noise
    found = of("Request", text)
    said = {word.strip(".,!?()*").lower() for word in f"request {text}".replace("\n", " ").split()}
    for word in found.text.split():
        bare = word.strip(".,!?()*:;").lower()
        assert not bare or not bare.isascii() or not bare.isalpha() or any(bare in each for each in said)


def test_the_real_requests_are_english_and_short(shared):
    """On 974 real requests: nearly all are found to be English, and instructions are a fraction of the text."""
    import html
    import json

    rows = [json.loads(line) for line in (shared / "data/reddit/picrequests.jsonl").read_text().splitlines()]
    found = [(row, of(html.unescape(row["title"]), html.unescape(row["selftext"]))) for row in rows]
    assert sum(each.language == "en" for _, each in found) >= 970
    assert all(each.text for _, each in found)
    kept = sum(len(each.text) for _, each in found)
    assert 0.1 < kept / sum(len(row["title"]) + len(row["selftext"]) for row in rows) < 0.4
    assert 0.8 < sum(each.is_edit_request for _, each in found) / len(found) < 0.95


def test_a_plain_wish_does_not_give_way_to_a_story_that_holds_it():
    found = of(
        "Can someone put the boy's face on everyone else?",
        "We joked for years that somebody should put the boy's face on everyone else in this picture of ours.",
    )
    assert found.text.startswith("Put the boy's face on everyone else.")


def test_a_shout_out_asks_for_nothing():
    assert not of("Shout-out to everybody who makes a request here").is_edit_request


def test_a_username_with_escaped_underscores_goes_whole():
    """As Reddit's editor writes it."""
    post = replace(SUBMISSION, title="Please remove the ladder", selftext="u/some\\_body\\_80s please brighten the sky")
    assert instruction(post).text == "Remove the ladder. Brighten the sky."


@pytest.mark.parametrize(
    ("title", "selftext"), [("Help", "http " + "a." * 5_000), ("Help", "http " + "a-" * 5_000), ("[" * 1_000, "")]
)
def test_time_does_not_grow_with_the_square_of_a_hostile_text(title, selftext):
    """A tenth of a second where every start of a pattern is tried once."""
    begin = time.process_time()
    instruction(replace(SUBMISSION, title=title, selftext=selftext))
    assert time.process_time() - begin < 1
