"""The flow graph: blocks of straight-line operations, each with one exit. The floor of the compiler."""
