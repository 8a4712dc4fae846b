"""What a search is narrowed to: publisher, dates, language, document; checked against what the library has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from rapidfuzz import fuzz, process

from rag.dates import DateSpan, format_date
from rag.errors import FilterError
from rag.manifest import is_date

if TYPE_CHECKING:
    from rag.store import Store

FilterName = Literal["publisher", "dates", "language", "document"]
"""What of `Filters` is set or dropped at once: both ends of the dates are one."""

# Names that an error offers in place of an unknown one, and how like it (0 to 100) they have to be.
_OFFERED, _LIKE = 3, 55

_WORDS = {
    "en": {
        "publisher": "publisher {}",
        "language": "language {}",
        "document": "article {}",
        "since": "since {}",
        "until": "until {}",
        "only": "Only: {}.",
        "inferred": "{} (from the question)",
        "ignored": "Nothing there is from: {}. Searched without that.",
        "nothing": "No article fits that.",
    },
    "id": {
        "publisher": "penerbit {}",
        "language": "bahasa {}",
        "document": "artikel {}",
        "since": "sejak {}",
        "until": "hingga {}",
        "only": "Hanya: {}.",
        "inferred": "{} (dari pertanyaan)",
        "ignored": "Tidak ada apa-apa dari: {}. Dicari tanpa itu.",
        "nothing": "Tidak ada artikel yang cocok.",
    },
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What every passage found has to be; "" asks for nothing. All that are set hold together.

    Attributes:
        publisher: its article's publisher, in any case of letters.
        since: ISO day, month or year. A passage is of a time if its article was published then, or if it mentions
            a date of that time; one without dates speaks of the dates before it in its article.
        until: likewise; that day, month or year included.
        language: ISO 639-1 code of its article, such as "id" or "fr".
        document: id of its article; the file's name or the title will do, where only one article has it.
        undated: whether `since` and `until` let through articles that nobody knows the publication date of.
    """

    publisher: str = ""
    since: str = ""
    until: str = ""
    language: str = ""
    document: str = ""
    undated: bool = field(default=False, kw_only=True)

    def __bool__(self) -> bool:
        return any((self.publisher, self.since, self.until, self.language, self.document))

    @property
    def names(self) -> tuple[FilterName, ...]:
        """What is asked for."""
        names: tuple[FilterName, ...] = ("publisher", "dates", "language", "document")
        return tuple(name for name in names if self.without(name) != self)

    def without(self, *names: str) -> Filters:
        """The same, but for these."""
        gone = {field for name in names for field in (("since", "until") if name == "dates" else (name,))}
        undated = self.undated and "dates" not in names
        return replace(self, undated=undated, **dict.fromkeys(gone, ""))

    def over(self, other: Filters) -> Filters:
        """These filters, and those of `other` that are not set here."""
        rest = other.without(*self.names)
        return Filters(
            self.publisher or rest.publisher,
            self.since or rest.since,
            self.until or rest.until,
            self.language or rest.language,
            self.document or rest.document,
            undated=self.undated or rest.undated,
        )

    def words(self, name: str, language: str) -> str:
        """One of them in words: "publisher CRI", "December 2019"."""
        say = _WORDS.get(language, _WORDS["en"])
        if name != "dates":
            return say[name].format(getattr(self, name))
        since, until = (format_date(DateSpan(iso), language) for iso in (self.since, self.until))
        if self.since and self.until:
            return since if self.since == self.until else f"{since} – {until}"
        return say["since"].format(since) if since else say["until"].format(until)


UNFILTERED = Filters()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a question's search was narrowed to.

    Attributes:
        filters: all that was in force.
        inferred: those of them that the question itself asks for ("menurut CNN Indonesia").
        ignored: what the question asks for too, but left nothing: the search went on without it.
    """

    filters: Filters = UNFILTERED
    inferred: Filters = UNFILTERED
    ignored: Filters = UNFILTERED

    def describe(self, language: str) -> str:
        """What a reader is told of it, in a line or two; "" where nothing was narrowed."""
        say = _WORDS.get(language, _WORDS["en"])
        only = [
            say["inferred"].format(words) if name in self.inferred.names else words
            for name in self.filters.names
            for words in (self.filters.words(name, language),)
        ]
        lines = [say["only"].format(", ".join(only))] if only else []
        if self.ignored:
            missing = ", ".join(self.ignored.words(name, language) for name in self.ignored.names)
            lines.append(say["ignored"].format(missing))
        return "\n".join(lines)


NOT_NARROWED = Narrowed()


def nothing_fits(language: str) -> str:
    """What is said where filters leave no passage."""
    return _WORDS.get(language, _WORDS["en"])["nothing"]


def settled(filters: Filters, store: Store) -> Filters:
    """The same filters, names spelled as the library has them.

    Raises:
        FilterError: the library has no such publisher, language or document, or a date is none; it names the
            nearest that there are.
    """
    _check_dates(filters)
    if filters.publisher:
        publisher = _named("publisher", filters.publisher, store.publishers())
        filters = replace(filters, publisher=publisher)
    if filters.language:
        filters = replace(filters, language=_named("language", filters.language, store.languages()))
    if filters.document:
        filters = replace(filters, document=_document(filters.document, store))
    return filters


def _check_dates(filters: Filters) -> None:
    for date in filter(None, (filters.since, filters.until)):
        if not is_date(date):
            raise FilterError(f'The date {date!r} is none; write it as "2017-12-17", "2017-12" or "2017".')
    # As texts, "2017-12" is before "2017-12-17"; a month's end is behind all of its days.
    if filters.since and filters.until and filters.since > f"{filters.until}-99":
        raise FilterError(f"Nothing is since {filters.since} and until {filters.until}: swap the two dates.")


def _named(name: str, wanted: str, known: Sequence[str]) -> str:
    same = [each for each in known if each.casefold() == wanted.strip().casefold()]
    if same:
        return same[0]
    # A code of two letters is like any other; there are few.
    offered = f"There are: {', '.join(known)}." if name == "language" and known else _nearest(wanted, known)
    raise FilterError(f"No article has the {name} {wanted!r}. {offered}")


def _document(wanted: str, store: Store) -> str:
    documents = store.documents()
    names = {document.id: (document.id, _stem(document.id), document.title) for document in documents}
    for place in range(3):
        same = [id for id, name in names.items() if name[place].casefold() == wanted.strip().casefold()]
        if len(same) == 1:
            return same[0]
        if same:
            some = ", ".join(same[:_OFFERED])
            raise FilterError(f"{len(same)} articles are called {wanted!r}. Name one by its id: {some}.")
    known = [name for each in names.values() for name in dict.fromkeys(each) if name]
    raise FilterError(f"No article is called {wanted!r}. {_nearest(wanted, known)}")


def _stem(id: str) -> str:
    return id.rpartition("/")[2].rpartition(".")[0]


def _nearest(wanted: str, known: Sequence[str]) -> str:
    found = process.extract(
        wanted, known, scorer=fuzz.WRatio, processor=str.casefold, limit=_OFFERED, score_cutoff=_LIKE
    )
    names = [name for name, _, _ in found] or sorted(known)[:_OFFERED]
    if not names:
        return "It is known of no article."
    return f"{'Nearest' if found else 'There are'}: {', '.join(names)}."
