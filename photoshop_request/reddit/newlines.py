"""Split blocks of bytes into lines at newline bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_LINE = 8 << 20
"""Bytes of the longest accepted line. Reddit's longest objects have a few MiB."""


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Hold consecutive lines without their newlines."""

    lines: list[bytes]
    number: int
    """Number of the first line, counted from 1 in the file."""
    offset: int
    """Offset of the first line in decompressed bytes."""

    def __iter__(self) -> Iterator[tuple[bytes, int, int]]:
        """Yield each line with its number and the offset of its first byte."""
        offset = self.offset
        for number, line in enumerate(self.lines, self.number):
            yield line, number, offset
            offset += len(line) + 1


def split_lines(blocks: Iterable[bytes]) -> Iterator[LineBatch]:
    """Yield the lines of `blocks`. Lines may span blocks, and the last line needs no newline.

    A line longer than `MAX_LINE` comes in parts, each as a line of its own. None of them parses, but all are counted.
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
