"""Asterisk's manager interface, made safe: refuses what could break out of a line, loses no text."""
