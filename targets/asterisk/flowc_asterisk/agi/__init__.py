"""The gateway that answers the AGI requests of live calls: one short conversation a question."""
