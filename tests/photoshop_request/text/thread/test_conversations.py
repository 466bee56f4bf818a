"""Test chats in TRL's and ms-swift's form."""

import json
import warnings

import pyarrow as pa
import pytest
from threads_made import post, say

from photoshop_request.text.thread.conversations import conversation, ms_swift_row

POST = post("[Request] Please remove the ladder", selftext="It is the [red one](https://example.com/a.jpg).\n\nThanks!")
THREAD = [
    say("q1", "ana", "All of it, or only the top?", after=5),
    say("r1", "mira", "All of it please", to="q1", after=10),
    say("o1", "mira", "Here is a better scan for everybody", after=12),
    say("x1", "bo", "I could do it for you", after=14),
    say("x2", "mira", "Sure, go ahead u/bo", to="x1", after=15),
    say("e1", "ana", "Here you go: https://i.imgur.com/abc.png", to="r1", after=20),
    say("r2", "mira", "Thanks! Could you remove the rope too?", to="e1", after=30),
    say("e2", "ana", "", to="r2", after=40),
    say("r3", "mira", "Solved!", to="e2", after=50),
    say("o2", "mira", "Closing this, thank you all", after=60),
]
PICTURES = {"post1": ("source",), "o1": ("scan",), "e1": ("first",), "e2": ("second",)}


def flat(chat):
    return [(message["role"], [part["text"] or "<image>" for part in message["content"]]) for message in chat.messages]


def test_a_thread_becomes_a_chat():
    """The requester is the user and the solver the assistant, in the order of their comments."""
    chat = conversation(POST, THREAD, "ana", PICTURES)
    assert flat(chat) == [
        ("user", ["<image>", "[Request] Please remove the ladder\nIt is the red one.\nThanks!"]),
        ("assistant", ["All of it, or only the top?"]),
        ("user", ["All of it please", "<image>", "Here is a better scan for everybody"]),
        ("assistant", ["<image>", "Here you go:"]),
        ("user", ["Thanks! Could you remove the rope too?"]),
        ("assistant", ["<image>"]),
        ("user", ["Solved!"]),
    ]
    assert chat.images == ["source", "scan", "first", "second"]


def test_no_edit_no_chat():
    """A solver without a picture has no chat, and neither has somebody who never wrote."""
    assert conversation(POST, THREAD, "bo", PICTURES) is None
    assert conversation(POST, THREAD, "nobody", PICTURES) is None


def test_deleted_comments_are_left_out():
    """Their pictures are left out too."""
    thread = [say("q1", "ana", "All of it, or only the top?", after=5)]
    thread += [say("e1", "ana", "Done", after=20, deleted_by_author=True), say("e2", "ana", "Done again", after=30)]
    assert conversation(POST, thread, "ana", PICTURES).images == ["source", "second"]


def test_usernames_are_left_out():
    """No text of the chat contains a user name."""
    thread = [say("e1", "ana", "Based on what u/other_one did", after=20)]
    assert "other_one" not in json.dumps(conversation(POST, thread, "ana", PICTURES).messages)


def test_swift_has_as_many_tags_as_pictures():
    """Each picture has one tag. A tag that somebody typed is broken up."""
    thread = [*THREAD, say("e3", "ana", "I typed <image> here", to="r3", after=55)]
    chat = conversation(POST, thread, "ana", PICTURES)
    row = ms_swift_row(chat)
    assert sum(message["content"].count("<image>") for message in row["messages"]) == len(row["images"]) == 4
    assert row["messages"][0]["content"].startswith("<image>\n[Request] Please")
    assert "< image >" in row["messages"][-1]["content"]


def test_parts_survive_parquet(tmp_path):
    """Parts have the keys type and text and no key image, before and after Arrow."""
    import pyarrow.parquet as pq

    chat = conversation(POST, THREAD, "ana", PICTURES)
    pq.write_table(pa.table({"messages": [chat.messages]}), tmp_path / "chat.parquet")
    back = pq.read_table(tmp_path / "chat.parquet")["messages"][0].as_py()
    assert back == chat.messages
    assert {tuple(sorted(part)) for message in back for part in message["content"]} == {("text", "type")}
    assert {message["role"] for message in back} == {"user", "assistant"}


def test_trl_fills_in_the_pictures():
    """TRL's `prepare_multimodal_messages` accepts the messages and finds a place for each picture."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data_utils = pytest.importorskip("trl.data_utils", reason="needs trl, which only trainers have")
    chat = conversation(POST, THREAD, "ana", PICTURES)
    filled = data_utils.prepare_multimodal_messages(chat.messages, images=chat.images)
    shown = [part["image"] for message in filled for part in message["content"] if part["type"] == "image"]
    assert shown == chat.images
