"""Tell common words of requests from rare words and names."""

from functools import cache
from importlib.resources import files

from photoshop_request.text import lexicon
from photoshop_request.text.word_patterns import word_set

_OF_REQUESTS = word_set(
    "photoshop photoshopped photoshopper photoshoppers photoshoot reddit redditor redditors subreddit subreddits mod mods moderator "
    "moderators flair upvote upvotes imgur paypal venmo pic pics img gif gifs jpg jpeg png psd pdf tiff raw pixel pixels layer layers "
    "selfie selfies headshot headshots webcam website wedding weddings bride groom bridesmaid dad mom mum mommy mama daddy grandpa "
    "grandma grandmother grandfather grandparents granddad grandad gran nana papa aunt aunts uncle nephew niece sibling siblings "
    "toddler newborn puppy kitten kitty doggo pug tattoo tattoos hoodie jeans bikini underwear bra shirt shirts necklace earring "
    "earrings sunglasses mustache moustache freckles acne blemish blemishes wrinkles braces ponytail bangs tuxedo selfie sepia hue "
    "vintage blurry grainy faded canvas sticker stickers wizard wizards awesome yeah yep nope okay wanna gonna kinda thankyou thanks "
    "lol lmao omg pls plz etc xmas christmas halloween batman superman spiderman jedi zombie zombies unicorn dragon ninja pirate "
    "photographer photographers graveyard sunset sunrise beach skyline bokeh cat cats dog dogs"
)


def is_common_word(word: str) -> bool:
    """Return True for a common English word in lower case, or one that requests for edits often use."""
    return word in _words()


@cache
def _words() -> frozenset[str]:
    lines = files(__package__).joinpath("common_words.txt").read_text(encoding="ascii").splitlines()
    listed = frozenset(line for line in lines if not line.startswith("#"))
    return listed.union(_OF_REQUESTS, lexicon.EDIT_VERBS, lexicon.EDIT_NOUNS, lexicon.EDIT_PARTICIPLES, lexicon.DESIRES)
