"""Recognize chit-chat: sentences of a request that ask for no edit and describe none, such as thanks and payment."""

import re
from enum import StrEnum

from photoshop_request.text.sentences import Sentence
from photoshop_request.text.word_patterns import WordPatterns, word_set


class ChitChat(StrEnum):
    """Kind of chit-chat."""

    GREETING = "greeting"
    THANKS = "thanks"
    PAYMENT = "payment"
    GENERIC_HELP = "generic_help"
    POINTER = "pointer"
    """Says where the picture is: "here is the picture"."""
    AVAILABILITY = "availability"
    """Says which other files the requester has or can send."""
    APOLOGY = "apology"
    SKILL = "skill"
    """Says what the requester cannot do, or has tried."""
    CONTACT = "contact"
    VOTES = "votes"
    STORY = "story"


class _ChitChatPatterns:
    """Match the patterns of one kind. They are tried only if the sentence contains a trigger word.

    Triggers change the result: without one nothing matches. The keywords of a pattern only save time.
    """

    def __init__(self, kind: ChitChat, triggers: str, *patterns: tuple[str, str]) -> None:
        self.kind = kind
        self.triggers = word_set(triggers)
        self.patterns = WordPatterns(*patterns)


_PATTERNS = (
    _ChitChatPatterns(
        ChitChat.THANKS,
        "thanks thank thx thankyou ty tysm appreciated appreciate appreciative grateful gratitude cheers bless indebted thankful thanx kudos owe props",
        ("thanks thank thx thankyou ty tysm thanx cheers kudos props", r"^\W*(?:\w+[\s,!.]+){0,3}?(?:many |much |big |huge |tons of |a million |a (?:ton|lot) of )?(?:thanks|thank|thx|thankyou|ty|tysm|thanx|cheers|kudos|props)\b"),
        ("appreciated appreciative grateful thankful indebted", r"\b(?:is|are|be|'d be|would be|will be|much|greatly|really|very|truly|highly|so) (?:\w+ ){0,2}(?:appreciated|appreciative|grateful|thankful|indebted)\b"),
        ("appreciate owe love", r"\bi(?:'d|'ll| would| will| do)? (?:\w+ ){0,3}(?:appreciate|owe|love you)\b"),
        ("gratitude", r"\b(?:eternal|my) gratitude\b"),
        ("bless", r"\bbless\b"),
        ("thanks thank", r"\bthank(?:s| you)(?: \w+){0,8}\W*$"),
    ),
    _ChitChatPatterns(
        ChitChat.PAYMENT,
        "paypal pay paying paid tip tips tipping venmo cashapp gold bitcoin dollars usd reward rewarded rewards budget gift-card zelle bucks compensate "
        "compensation reimburse payment prize bounty money $ 5 10 15 20 25 30 40 50 100 gild charge price quote",
        ("paypal pal venmo cashapp app zelle bitcoin bitcoins usd bucks", r"\b(?:pay ?pal|venmo|cash ?app|zelle|bitcoins?|usd|bucks)\b"),
        ("pay tip gild reward compensate", r"\b(?:can|will|i'll|to|happily|gladly|willing to|i'd|would) (?:\w+ )?(?:pay|tip|gild|reward|compensate)\b"),
        ("gold", r"\breddit gold\b|\bmonths? (?:worth )?of (?:\w+ )?gold\b|\bgold (?:for|to|in|up|if)\b"),
        ("$* \u00a3* \u20ac*", r"[$\u00a3\u20ac]\s?\d|\b\d+\s?[$\u00a3\u20ac]"),
        ("tip tips", r"\btips?\b(?: is| are| included| offered| for)?\W*$|\bwill tip\b"),
        ("budget", r"\b(?:my|the|a) budget\b"),
        ("paid payment compensation bounty prize", r"\b(?:paid|payment|compensation|bounty|prize)\b"),
    ),
    _ChitChatPatterns(
        ChitChat.GENERIC_HELP,
        "help helps assistance takers anything advice suggestions input effort efforts attempt attempts possible",
        ("help", r"^\W*help (?:me |us )?(?:with|on) (?:(?:\w+ ){0,6}|[\w ]{0,40})\W*$"),
        ("takers", r"^\W*any takers\W*$"),
        ("help*", r"^\W*(?:please |pls |plz |so |but |and |can |could |would |anyone |someone |you |guys |reddit |ps |help)*help(?: me| us| out| a \w+ out| please| reddit| guys)*\W*$"),
        ("any all whatever", r"\b(?:any|all|whatever) (?:\w+ ){0,3}?(?:help|assistance|advice|input|efforts?|attempts?|suggestions?|ideas?)\b"),
        ("help assist", r"^\W*(?:\w+ ){0,3}(?:can|could|would|will|is) (?:any|some|there any)\s?(?:one|body)(?: \w+){0,4} (?:help|assist)(?: me| us| out| with this| please| him| her)*(?: with (?:this|it|that))?\W*$"),
        ("help", r"^\W*(?:can|could) (?:you|reddit|u)(?: guys| please| all)* help(?: me| us| out| please)*(?: with (?:this|it|that))?\W*$"),
        ("help", r"\bhelp (?:is|would be|will be)\b"),
        ("help", r"\b(?:need|want|like|love|use)(?:ing)? (?:some |a little |your |any )?(?:serious |photoshop )?help(?: \w+){0,5}\W*$"),
    ),
    _ChitChatPatterns(
        ChitChat.POINTER,
        "here heres here's link links album pic pics picture pictures photo photos image images original originals below above attached source imgur file gallery psd jpg jpeg png tiff raw version scan",
        ("*", r"^\W*(?:so |and |also |ok |now |anyway )?(?:(?:below|attached|above) (?:is|are)|here(?:'s|s| is| are| they are| it is| goes| you go)?|(?:these|this|those|that|they) (?:is|are|was|were)|i(?:'ve| have)? (?:attached|uploaded|posted|included))\b(?:\W+(?:the|a|an|some|few|my|our|this|that|is|are|it|one|two|three|pictures?|pics?|photos?|images?|original|originals|link|links|album|shots?|question|here|in|below|above|for|to|of|another|other|more|version|versions|and|them|raw|file|files|said|he|she|we|go|said|better|full|high|higher|res|resolution|imgur|you|full-size|source|sources|scan|scans|psd|jpe?g|png|tiff|links))*\W*$"),
        ("*", r"^\W*(?:the )?(?:original|link|links|pic|pics|picture|pictures|photo|photos|image|images|album|source|imgur|psd|png|jpe?g|jpg|tiff|raw|gallery|file|sketch|here|this|example|reference|before|after)s?(?: of (?:the )?(?:pic|picture|photo|image)|(?: \w+))?\s*[:~=\-#\d]*\W*$"),
        ("*", r"^\W*(?:the )?(?:link|links|pic|pics|pictures?|photos?|images?|album)(?: is| are|s)? (?:here|below|above|attached|in the comments|in comments)\W*$"),
        ("*", r"^\W*(?:image|pic|picture|photo) (?:\d+|one|two|three|four|a|b)\W*$"),
    ),
    _ChitChatPatterns(
        ChitChat.AVAILABILITY,
        "resolution res quality version versions copy email upload send scan higher bigger scanner negative raw tiff",
        ("send upload email mail provide find get have scan dig post", r"\bi(?:'ll| will| can| could| do| don't| have| do not|'ve| also have)(?: \w+){0,4} (?:send|upload|email|e-mail|provide|find|get|have|scan|dig|post)\b"),
        ("higher better bigger larger high full", r"\b(?:higher|better|bigger|larger|high|full)[- ](?:res|resolution|quality|size|def)\b.*\b(?:available|if needed|have|upload|email|link|here|upon)\b"),
        ("scanner better higher bigger other", r"\bi (?:don't|do not|didn't) (?:\w+ ){0,2}(?:have|own) (?:a |the |any )?(?:\w+ ){0,2}(?:scanner|better|higher|bigger|other)\b"),
        ("if", r"\b(?:let me know|just ask|tell me) if\b"),
    ),
    _ChitChatPatterns(
        ChitChat.APOLOGY,
        "sorry apologize apologies forgive excuse mobile sub subreddit subreddits post posted posting posts repost crosspost delete rules first formatting comments comment typo throwaway",
        ("sorry apolog* forgive excuse", r"\b(?:sorry|apolog\w+|forgive me|excuse)\b"),
        ("place sub subreddit post time", r"\b(?:wrong|right|correct|appropriate|another|other|this|first|new) (?:place|sub|subreddit|post|time post\w*)\b"),
        ("mobile throwaway", r"\bon mobile\b|\bthrowaway\b"),
        ("first", r"\bfirst (?:time|post)\b"),
        ("post*", r"\b(?:re|cross)-?post\w*\b|\bi (?:just )?posted\b"),
        ("new", r"\bi(?:'m| am) new (?:to|here|at)\b"),
    ),
    _ChitChatPatterns(
        ChitChat.SKILL,
        "photoshop skills skill suck suck terrible tried attempt attempted experience idea novice noob clue abilities ability capable talent paint gimp illiterate attempts myself software",
        ("skill skills experience abilit* talent talents clue software knowledge", r"\b(?:my|no|any|zero|have|the|lack\w*|your|limited|not) (?:\w+ ){0,3}(?:skills?|experience|abilit\w+|talents?|clue|software|knowledge)\b"),
        ("suck terrible awful bad tried trying attempted novice noob inept useless incapable illiterate horrible good know", r"\bi(?:'m| am| was|'ve| have)? (?:\w+ ){0,4}(?:suck|terrible|awful|bad (?:at|with)|tried|trying|attempted|novice|noob|inept|useless|incapable|illiterate|horrible|no good|not (?:very )?good|don't know how)\b"),
        ("attempt attempts", r"\bmy (?:\w+ ){0,3}attempts?\b"),
        ("don dont", r"\bdon'?t have (?:photoshop|the)\b"),
        ("tried", r"\btried\b"),
    ),
    _ChitChatPatterns(
        ChitChat.CONTACT,
        "pm dm message email inbox chat contact @",
        ("pm dm message inbox email mail contact", r"\b(?:pm|dm|message|inbox|e-?mail|contact) (?:me|you|us|it)\b"),
        ("pm dm", r"\bsend (?:me )?(?:a )?(?:pm|dm)\b"),
        ("@*", r"\S@\S"),
    ),
    _ChitChatPatterns(
        ChitChat.VOTES,
        "upvote upvotes upvoted up-vote karma internets internet points downvote up-votes vote",
        ("upvote upvotes vote votes karma internets", r"\b(?:up-?votes?|karma|internets)\b(?!.*\b(?:logo|shirt|arrow|with an?)\b)"),
        ("internet", r"\binternet points?\b"),
        ("downvote vote", r"\bdown-?vote (?:me|this)\b"),
    ),
    _ChitChatPatterns(
        ChitChat.GREETING,
        "hi hello hey greetings howdy hiya dear good yo sup reddit redditors guys everyone folks all yall evening morning afternoon peeps",
        ("*", r"^\W*(?:so |ok |oh |well )?(?:hi|hello|hey|hiya|greetings|howdy|yo|dear|good (?:morning|evening|afternoon|day))?(?:[\s,!.]+(?:there|all|everyone|everybody|guys|folks|reddit|redditors|people|again|y'all|yall|r|picrequests|photoshoprequest|peeps|internet|ladies|gentlemen|and|my|fellow|wizards|photoshop|friends|the|of))*\W*$"),
    ),
    _ChitChatPatterns(
        ChitChat.STORY,
        "title stated said mean means world make made day happy heart awesome cool great best luck creative fun amazing genius geniuses rock wait laugh",
        ("title stated said", r"^\W*(?:like|as) (?:the title|i said|stated|said)\b"),
        ("mean make", r"\b(?:would|will|'d) (?:really |truly |just |literally )?(?:mean|make (?:my|me|her|his|their|our|the) (?:day|week|year|mom|dad|wife|family|happy|life))\b"),
        ("means meant", r"\b(?:means|meant) (?:a lot|the world|so much|everything|alot)\b"),
        ("awesome best amazing rock wonderful geniuses magic magicians wizards", r"\b(?:you|you're|you guys|you all|reddit|this (?:sub|subreddit)) (?:\w+ ){0,3}(?:awesome|the best|amazing|rock|wonderful|geniuses|magic|magicians|wizards)\b"),
        ("luck", r"\bgood luck\b"),
        ("wait", r"\bcan'?t wait\b"),
        ("be", r"^\W*(?:that|it|this|which)(?:'d| would| will) (?:also )?be (?:so |really |super |absolutely |just |pretty |very )?(?:great|awesome|amazing|wonderful|cool|fantastic|incredible|sweet|perfect|nice|swell|rad|hilarious)(?: \w+){0,3}\W*$"),
    ),
)  # fmt: skip

