"""Servers that are none: they run the text that a target rendered, on a clock of their own.

| stand-in     | what it runs                              | with                                  |
|--------------|-------------------------------------------|---------------------------------------|
| `asterisk`   | `extensions.conf`, strictly read          | Asterisk's own rules, written anew    |
| `freeswitch` | `dialplan.xml` and the Lua of a release   | a real Lua, a session that is none    |

Both play a call of a `line.Caller` to its end and give the trace that the target's own reader makes
of what happened. What the runtime answers comes by the real gateways, on the same clock. They are
held to the real servers by the transcripts beside this folder; what a stand-in does not know, it
refuses by a `StandInError`.
"""
