"""Turn a request into its instruction: the edit that is asked for, in the requester's own words.

The steps, in the order of `instruction`:

1. `request_sentences` splits title, self text, captions and clarifications into sentences.
2. `_language` detects the language. The patterns know English, so a text in another language is kept whole.
3. `choose_clauses` finds asks (`asks`), trims them (`trim`), keeps details (`details`) and drops chit-chat (`chitchat`).
4. `why_no_request` recognizes posts that ask for no edit (`not_requests`).
5. `_with_fallback` adds weaker asks, the title or the whole text if no ask names an edit.
6. `join_clauses` joins the kept clauses.

No step writes a word that the requester did not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request.text.language import UNKNOWN, is_english, language
from photoshop_request.text.request.clause_choice import Clause, ClauseChoice, choose_clauses, join_clauses
from photoshop_request.text.request.not_requests import NoRequest, why_no_request
from photoshop_request.text.request.request_sentences import request_sentences
from photoshop_request.text.sentences import Section, Sentence


@dataclass(frozen=True, slots=True)
class Instruction:
    """Hold a request, reduced to the edit that is asked for."""

    text: str
    """Empty only if the request has no words."""
    language: str
    """ISO 639-1, or "und"."""
    no_request: NoRequest | None = None
    """Reason why the post asks for no edit, or None. With a reason, `text` holds the words of the post."""

    @property
    def is_edit_request(self) -> bool:
        """Return False for questions, offers, announcements and posts that ask for nothing."""
        return self.no_request is None


_MIN_WORDS_VAGUE = 4
"""Minimum words of an ask that can stand alone although it names no edit."""


def instruction(submission: Submission, clarifications: Sequence[Comment] = ()) -> Instruction:
    """Return the instruction of a request. `clarifications` are the requester's later comments, oldest first."""
    sentences = request_sentences(submission, clarifications)
    code = _language(sentences)
    if code not in ("en", UNKNOWN):
        return Instruction(join_clauses(map(_as_written, sentences)), code)
    choice = choose_clauses(sentences)
    reason = why_no_request(submission, sentences, choice)
    return Instruction(join_clauses(_with_fallback(choice, sentences)), code, reason)


def _language(sentences: Sequence[Sentence]) -> str:
    # the words are split already, and they decide nearly every request
    if is_english(sentence.words for sentence in sentences):
        return "en"
    return language(" ".join(sentence.text for sentence in sentences)[:600])


def _with_fallback(choice: ClauseChoice, sentences: Sequence[Sentence]) -> list[Clause]:
    """Return the kept clauses. If none names an edit, put weaker asks, the title or other sentences before them."""
    if choice.names_edit:
        return choice.kept
    clauses = [*choice.trimmed_asks_without_edit(), *choice.kept]
    if any(len(sentence.words) >= _MIN_WORDS_VAGUE for sentence, _ in choice.asks_without_edit):
        return clauses
    title = [sentence for sentence in choice.other_sentences if sentence.section is Section.TITLE]
    fallback = title or choice.other_sentences or ([] if clauses else sentences)
    return [*map(_as_written, fallback), *clauses]


def _as_written(sentence: Sentence) -> Clause:
    return Clause(sentence.text, sentence.words, sentence.section, sentence.marker)
