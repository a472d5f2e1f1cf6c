# All happens in .venv, which is made when it is missing and refreshed when pyproject.toml changes.
# A machine that has a compiler, Cairo and Pango needs neither root nor its package manager.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
# the newest that will do, or the one that is asked for: make PYTHON=...
ifeq ($(origin PYTHON),undefined)
PYTHON := python3
CANDIDATES := python3.13 python3.12 python3.11 python3
else
CANDIDATES := "$(PYTHON)"
endif
JOBS ?= 2
GALLERY := renders/gallery
FIGURES := compare dense feedforward unroll architectures bptt batching vanishing lstm-gates \
  gru-gates conventions stacked bidirectional heat

INSTALL := $(BIN)/python -m pip -qq --disable-pip-version-check install
STILL := $(BIN)/rnnviz render --still -r 1280,720 --quiet --force
MOVING := $(BIN)/rnnviz render -r 854,480 --fps 10 --steps 2 --pace 0.6 --quiet --force
# pycairo and manimpango are built from source where there is no wheel for them
DEBIAN := libcairo2-dev libpango1.0-dev pkg-config python3-dev python3-venv gcc
# new enough, able to make an environment, and with the headers to build against
USABLE := import ensurepip, os, sys, sysconfig; \
	include = sysconfig.get_path("include"); \
	sys.exit(sys.version_info < (3, 11) or not os.path.exists(os.path.join(include, "Python.h")))

# for the tests of the player; a browser that is there already will do
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable

define RECAP
$(STILL) $(1) -o $(GALLERY)/$(1).png

endef

# runs a command of the system's package manager as root
define AS_ROOT
if [ "$$(id -u)" = 0 ]; then run=; \
elif command -v sudo >/dev/null; then run=sudo; \
else echo "wanted root or sudo to install: $(1)" >&2; exit 1; fi; \
$$run apt-get -qq update; \
$$run env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $(1) >/dev/null
endef

define FIND_PYTHON
for python in $(CANDIDATES); do \
	"$$python" -c '$(USABLE)' 2>/dev/null && break; python=; done
endef

.PHONY: help demo test lint sheets sweep bench gallery system browser clean

help: ## list what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
	while IFS='|' read -r target what; do printf '%-14s %s\n' "$$target" "$$what"; done

demo: $(VENV)/.installed ## set up, then render the LSTM demo as a video
	@echo "Rendering the LSTM demo at 720p; this takes less than a minute. The video:"
	@$(BIN)/rnnviz render lstm -qm --force
	@echo "More: $(BIN)/rnnviz scenes, $(BIN)/rnnviz render --help, and the README."

test: browser $(VENV)/.installed-test ## set up, then run every test (JOBS at a time)
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal

lint: $(VENV)/.installed-lint ## set up, then check rules, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

sheets: $(VENV)/.installed ## draw every beat of all scenes on contact sheets in renders/sheets
	$(BIN)/python tools/contact_sheets.py

sweep: $(VENV)/.installed-test ## look for faults in the pictures of all scenes, sizes and themes
	$(BIN)/python tools/sweep.py --jobs $(JOBS)

# freed memory stays with the process, so that no side waits for the system to hand out new pages
bench: browser $(VENV)/.installed-test ## compare speeds: the core's with PyTorch's, the player's with the core's, renders with manim's
	MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 $(BIN)/python benchmarks/core.py
	$(BIN)/python benchmarks/player.py
	$(BIN)/python benchmarks/rendering.py

gallery: browser $(VENV)/.installed-test ## render everything in renders/gallery again
	@mkdir -p $(GALLERY)
	$(STILL) legend -o $(GALLERY)/legend.png
	$(STILL) rnn -o $(GALLERY)/rnn.png
	$(STILL) rnn --beat t1.h_h -o $(GALLERY)/rnn-h_h.png
	$(STILL) rnn --beat t1.h_pre -o $(GALLERY)/rnn-h_pre.png
	$(STILL) rnn --beat t1.h -o $(GALLERY)/rnn-h.png
	$(MOVING) rnn -o $(GALLERY)/rnn.gif
	$(STILL) lstm -o $(GALLERY)/lstm.png
	$(STILL) lstm --beat t1.f -o $(GALLERY)/lstm-f.png
	$(STILL) lstm --beat t1.c -o $(GALLERY)/lstm-c.png
	$(STILL) lstm --beat t1.h -o $(GALLERY)/lstm-h.png
	$(MOVING) lstm -o $(GALLERY)/lstm.gif
	$(STILL) gru -o $(GALLERY)/gru.png
	$(STILL) gru --beat t1.r -o $(GALLERY)/gru-r.png
	$(STILL) gru --beat t1.n -o $(GALLERY)/gru-n.png
	$(STILL) gru --beat t1.h -o $(GALLERY)/gru-h.png
	$(MOVING) gru -o $(GALLERY)/gru.gif
	$(foreach name,$(FIGURES),$(call RECAP,$(name)))
	$(BIN)/python tools/player_pictures.py $(GALLERY)

clean: ## remove .venv, builds and caches, but no renders
	rm -rf $(VENV) build dist media *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find rnnviz scenes tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

system:
	@set -e; $(FIND_PYTHON); \
	if [ -n "$$python" ] && command -v cc >/dev/null && command -v pkg-config >/dev/null \
	  && pkg-config --exists cairo pangocairo; then exit 0; fi; \
	if command -v apt-get >/dev/null; then \
	  echo "Installing $(DEBIAN) ..."; $(call AS_ROOT,$(DEBIAN)); \
	elif command -v brew >/dev/null; then \
	  echo "Installing cairo pango pkg-config ..."; brew install --quiet cairo pango pkg-config; \
	else echo "wanted apt-get or brew; please install Cairo and Pango with headers," \
	  "pkg-config and a C compiler" >&2; exit 1; fi

browser:
	@set -e; for name in $(BROWSERS); do if command -v $$name >/dev/null; then exit 0; fi; done; \
	if command -v apt-get >/dev/null; then \
	  echo "Installing chromium ..."; $(call AS_ROOT,chromium); \
	elif command -v brew >/dev/null; then \
	  echo "Installing chromium ..."; brew install --quiet --cask chromium; \
	else echo "wanted apt-get or brew; please install Chromium or Chrome" >&2; exit 1; fi

$(VENV)/.python:
	@$(MAKE) --no-print-directory system
	@set -e; if ! $(BIN)/python -c '' 2>/dev/null; then \
	  $(FIND_PYTHON); \
	  if [ -z "$$python" ]; then \
	    echo "wanted Python 3.11 or newer with venv and headers, got $$("$(PYTHON)" --version 2>&1);" \
	      "make PYTHON=... names another" >&2; exit 1; fi; \
	  echo "Making $(VENV) with $$("$$python" --version) ..."; \
	  "$$python" -m venv --clear $(VENV); fi
	@$(INSTALL) 'pip>=25.1'
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.python
	@echo "Installing rnnviz; the first time this takes a minute ..."
	@$(INSTALL) -e .
	@touch $@

# most of their modules are never imported, so Python compiles those that are; not so above, where
# pip hides what Python says of a module of manim's as it compiles it
$(VENV)/.installed-test: $(VENV)/.installed
	@echo "Installing what the tests compare with, such as torch; this takes another minute ..."
	@$(INSTALL) --no-compile -e '.[cluster,readers,widget]' --group test --group oracle
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed
	@$(INSTALL) --no-compile --group lint
	@touch $@
