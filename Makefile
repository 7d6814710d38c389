# The only interface to the project: each target sets up what it needs.
#
#   make serve    the embedded release on http://127.0.0.1:8000
#   make test     every test, browser tests included
#   make check    formatting, lint, types
#   make build    a release from the publishers' raw files (SOURCES) into RELEASES
#   make bundle   the same, put into the package as the embedded release
#   make refresh  the newest figures from publishers' services, and a release of them into RELEASES
#   make bench    benchmarks: ratios measured in one run, with memory
#   make docs     method pages, made from the spec tests

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
SOURCES ?= ../shared/data
RELEASES ?= releases
WORKERS ?= 2

BIN := .venv/bin
RUN := $(BIN)/likeforlike

.PHONY: install install-dev chromium serve test check build refresh bundle bench docs clean

install: .venv/.runtime
install-dev: .venv/.dev

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "likeforlike needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.runtime: .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

.venv/.dev: .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# The browser tests drive a real Chromium. An installed one is used; otherwise the system's package is installed.
chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "No Chromium found. Install one (package 'chromium') and run again." >&2; exit 1; fi

serve: install
	$(RUN) serve --host $(HOST) --port $(PORT)

test: install-dev chromium
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

build: install
	$(RUN) build --sources $(SOURCES) --out $(RELEASES)

refresh: install
	$(RUN) refresh --sources $(SOURCES) --out $(RELEASES)

bundle: install
	$(BIN)/python -m likeforlike.pipeline.bundle $(SOURCES)

bench: install-dev
	$(BIN)/python -m benchmarks

docs: install-dev
	$(BIN)/python -m tests.spec.render_docs

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
