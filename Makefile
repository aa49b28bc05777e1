# make run    everything a newcomer needs: environment, index, search page
# make test   everything a developer needs before a commit
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNNING := $(VENV)/.running
DEVELOPING := $(VENV)/.developing
STOCK := .venv-whoosh-stock

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-whoosh-stock test-cluster lint lock mutation screenshots manual dist release

help: ## show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 16

run: $(RUNNING) ## bring the index up to date and serve the search page (CORPUS=~/archives, PORT=8000)
	@$(BIN)/searchapp reindex $(if $(CORPUS),"$(CORPUS)") $(if $(CORPUS),,|| $(BIN)/searchapp status >/dev/null)
	@$(BIN)/searchapp serve $(if $(PORT),--port $(PORT))

test: $(DEVELOPING) lint ## run every check: lint, types, import rules, tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

test-fast: $(DEVELOPING) ## run the tests that are not slow, in less than a minute
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m "not slow" --durations=10 $(ARGS)

test-whoosh-stock: ## run the contract and Whoosh tests on stock Whoosh 2.7.4 and zlib, in an environment of their own
	@$(PYTHON) -m venv $(STOCK)
	@$(STOCK)/bin/pip -qq --disable-pip-version-check install --require-hashes --requirement requirements-dev.lock
	@$(STOCK)/bin/pip -qq --disable-pip-version-check uninstall --yes whoosh3 isal
	@$(STOCK)/bin/pip -qq --disable-pip-version-check install --require-hashes --requirement tests/engines/whoosh-stock.txt
	@$(STOCK)/bin/python -m pytest -n auto --maxprocesses 4 --dist worksteal tests/contract tests/engines/test_whoosh*.py $(ARGS)

test-cluster: $(DEVELOPING) ## run the contract tests on three nodes of OpenSearch (needs a JDK and Maven)
	@$(BIN)/python -m tests.cluster $(ARGS)

lint: $(DEVELOPING) ## check style, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

mutation: $(DEVELOPING) ## change the code place by place and see whether its tests notice (MODULES=..., SAMPLE=40)
	@$(BIN)/python -m tests.mutation $(MODULES) $(if $(SAMPLE),--sample $(SAMPLE))

screenshots: $(DEVELOPING) ## take the pictures of the documentation again (needs Chromium)
	@$(BIN)/python -m scripts.screenshots

manual: $(DEVELOPING) ## write the manual pages again, from the help of the commands and the table of settings
	@$(BIN)/python -m scripts.manual

dist: $(DEVELOPING) ## build wheel, source archive and list of components into dist/
	@$(BIN)/python -m scripts.packages

COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-find-links --quiet

# The second lock is compiled with the first as its constraint, so that both pin the same versions.
lock: $(DEVELOPING) ## choose new versions of the dependencies and pin them, for running and for developing
	@$(BIN)/$(COMPILE) --group build --extra formats --extra fast --upgrade --output-file requirements.lock
	@$(BIN)/$(COMPILE) --group dev --upgrade -c requirements.lock --output-file requirements-dev.lock

release: $(DEVELOPING) ## show how VERSION=1.2.3 would be released (REALLY=1 does it: changelog, packages, commit, tag)
	@$(BIN)/python scripts/release.py $(VERSION) $(if $(REALLY),--really)

$(RUNNING): requirements.lock pyproject.toml scripts/environment.py
	@$(PYTHON) scripts/environment.py requirements.lock
	@touch $@

# What developing needs contains what running needs.
$(DEVELOPING): requirements-dev.lock pyproject.toml scripts/environment.py
	@$(PYTHON) scripts/environment.py requirements-dev.lock
	@touch $@ $(RUNNING)
