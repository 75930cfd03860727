"""Random projects and random callers, on every executor. `python tests/agreement/fuzz_agreement.py`."""
