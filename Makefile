# Every target sets up what it needs, and skips what is done.
PYTHON ?= python3
BIN := .venv/bin
# With uv's default hard links nltk, inside llama-index, refuses its own files and every sentence splitter fails.
export UV_LINK_MODE := copy
Q ?= when did Putin thank Trump
# The shell takes the question from the environment: quotes and dollars in it stay what they are.
export Q

.PHONY: help setup ask chat sync test test-ollama lint check eval lock clean

help: ## show what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo '  make ask Q="your question"'

ask: setup ## answer one question: make ask Q="when did Putin thank Trump"
	@$(BIN)/tanya ask "$$Q"

chat: setup ## open the chat page on http://127.0.0.1:7860
	@$(BIN)/tanya chat

sync: setup ## read the articles in corpus/ into the library
	@$(BIN)/tanya sync

test: .venv/.installed ## run the tests (with chromium, installed where it is missing)
	@TANYA_LLM=embedded $(BIN)/tanya setup
	@sh tests/install_chromium.sh
	@$(BIN)/python -m pytest

test-ollama: .venv/.installed ## run the tests with a real Ollama (built where it is missing and Go is there)
	@TANYA_LLM=embedded $(BIN)/tanya setup
	@sh tests/install_ollama.sh
	@$(BIN)/python -m pytest -m ollama -rs

lint: .venv/.installed ## formatting, lint and types
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && $(BIN)/mypy rag ui eval

check: lint test-ollama test ## what CI runs: lint, then all tests

eval: setup ## measure the answers on the gold questions, into eval/results/
	@$(BIN)/tanya eval

setup: .venv/.installed ## install packages and, where Ollama has no chat model, llama.cpp and the embedded one
	@$(BIN)/tanya setup

.venv/.installed: requirements.lock pyproject.toml
	@echo "Installing packages into .venv (about a minute, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "python3 -m venv failed. On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

lock: ## renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-find-links \
		--python-version 3.11 --all-extras --group dev pyproject.toml -o requirements.lock

clean: ## remove the environment and the library; the chat model stays in the user's cache
	@rm -rf .venv .tanya
