"""What is said: readers of values, free text made readable, engines, and rendered prompts.

Nothing here knows a telephone system or a flow; a prompt is a text, a language and a voice. Only
`readout` knows the words in which a graph says how a value is read.
"""
