"""tanya: questions over a folder of news articles, every statement pinned to its sentence."""
