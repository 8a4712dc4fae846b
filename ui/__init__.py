"""The chat page: imports rag, nothing imports it."""

import os

# Read by gradio and huggingface_hub when they are first imported, so they are set here, before any of ui's modules.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
