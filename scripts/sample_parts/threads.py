"""Requests and comments of the sample: invented people and sentences over free photos.

Ids begin with `z`, which Reddit has not given out, and names end in `_sample`, so that nothing here can be taken for
a real post or person.
"""

from dataclasses import dataclass

from . import places
from .places import Place


@dataclass(frozen=True, slots=True)
class Reply:
    """A comment. `{}` in its text stands for the picture address."""

    name: str
    author: str
    text: str
    score: int
    place: Place | None = None
    expect: str = "triplet"
    """Truth about the link, as in truth.jsonl. Unused without a place."""
    under: str | None = None
    """Name of the parent comment. None replies to the post."""


@dataclass(frozen=True, slots=True)
class Request:
    """A post with its thread. `form`: link, text (an address or picture in the self text) or gallery."""

    id: str
    posted: str
    author: str
    form: str
    title: str
    pictures: tuple[Place, ...]
    score: int
    replies: tuple[Reply, ...]
    text: str = ""
    captions: tuple[str, ...] = ()
    flair: str | None = None


REQUESTS = (
    Request(
        "zcoffee",
        "2014-03-09 17:20",
        "maple_sample",
        "link",
        "[Specific] Can somebody take the spoon off the saucer? The cup should be all by itself.",
        (places.imgur("coffee", scheme="http"),),
        23,
        (
            Reply(
                "spoon",
                "okapi_sample",
                "Here you go, the handle behind the cup is gone too: {}",
                14,
                places.imgur("coffee-nospoon", scheme="http"),
            ),
            Reply(
                "wish",
                "maple_sample",
                "That is perfect, thank you! One more wish if you have a minute: could cup and saucer be blue?",
                3,
                under="spoon",
            ),
            Reply(
                "blue",
                "okapi_sample",
                "[Blue it is.]({})",
                9,
                places.imgur("coffee-blue", scheme="http"),
                under="wish",
            ),
            Reply(
                "hasty",
                "brindle_sample",
                "Five minutes in my lunch break\n\n{}",
                2,
                places.imgur("coffee-hasty", page=True, scheme="http"),
            ),
            Reply("lost", "quill_sample", "My try: {}", 1, places.imgur_without("gone", "coffee"), "gone"),
        ),
    ),
    Request(
        "zcamera",
        "2015-10-21 09:05",
        "tamarack_sample",
        "text",
        "Could someone colorize this photo of a cameraman?",
        (places.imgur("camera", page=True, scheme="http"),),
        47,
        (
            Reply(
                "rules",
                "AutoModerator",
                "Thanks for posting. Every top-level comment has to be an edit or a question about the request. "
                "[This is what a good request looks like.]({})\n\n*I am a bot.*",
                1,
                places.imgur("joke", page=True),
                "bot",
            ),
            Reply(
                "colour",
                "sorrel_sample",
                "{}\n\nCropped the edges a little, because the scan was not clean there.",
                61,
                places.imgur("camera-colour", page=True, scheme="http"),
            ),
            Reply("sepia", "quill_sample", "Or in brown, like on old postcards: <{}>", 3, places.imgur("camera-sepia")),
            Reply("old", "brindle_sample", "{}", 2, places.imgur_without("placeholder", "camera"), "placeholder"),
            Reply("thanks", "tamarack_sample", "Great work, our club has its flyer!", 5, under="colour"),
        ),
        text="It is for the flyer of our film club, and the printer wants color. [This is the photo]({}).\n\n"
        "A blue sky & green grass please, the rest is up to you.",
    ),
    Request(
        "zcoins",
        "2017-05-02 20:44",
        "lichen_sample",
        "link",
        "[Random] Make these grey coins look like treasure: bronze, on dark green felt, without the two at the edge",
        (places.imgur("coins"),),
        18,
        (
            Reply(
                "bronze",
                "okapi_sample",
                "Like this? {} I can make them shinier.",
                22,
                places.imgur("coins-bronze"),
            ),
            Reply("thanks", "lichen_sample", "No, this is exactly it. Thanks!!", 4, under="bronze"),
            Reply("page", "quill_sample", "[coins]({})", 1, places.imgur_without("html", "coins"), "html"),
        ),
    ),
    Request(
        "zhopper",
        "2018-07-14 11:31",
        "fathom_sample",
        "link",
        "Please restore this print of Grace Hopper: scratches, dust, the torn corner and the faded colors",
        (places.reddit("hopper"),),
        156,
        (
            Reply(
                "restored",
                "sorrel_sample",
                "Took me an evening. The badge on the hat is half guessed.\n\n{}",
                212,
                places.reddit("hopper-restored"),
            ),
            Reply(
                "again",
                "brindle_sample",
                "I only see it this small on my phone, is there a bigger scan? {}",
                1,
                places.imgur("hopper@again"),
                "same",
            ),
            Reply(
                "thanks", "fathom_sample", "This goes into a frame in our computer lab. Solved!", 31, under="restored"
            ),
        ),
    ),
    Request(
        "zpagoda",
        "2019-06-30 06:12",
        "juniper_sample",
        "link",
        "The sky was dull that day. Can you give me an evening sky with some drama?",
        (places.reddit("pagoda"),),
        74,
        (
            Reply("sunset", "okapi_sample", "{}", 95, places.preview("pagoda-sunset")),
            Reply(
                "phone",
                "okapi_sample",
                "And cropped, for your phone: {}",
                20,
                places.reddit("pagoda-tight"),
                under="sunset",
            ),
            Reply(
                "mirror",
                "okapi_sample",
                "The same once more on imgur, for those who cannot see it here: {}",
                2,
                places.imgur("pagoda-sunset", first=(503,)),
                "duplicate",
            ),
            Reply("thanks", "juniper_sample", "I had to look twice. Thank you!", 8, under="sunset"),
        ),
    ),
    Request(
        "zcatsky",
        "2020-09-18 22:02",
        "heron_sample",
        "gallery",
        "My cat thinks she owns the universe. Could you put her there?",
        (places.reddit("cat", "3"), places.reddit("stars")),
        841,
        (
            Reply("space", "sorrel_sample", "All hers now. {}", 340, places.imgur("cat-space", page=True)),
            Reply("joke", "brindle_sample", "{}", 27, places.imgur("joke"), "unrelated"),
            Reply("thanks", "heron_sample", "She approves. Thank you so much!", 44, under="space"),
        ),
        captions=("This is Chelsea", "and this is where she belongs, behind her"),
        flair="Solved ✅",
    ),
    Request(
        "zdahlia",
        "2021-05-06 15:47",
        "sedge_sample",
        "link",
        "Can you turn this dahlia purple and take away the half flower below it? It is for a birthday card.",
        (places.reddit("dahlia"),),
        63,
        (
            Reply(
                "second",
                "sedge_sample",
                "Here is another shot, in case it helps with the petals: {}",
                2,
                places.imgur("dahlia-second"),
                "op_image",
            ),
            Reply("purple", "lichen_sample", "{}\n\nHappy to change the shade.", 38, places.preview("dahlia-purple")),
            Reply(
                "wish",
                "sedge_sample",
                "Beautiful! Could you write *Happy 60th, Mom!* at the bottom?",
                5,
                under="purple",
            ),
            Reply("card", "lichen_sample", "[With the words]({})", 41, places.reddit("dahlia-card"), under="wish"),
            Reply("wow", "heron_sample", "{}", 6, places.giphy("demoClappingHands"), "not_image", under="card"),
        ),
        flair="Free :snoo:",
    ),
    Request(
        "zcollins",
        "2023-02-11 13:38",
        "fathom_sample",
        "link",
        "Poster for our school: remove the shuttle model & the table behind Eileen Collins, plain backdrop please",
        (places.reddit("astronaut"),),
        129,
        (
            Reply("plain", "okapi_sample", "{}\n\nI kept the color of the wall.", 88, places.inline("astronaut-plain")),
            Reply(
                "blurred",
                "quill_sample",
                "I would just blur it: {}",
                12,
                places.imgur("astronaut-blurred"),
            ),
            Reply(
                "local",
                "brindle_sample",
                "Finished, have a look: http://127.0.0.1:8080/astronaut.png",
                0,
                places.forbidden("http://127.0.0.1:8080/astronaut.png"),
                "blocked",
            ),
        ),
    ),
    Request(
        "zrocket",
        "2023-06-24 19:15",
        "tamarack_sample",
        "link",
        "Held the camera crooked on the best evening of my life. Straighten it, and crop what has to go?",
        (places.reddit("rocket"),),
        98,
        (
            Reply(
                "straight",
                "lichen_sample",
                "Turned by five and a half degrees: [edit]({})",
                52,
                places.preview("rocket-straight", "held-the-camera-crooked"),
            ),
            Reply("bright", "sorrel_sample", "Straight, and with more light. {}", 49, places.reddit("rocket-bright")),
            Reply("half", "quill_sample", "{} (upload was slow)", 1, places.imgur("rocket@cut"), "corrupt"),
            Reply("thanks", "tamarack_sample", "solved, I take the bright one!", 6, under="bright"),
        ),
        flair="Solved ✅",
    ),
    Request(
        "zbricks",
        "2024-04-03 08:26",
        "maple_sample",
        "text",
        "Take the spray paint off our brick path?",
        (places.preview("bricks", "take-the-spray-paint-off-our-brick-path"),),
        57,
        (
            Reply("clean", "juniper_sample", "{}", 71, places.inline("bricks-clean")),
            Reply("thanks", "maple_sample", "You would never know. Thank you, solved!", 9, under="clean"),
            Reply("removed", "[deleted]", "[removed]", 1),
        ),
        text="The listing of our house goes online tomorrow and somebody sprayed **NOPE** on the path last night.\n\n{}\n\n"
        "Please leave everything else as it is.",
        flair="Free :snoo:",
    ),
    Request(
        "znotes",
        "2025-03-17 10:59",
        "quill_sample",
        "link",
        "Can you make my notes readable? White paper, black ink, no lines",
        (places.reddit("notes"),),
        15,
        (
            Reply(
                "clean", "sorrel_sample", "A little of the lines is left, sorry. {}", 19, places.inline("notes-clean")
            ),
            Reply("thanks", "quill_sample", "Good enough for the exam, thanks!", 2, under="clean"),
        ),
        flair="Solved ✅",
    ),
    Request(
        "zfarfield",
        "2025-09-29 21:10",
        "heron_sample",
        "link",
        "Album cover: square, title FAR FIELD in the middle, below it in small: songs for the long way home",
        (places.reddit("stars", "cover"),),
        33,
        (
            Reply("cover", "lichen_sample", "First draft:\n\n{}", 12, places.inline("stars-cover")),
            Reply("paid", "heron_sample", "That is the one, sending you the rest now.", 3, under="cover"),
        ),
        flair="Paid - AI OK :yes-ai:",
    ),
)
