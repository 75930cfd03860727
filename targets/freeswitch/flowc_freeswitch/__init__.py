"""The FreeSWITCH target: XML entry and one Lua interpreter over tables made from a flow graph."""
