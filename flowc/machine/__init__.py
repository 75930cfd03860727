"""The call machine: what a flow graph means, moved by events and a clock that others hold."""
