"""Surfaces: texts that authors write, read into one tree that remembers where every word stood."""
