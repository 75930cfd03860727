"""How the server parts the argument of an application or a function. Knows neither."""

from __future__ import annotations

_SPECIAL = frozenset('()[]"\\')
_BLANK = "".join(map(chr, range(33)))


def separate(text: str, delimiter: str = ",", most: int = 100, *, raw: bool = False) -> list[str]:
    """The parts, `most` at the most; the last one is then the whole rest, as it stands.

    A delimiter within brackets or quotes, or behind a backslash, parts nothing. Quotes and
    backslashes are dropped unless `raw`.
    """
    if not text:
        return []
    if _SPECIAL.isdisjoint(text):
        return text.split(delimiter, most - 1)
    return _Separator(text, delimiter, most, raw=raw).parts


def stripped(text: str) -> str:
    """Without blanks at its ends. Bytes beyond ASCII, held as signs, are none."""
    return text.strip(_BLANK)


def padded(parts: list[str], count: int) -> list[str]:
    """Parts that were left out are empty."""
    return [*parts, *[""] * (count - len(parts))]


class _Separator:
    def __init__(self, text: str, delimiter: str, most: int, *, raw: bool) -> None:
        self.parts: list[str] = []
        self._text, self._delimiter, self._raw = text, delimiter, raw
        self._round = self._square = 0
        self._quoted = False
        at, ended = 0, False
        while at < len(text) and len(self.parts) < most - 1:
            at, ended = self._part(at)
        if at < len(text) or ended:
            self.parts.append(text[at:])

    def _part(self, at: int) -> tuple[int, bool]:
        """Take one part; where the next one begins, and whether a delimiter ended this one."""
        kept: list[str] = []
        while at < len(self._text):
            sign = self._text[at]
            at += 1
            if sign == '"' and self._delimiter != '"':
                self._quoted = not self._quoted
                if not self._raw:
                    continue
            elif sign == "\\":
                if self._raw:
                    kept.append(sign)
                sign = self._text[at : at + 1]
                at += 1
            elif sign == self._delimiter and not (self._round or self._square or self._quoted):
                self.parts.append("".join(kept))
                return at, True
            else:
                self._count(sign)
            kept.append(sign)
        self.parts.append("".join(kept))
        return at, False

    def _count(self, sign: str) -> None:
        match sign:
            case "(":
                self._round += 1
            case ")":
                self._round = max(self._round - 1, 0)
            case "[":
                self._square += 1
            case "]":
                self._square = max(self._square - 1, 0)
            case _:
                pass
