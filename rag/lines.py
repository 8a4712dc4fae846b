"""Text -> lines -> paragraphs: what stands on a line of its own, and which lines were only wrapped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # what str.splitlines() splits at
WIDE_ENDS = "。！？｡؟।॥۔።။։។"  # end a sentence in scripts that need no space after them
CLOSERS = "\"'”’»›)]}）」』】》〉"  # may stand between a sentence's full stop and the space after it

_LINE = re.compile(f"[^{BREAKS}]+")
_FIRST_WORD = re.compile(r"[^\s\u3040-\u9fff]{1,40}|\S")  # in kana and Han every character may be broken before
_ITEM = re.compile(r"[-*•·–—]\s|#{1,6}\s|>|\(?\w{1,3}[.)]\s|\|")  # a list item, heading, quotation or table row
_LETTERS = re.compile(r"[^\W\d_]+")

_WIDTHS = range(40, 121)  # mail and PDF columns; a longer line is a paragraph, a shorter one a list or verse
_CONTINUED = 40  # characters: a line this long without a full stop, then a small letter, is one sentence
_WRAPPED_SHARE = 0.6  # of a block's line ends that must be forced by its width
_MID_SENTENCE_SHARE = 0.3  # of a block's lines that begin small; a list of headlines has none
_PROSE_WORDS = 6  # unpunctuated lines are prose from here on, if not written like a headline
_HEADLINE_CASE = 0.6  # share of capitalised words; Indonesian headlines keep "di", "ke", "dan" small


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, without the white space around it."""

    start: int
    end: int
    after_gap: bool  # a blank line, or the start of the text, stands before it


def lines(text: str) -> Iterator[Line]:
    """Yield the lines that hold more than white space."""
    previous_end = 0
    for match in _LINE.finditer(text):
        line = match.group()
        stripped = line.strip()
        if not stripped:
            continue
        start = match.start() + len(line) - len(line.lstrip())
        gap = text[previous_end:start].replace("\r\n", "\n")
        after_gap = previous_end == 0 or sum(gap.count(mark) for mark in BREAKS) > 1
        previous_end = start + len(stripped)
        yield Line(start, previous_end, after_gap)


def paragraphs(text: str, *, wrapped: bool = False) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each paragraph: one line, or several that were only wrapped.

    `wrapped` says that all of the text is, as in a PDF; else each block of lines has to look like it.
    """
    for block in _blocks(text):
        start, width = block[0].start, max(line.end - line.start for line in block)
        column = width if wrapped or _is_wrapped(text, block, width) else 0
        for line, following in pairwise(block):
            if not _continues(text, line, following, column):
                yield start, line.end
                start = following.start
        yield start, block[-1].end


def is_prose(line: str) -> bool:
    """Whether the line reads like (part of) an article's text and not like a headline or a menu entry."""
    words = _LETTERS.findall(line[:2000])
    if ends_sentence(line):
        return len(words) > 2 or len(line) > 10
    cased = [word for word in words if word.lower() != word.upper()]
    if len(cased) * 2 < len(words):
        return len(line) > 15
    return len(words) >= _PROSE_WORDS and capitalised(words) < _HEADLINE_CASE


def ends_sentence(line: str) -> bool:
    """Whether a full stop, or what serves as one, ends the line, closing quotes and brackets aside."""
    return line[-20:].rstrip(CLOSERS).endswith((".", "!", "?", "…", *WIDE_ENDS))


def capitalised(words: list[str]) -> float:
    """Return the share of the words that begin with a capital letter."""
    return sum(word[0].isupper() for word in words) / max(len(words), 1)


def _blocks(text: str) -> Iterator[list[Line]]:
    """Yield runs of lines without a blank line between them."""
    block: list[Line] = []
    for line in lines(text):
        if line.after_gap and block:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _is_wrapped(text: str, block: list[Line], width: int) -> bool:
    """Whether most line ends of the block are there because the next word did not fit."""
    if width not in _WIDTHS:
        return False
    ends = len(block) - 1
    forced = sum(_is_forced(text, *pair, width) for pair in pairwise(block))
    mid_sentence = sum(not text[line.start].isupper() for line in block[1:])
    return forced > 1 and forced >= _WRAPPED_SHARE * ends and mid_sentence >= _MID_SENTENCE_SHARE * ends


def _is_forced(text: str, line: Line, following: Line, width: int) -> bool:
    word = _FIRST_WORD.match(text, following.start, following.end)
    return line.end - line.start + 1 + (len(word.group()) if word else 1) > width


def _continues(text: str, line: Line, following: Line, width: int) -> bool:
    """Whether `following` goes on with the paragraph of `line`; `width` is 0 where lines are not wrapped."""
    if _ITEM.match(text, following.start, following.end) or text.startswith("#", line.start):
        return False
    if width and _is_forced(text, line, following, width):
        return True
    length = line.end - line.start
    small = text[following.start].islower()
    return small and length >= _CONTINUED and not ends_sentence(text[line.start : line.end])