_TRIGGERS = frozenset[str]().union(*(pattern.triggers for pattern in _PATTERNS))
_SUM = r"(?:will (?:pay|tip)|paying|tip|tipping|offering|up to)?\s*(?:[$\u00a3\u20ac]\s?\d+(?:\.\d+)?|\d+\s?(?:[$\u00a3\u20ac]|usd|dollars|bucks))(?:\s*(?:usd|paypal|via paypal|tip|reward|bounty|venmo|gold))*"
OFFERED_MONEY = re.compile(
    rf"[\[({{]\s*{_SUM}\s*[\])}}]|^\W*{_SUM}(?=\s*(?:[-:,.!~|]|for\b|to\b|$))|[-:,.!~|]\s*{_SUM}\W*$|\b(?:will (?:pay|tip)|paying|tipping|offering) {_SUM}",
    re.IGNORECASE,
)
"""Money that a title offers: in brackets, at its beginning or its end. "Make the sign say $5" is an ask."""
_ENCOURAGEMENT = WordPatterns(
    ("be", r"\b(?:doesn't|does not|don't) (?:even )?(?:have|need) to be (?:\w+ ){0,2}(?:good|perfect|great|fancy|extravagant|anything|amazing|hard|professional)"),
    ("have", r"\bhave (?:fun|at it|a (?:go|great|good|nice))"),
    ("be get go", r"\b(?:(?:be|get) creative|go (?:nuts|crazy|wild|ham|to town))"),
    ("your good surprise", r"\b(?:take your time|good luck|surprise me|do your (?:best|worst|thing|magic)|work your magic)"),
    ("let feel", r"\b(?:let me know|feel free to (?:ask|message|pm|comment|reply|contact|use|choose|pick|post))"),
    ("pick", r"\bpick (?:whichever|your|the one|any)"),
    ("let lets show see", r"\b(?:let'?s see|show (?:me|us) what|see what you can)"),
    ("do use", r"\b(?:do|use) (?:what|whatever|anything|any) you"),
    ("keep", r"\bkeep (?:it|them|'em) (?:up|coming)"),
    ("tell check make", r"\b(?:tell me|check (?:it|this) out|make (?:this|it) (?:awesome|epic|so)\b)"),
    ("hesitate* worry* excuse*", r"\b(?:don't (?:hesitate|worry)|excuse)"),
)  # fmt: skip
_STORY_BEGINNING = re.compile(
    r"\W*(?:(?:and|but|so|also|because|since|when|as|then|now|this|that|it|there)\s+)*(?:i|we|he|she|they|my \w+|our \w+|you|it) (?:was|were|had|did|tried|went|took|got|thought|decided|know|think|really|just|have (?:been|no|tried)|don't (?:know|care|have|want to)|passed|died|love|loved|would|will|would've|can't|couldn't|could|can|am (?:not|so|trying|going))\b"
)


def chitchat(lower: str, words: frozenset[str], bare_words: frozenset[str]) -> ChitChat | None:
    """Return the first kind of chit-chat that a lower-case text matches, or None. The text may hold an ask as well."""
    triggers = words & _TRIGGERS
    if triggers:
        for pattern in _PATTERNS:
            if not triggers.isdisjoint(pattern.triggers) and pattern.patterns.occur_in(lower, bare_words):
                return pattern.kind
    return ChitChat.PAYMENT if "$" in lower and OFFERED_MONEY.search(lower) else None


def is_encouragement(sentence: Sentence) -> bool:
    """Return True if a sentence encourages or is polite ("have fun with it", "let me know")."""
    return _ENCOURAGEMENT.occur_in(sentence.lower, sentence.bare_words)


def is_story(lower: str) -> bool:
    """Return True if a lower-case text begins like a story ("and my mother was ...")."""
    return _STORY_BEGINNING.match(lower) is not None
