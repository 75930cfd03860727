"""What is said: readers of values, free text made readable, engines, and rendered prompts.

Nothing here knows a telephone system or a flow's graph; a prompt is a text, a
language and a voice.
"""
