"""Findings about the author's files: codes, the model, and the writers."""
