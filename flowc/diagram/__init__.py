"""Pictures of a flow graph: DOT, SVG, PNG and Mermaid. `draw.draw` is the door; no telephone system is known."""
