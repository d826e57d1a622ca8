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
# the language server by which editors know YAML; the JSON Schema of SARIF, which this package brings along; what
# looks for barriers in a page
NPM_PACKAGES := yaml-language-server@1.25.0 @microsoft/jest-sarif@1.0.0-beta.0 axe-core@4.14.1

.PHONY: deck check test coverage matrix soak same lint format docs pictures bench clean look

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

# whether the program makes the same of the same decks as that of another commit: make same BASE=main
same: $(VENV)/test
	$(BIN)/python -m tests.same $(BASE)

lint: $(VENV)/test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml

format: $(VENV)/test
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

docs: $(VENV)/deck
	$(BIN)/python docs/write_codes.py
	$(BIN)/python docs/draw_wings.py

pictures: $(VENV)/test
	$(BIN)/python docs/draw_social.py
	$(BIN)/python docs/take_pictures.py

bench: $(VENV)/test
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/read.py
	$(BIN)/python benchmarks/diff.py

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
	$(PIP) install -c constraints.txt -e '.[lint,bench]'
	@touch $@ $(VENV)/deck

$(VENV)/ankis/%/done: $(BIN)/python$(EXE)
	$(PYTHON) -m venv $(VENV)/ankis/$*
	$(VENV)/ankis/$*/$(SUB)/python -m pip --disable-pip-version-check --quiet install 'setuptools<80' anki==$*
	@touch $@

$(VENV)/desktop/done: Makefile | $(BIN)/python$(EXE)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/$(SUB)/python -m pip --disable-pip-version-check --quiet install '$(DESKTOP)' && touch $@ \
		|| echo "the tests in the desktop Anki are skipped: it cannot be installed here"

$(VENV)/npm/done: Makefile | $(BIN)/python$(EXE)
	@mkdir -p $(@D)
	@npm install --prefix $(@D) --package-lock=false --ignore-scripts --no-audit --no-fund --loglevel=error \
		$(NPM_PACKAGES) && touch $@ \
		|| echo "the tests of what editors see are skipped: they need Node 20 or newer, with npm"
