"""A project's files into one bound program, and that program into a graph."""
