"""The child process that reads PDF, DOCX and HTML: `python parsers.py .pdf < file` prints JSON.

Such a file can make its parser run for hours or take all memory. So `rag.formats` runs this as a program of
its own that can be killed, and it imports nothing of this project: it starts fast and stays small.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.table import _Row
    from docx.text.paragraph import Paragraph

MEMORY = 1 << 30  # bytes; a newspaper's page takes a tenth of it
SECONDS = 30

_PAGES = 2000
_SITE_WORDS = 4  # more are the end of a headline with a dash in it
_ENTRIES = 2000  # files in a .docx; a long report with pictures has a few hundred
_UNPACKED = 100 << 20  # bytes
_RATIO = 100  # unpacked to packed; text and XML stay below 30
_SMALL = 1 << 20  # bytes; below it any ratio is harmless
_HIDDEN = (  # what a reader of the page does not see must not be read out to him either
    "//script | //style | //template | //noscript | //*[@hidden] | //*[@aria-hidden='true']"
    " | //*[contains(translate(@style, ' ', ''), 'display:none')]"
    " | //*[contains(translate(@style, ' ', ''), 'visibility:hidden')]"
)


class UnreadableError(Exception):
    """The message says why, in words for the user."""


def pdf(data: bytes) -> dict[str, str]:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError("the PDF is encrypted: save a copy without a password")
    if len(reader.pages) > _PAGES:
        raise UnreadableError(f"the PDF has more than {_PAGES} pages: split it into articles")
    text = "\n".join(page.extract_text() for page in reader.pages)
    return {"text": text, "title": str((reader.metadata and reader.metadata.title) or "")}


def docx(data: bytes) -> dict[str, str]:
    import docx as python_docx

    _check_zip(data)
    document = python_docx.Document(io.BytesIO(data))
    blocks = [
        "\n".join(_row(row) for row in block.rows) if hasattr(block, "rows") else _paragraph(block)
        for block in document.iter_inner_content()
    ]
    return {"text": "\n".join(blocks), "title": document.core_properties.title or ""}


def html(data: bytes) -> dict[str, str]:
    import lxml.html
    import trafilatura

    tree = lxml.html.document_fromstring(data.decode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    page = tree.findtext(".//title") or ""
    for element in tree.xpath(_HIDDEN):
        if element.getparent() is not None:
            element.drop_tree()
    dates = {"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%d"}
    found = trafilatura.bare_extraction(tree, with_metadata=True, include_comments=False, date_extraction_params=dates)
    said = found.as_dict() if found else {}
    names = {"text": "text", "title": "title", "publisher": "sitename", "published": "date", "url": "url"}
    told = {name: str(said.get(field) or "") for name, field in names.items()}
    if not told["publisher"] or told["publisher"] == told["title"]:
        told["publisher"] = _site(page, told["title"])
    return told


def _site(page: str, title: str) -> str:
    """The site's name in a page's title: "Ferry capsizes | Asia | The Meridian Post"."""
    *rest, site = (part.strip() for part in re.split(r"\s[|–—»-]\s", page))
    of_headline = site in title and title != page.strip()
    return site if rest and not of_headline and len(site.split()) <= _SITE_WORDS else ""


PARSERS: dict[str, Callable[[bytes], dict[str, str]]] = {
    ".pdf": pdf,
    ".docx": docx,
    ".html": html,
    ".htm": html,
}


def _check_zip(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if len(entries) > _ENTRIES or size > _UNPACKED or (size > _SMALL and size / packed > _RATIO):
        raise UnreadableError("unpacked, the file is far larger than an article can be")


def _row(row: _Row) -> str:
    return " | ".join(cell.text for cell in row.cells)


def _paragraph(paragraph: Paragraph) -> str:
    """Return the paragraph's text without the parts that are formatted as hidden."""
    runs = [run for part in paragraph.iter_inner_content() for run in (part.runs if hasattr(part, "runs") else [part])]
    return "".join(run.text for run in runs if not run.font.hidden)


def _limit() -> None:
    """Bound this process where the system knows such limits; the caller's time limit holds everywhere."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main(suffix: str) -> None:
    data = sys.stdin.buffer.read()
    _limit()
    try:
        said = PARSERS[suffix](data)
    except UnreadableError as error:
        said = {"error": str(error)}
    except MemoryError:
        said = {"error": "it takes too much memory to read"}
    except Exception as error:  # a damaged file makes a parser raise whatever it likes
        said = {"error": f"the {suffix[1:].upper()} file is damaged ({type(error).__name__}): save it again"}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1])
