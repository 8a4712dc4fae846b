"""`python -m ui`: the chat page over the default corpus folder."""

import sys

import typer

from rag import open_library
from rag.errors import TanyaError
from ui.server import serve

if __name__ == "__main__":
    try:
        with open_library() as library:
            library.sync()
            library.read_ahead()
            serve(library)
    except TanyaError as error:
        typer.echo(error, err=True)
        sys.exit(1)
