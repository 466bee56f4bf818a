"""From blocks of bytes to lines: cut at newline bytes, so that no character is ever torn."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_LINE = 64 << 20
"""Bytes. The longest Reddit objects have a few MiB; something longer is not one, and must not fill the memory."""


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Lines that follow each other, without their newlines."""

    lines: list[bytes]
    number: int
    """Of the first line; the file's first is 1."""
    offset: int
    """Of the first line's first byte, counted in decompressed bytes."""

    def __iter__(self) -> Iterator[tuple[bytes, int, int]]:
        """Each line with its number and the offset of its first byte."""
        offset = self.offset
        for number, line in enumerate(self.lines, self.number):
            yield line, number, offset
            offset += len(line) + 1


def split_lines(blocks: Iterable[bytes]) -> Iterator[LineBatch]:
    """The lines of `blocks`, whatever the cuts between blocks; the last needs no newline.

    A line longer than `MAX_LINE` comes in pieces, each as a line of its own: none of them parses, all are counted.
    """
    carry: list[bytes] = []
    carried, number, offset = 0, 1, 0
    for block in blocks:
        cut = block.rfind(b"\n")
        if cut < 0 and carried + len(block) < MAX_LINE:
            carry.append(block)
            carried += len(block)
            continue
        newline = 1 if cut >= 0 else 0
        head = b"".join((*carry, block[:cut] if newline else block))
        lines = head.split(b"\n")
        yield LineBatch(lines, number, offset)
        number += len(lines)
        offset += len(head) + newline
        carry = [block[cut + 1 :]] if newline else []
        carried = len(carry[0]) if carry else 0
    if tail := b"".join(carry):
        yield LineBatch([tail], number, offset)
