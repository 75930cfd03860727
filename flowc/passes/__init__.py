"""Passes over the graph: `find_*` report and change nothing, the rest rewrite. One file each."""
