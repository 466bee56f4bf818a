"""Choose the clauses of a request that make its instruction: asks, details of asks, and the context they refer to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from photoshop_request.text.lexicon import DEFECTS, EDIT_NOUNS
from photoshop_request.text.plain_text import Line
from photoshop_request.text.request.asks import Ask, AskPattern, find_ask, has_edit_word
from photoshop_request.text.request.chitchat import ChitChat, chitchat, is_encouragement, is_story
from photoshop_request.text.request.details import is_detail
from photoshop_request.text.request.request_sentences import edit_note
from photoshop_request.text.request.stems import covers, has_no_object, is_generic, is_vague, stems_of
from photoshop_request.text.request.trim import trim
from photoshop_request.text.sentences import Section, Sentence, split_sentences
from photoshop_request.text.word_patterns import any_of, word_set


@dataclass(frozen=True, slots=True)
class Clause:
    """Hold a clause that is kept for the instruction."""

    text: str
    stems: frozenset[str]
    section: Section
    marker: str = ""
    is_ask: bool = False
    names_edit: bool = False


@dataclass(slots=True)
class ClauseChoice:
    """Sort the sentences of a request into clauses to keep and sentences to fall back on. Drop chit-chat."""

    kept: list[Clause] = field(default_factory=list)
    asks_without_edit: list[tuple[Sentence, Ask]] = field(default_factory=list)
    """Used only if no ask names an edit."""
    other_sentences: list[Sentence] = field(default_factory=list)
    """Neither ask nor chit-chat, in order."""
    asks_for_help: bool = False
    """A sentence asks for help without naming an edit."""
    _edits: int = 0
    """Number of kept clauses that name an edit. Counted, because it is asked for every sentence."""

    @property
    def names_edit(self) -> bool:
        """Return True if an ask names an edit."""
        return self._edits > 0

    def keep(self, clause: Clause) -> None:
        """Add a clause for the instruction."""
        self.kept.append(clause)
        self._edits += clause.names_edit

    def drop(self, clause: Clause) -> None:
        """Remove a kept clause."""
        self.kept.remove(clause)
        self._edits -= clause.names_edit

    def trimmed_asks_without_edit(self) -> list[Clause]:
        """Return the asks that name no edit as clauses."""
        trimmed = ((sentence, _trimmed(sentence, ask)) for sentence, ask in self.asks_without_edit)
        return [
            Clause(text, sentence.words, sentence.section, sentence.marker, is_ask=True)
            for sentence, text in trimmed
            if text
        ]


_MIN_LETTERS = 10
"""A shorter ask ("add?") means nothing without the words before it."""
_MAX_WORDS_CONTEXT = 24
_COMPARED = 100
"""Last kept clauses that a new one is compared with. No real request has as many."""


def choose_clauses(sentences: Iterable[Sentence]) -> ClauseChoice:
    """Sort sentences, in their order, into clauses to keep and sentences to fall back on."""
    choice = ClauseChoice()
    in_edit_note = in_list = False
    for sentence in sentences:
        if sentence.section is not Section.BODY:
            in_edit_note = False
        noted: Sentence | None = sentence
        if sentence.section is not Section.TITLE and (note := edit_note(sentence.text, sentence.lower)) is not None:
            in_edit_note = True
            noted = next(split_sentences([Line(note, sentence.marker)], sentence.section), None)
        if noted is not None:
            count = len(choice.kept)
            _sort_sentence(noted, choice, in_edit_note=in_edit_note, in_list=in_list)
            in_list = len(choice.kept) > count
    return choice


def _sort_sentence(sentence: Sentence, choice: ClauseChoice, *, in_edit_note: bool, in_list: bool) -> None:
    """Add one sentence to the choice, or drop it as chit-chat."""
    could_ask = has_edit_word(sentence.words)
    kind = None if could_ask else _chitchat(sentence)
    if kind:
        choice.asks_for_help |= kind is ChitChat.GENERIC_HELP
        return
    ask = find_ask(sentence.lower, sentence.words) or _noun_in_title(sentence)
    if could_ask and (ask is None or in_edit_note or not ask.names_edit or ask.pattern is AskPattern.NAMED):
        kind = _chitchat(sentence)
    if kind and in_edit_note:
        ask = None
    if ask and ask.names_edit and not (kind and ask.pattern is AskPattern.NAMED and _is_only_chitchat(kind, sentence)):
        _keep_ask(sentence, ask, choice)
    elif ask and kind is None and not is_encouragement(sentence):
        choice.asks_without_edit.append((sentence, ask))
    elif kind:
        choice.asks_for_help |= kind is ChitChat.GENERIC_HELP
    elif not in_edit_note:
        has_ask = choice.names_edit or choice.asks_without_edit
        if sentence.section is not Section.TITLE and has_ask and is_detail(sentence, in_list=in_list):
            choice.keep(_whole_clause(sentence))
        else:
            choice.other_sentences.append(sentence)


def _chitchat(sentence: Sentence) -> ChitChat | None:
    return chitchat(sentence.lower, sentence.words, sentence.bare_words)


def _noun_in_title(sentence: Sentence) -> Ask | None:
    """Return the ask of a title that only names an edit ("Photo restoration")."""
    is_title = sentence.section is Section.TITLE
    if is_title and not sentence.words.isdisjoint(EDIT_NOUNS) and not is_story(sentence.lower):
        return Ask(0, AskPattern.NAMED, names_edit=True)
    return None


_SPECIFIC_EDIT_NOUNS = EDIT_NOUNS - word_set("photoshop photoshops shop edit edits editing")
"""Nouns that say which edit is asked for."""


def _is_only_chitchat(kind: ChitChat, sentence: Sentence) -> bool:
    """Return True if a sentence that names an edit asks for none."""
    if kind is ChitChat.GENERIC_HELP and sentence.section is Section.TITLE:
        # a title may ask for help and name the edit: "Photo restoration, help"
        return sentence.words.isdisjoint(_SPECIFIC_EDIT_NOUNS)
    return kind is not ChitChat.THANKS or "help" in sentence.words


def _trimmed(sentence: Sentence, ask: Ask) -> str:
    return trim(sentence.text[ask.start :], is_gerund=ask.is_gerund)


def _keep_ask(sentence: Sentence, ask: Ask, choice: ClauseChoice) -> None:
    text = _trimmed(sentence, ask)
    stems = stems_of(text.lower())
    if not text or _is_repeated(stems, choice, is_plain=ask.pattern < AskPattern.NAMED):
        return
    is_short = len(text) < _MIN_LETTERS
    if is_short or (has_no_object(stems) and not choice.names_edit):
        context = _context(sentence, ask, choice, is_short=is_short)
        if context:
            choice.keep(context)
    choice.keep(Clause(text, stems, sentence.section, sentence.marker, is_ask=True, names_edit=True))


_SHOWS_PICTURE = any_of(
    r"\b(?:this|these|only|old|favou?rite|last|first|best)\b.*\b(?:picture|pic|photo|photograph|shot|image|headshot|portrait|drawing|logo)s?\b",
    r"\b(?:picture|pic|photo|photograph|photocopy|shot|image|portrait)s? (?:\w+ ){0,3}of\b",
)
_LOOSE_END = re.compile(
    r"\s+(?:that )?(?:i|we)(?:'d)?(?: (?:would|really|want|need|love|like|to))*\s*$|[,;]?\s+(?:and|but|so|can|could|would)?\s*$|[\s,;:.\-]+$",
    re.IGNORECASE,
)


def _context(sentence: Sentence, ask: Ask, choice: ClauseChoice, *, is_short: bool) -> Clause | None:
    """Return what an ask like "can you fix it?" refers to: the words before it, or a sentence that shows something."""
    if ask.pattern is not AskPattern.IMPERATIVE and ask.start > 25:
        head = re.split(
            r"[,;.\-\u2013?!]\s+(?=[^,;?!]*$)|\s+(?=(?:can|could|would|will|please|any chance)\b[^,]*$)",
            sentence.text[: ask.start],
            maxsplit=1,
        )[0]
        lower = head.lower()
        words = lower.split()
        shows = (is_short and not is_story(lower)) or _SHOWS_PICTURE.search(lower)
        if 3 <= len(words) <= _MAX_WORDS_CONTEXT and (shows or not DEFECTS.isdisjoint(words)):
            return Clause(_LOOSE_END.sub("", head), stems_of(lower), sentence.section, sentence.marker)
    if choice.names_edit:
        return None
    near = [other for other in reversed(choice.other_sentences[-2:]) if len(other.words) <= _MAX_WORDS_CONTEXT]
    pictured = [other for other in near if _SHOWS_PICTURE.search(other.lower)]
    damaged = [other for other in near if not DEFECTS.isdisjoint(other.words)]
    for other in (pictured + damaged)[:1]:
        choice.other_sentences.remove(other)
        return _whole_clause(other)
    return None


def _whole_clause(sentence: Sentence) -> Clause:
    text = trim(sentence.text)
    return Clause(text, stems_of(text.lower()), sentence.section, sentence.marker)


def _is_repeated(stems: frozenset[str], choice: ClauseChoice, *, is_plain: bool) -> bool:
    """Return True if the kept clauses already say this. Else drop a shorter ask that this plain ask includes."""
    recent = choice.kept[-_COMPARED:]
    kept_stems: frozenset[str] = frozenset().union(*(clause.stems for clause in recent))
    if recent and (stems or choice.names_edit) and covers(kept_stems, stems):
        return True
    if is_vague(stems):
        return choice.names_edit and len(stems - kept_stems) <= 1 and not is_vague(kept_stems)
    if is_plain:
        shorter = (clause for clause in recent if clause.is_ask and _is_replaced_by(clause.stems, stems))
        if clause := next(shorter, None):
            choice.drop(clause)
    return False


def _is_replaced_by(before: frozenset[str], stems: frozenset[str]) -> bool:
    return is_generic(before) or covers(stems, before)


def join_clauses(clauses: Iterable[Clause]) -> str:
    """Join clauses as sentences: a capital first, a full stop last, numbers of a numbered list kept."""
    sentences = []
    for clause in clauses:
        text = clause.text.strip()
        if text.endswith("..") and not text.endswith("..."):
            text = text[:-1]
        if text:
            end = "" if text[-1] in ".!?:;\u2026" or text[-2:] in ('."', '!"', '?"', ".)", "!)", "?)") else "."
            marker = f"{clause.marker} " if any(sign.isdigit() for sign in clause.marker) else ""
            sentences.append(f"{marker}{text[0].upper()}{text[1:]}{end}")
    return " ".join(sentences)
