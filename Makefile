# flowc: `make demo` is the first thing to try, `make test` the whole suite.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed
TARGET ?= asterisk

.PHONY: setup demo test test-injection coverage lint types generate exits transcripts lock clean bench-asterisk bench-freeswitch bench-simulator fuzz fuzz-agreement bench-at-once

setup: $(STAMP)

# Exact versions with their hashes; the file names no host, so pip asks whatever it is set up to ask.
# It names all of them, so nothing is left to resolve: a resolver would look at newer releases, too,
# and older pips then refuse an extra (`coverage[toml]`) of a package whose newest is not the one named.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "flowc needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@test -x $(RUN)/python || $(PYTHON) -m venv $(VENV) \
	  || { echo "python can't make a virtual environment; on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	$(RUN)/python -m pip check --quiet --disable-pip-version-check
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup
	@mkdir -p demo-out
	$(RUN)/python flows/seed.py demo-out/billing.db >/dev/null
	BILLING_URL=sqlite:///$(CURDIR)/demo-out/billing.db $(RUN)/flowc demo flows --on $(TARGET) \
	  --call flows/demo/unsuspend.call.yaml --lang zh $(if $(STAY),--stay)

test: setup
	$(RUN)/python -m pytest -n 2 --dist loadscope

# Hostile words from every source into every sink, on the real servers: a quarter of an hour on two cores.
# EVERY=10 takes a tenth of them, ONLY=asterisk one server.
test-injection: setup
	$(RUN)/python -m tests.injection $(if $(EVERY),--every $(EVERY)) $(if $(ONLY),--only $(ONLY))

# Branches too; SERVERS=no leaves the real servers out. The pages of every file: build/coverage/index.html
coverage: setup
	$(RUN)/python -m pytest -n 2 --dist loadscope $(if $(filter no,$(SERVERS)),--ignore tests/pbx) \
	  --cov --cov-branch --cov-report=html:build/coverage --cov-report=term:skip-covered

lint: setup
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/mypy examples/card_target/flowc_card

# Let a real server play the calls that its stand-in is held to, and keep what it did.
transcripts: setup
	PYTHONPATH=tests/agreement:tests/pbx $(RUN)/python -m transcripts.record $(TARGET) $(SETS)

generate: setup
	$(RUN)/python -m flowc.describe

# The table of docs/reference/agreement.md, from calls on the simulator and on both servers.
exits: setup
	$(RUN)/python tests/agreement/every_exit/write_table.py docs/reference/agreement.md

# Renew the exact versions. What is written names no host and no path.
lock:
	$(RUN)/python -m piptools compile --quiet --all-extras --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
	  --output-file requirements.txt pyproject.toml

bench-asterisk bench-freeswitch bench-simulator: bench-%: setup
	$(RUN)/python benchmarks/$*.py

# Random flows and callers on the simulator, the stand-ins and the real servers that there are. Long:
# what is done stands in .fuzz-agreement, and the same command goes on where it was stopped.
fuzz-agreement: setup
	$(RUN)/python tests/agreement/fuzz_agreement.py $(or $(N),200) \
	  $(foreach NAME,$(or $(ON),stand-ins asterisk freeswitch),--on $(NAME)) $(if $(SECONDS),--seconds $(SECONDS))

# N calls of the hotline live together on one server, every trace equal to the simulator's.
bench-at-once: setup
	$(RUN)/python benchmarks/at_once.py $(TARGET) $(or $(N),200)

# Goes on where it stopped; SEED=2 begins another run, SECONDS=240 does a part of it.
fuzz: setup
	$(RUN)/python benchmarks/fuzz_projects.py $(or $(N),200000) --seed $(or $(SEED),1) $(if $(SECONDS),--seconds $(SECONDS))

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
