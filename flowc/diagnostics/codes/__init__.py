"""The words of every finding: one file for each hundred of numbers."""
