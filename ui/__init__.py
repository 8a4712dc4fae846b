"""The chat page: imports rag, nothing imports it."""

import os

# gradio and huggingface_hub read these when first imported, so they are set before any module of ui is.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
