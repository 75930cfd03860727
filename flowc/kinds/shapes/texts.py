"""Shapes of what is said: texts, prompts, ladders of texts."""

from __future__ import annotations

from flowc.diagnostics.codes import flows as codes
from flowc.diagnostics.model import Words, closest, note
from flowc.kinds.parts import Saying, Speech, Text
from flowc.kinds.shapes.base import JsonSchema, Place, first_line
from flowc.kinds.shapes.words import FORMULA, VARIABLE, one_of
from flowc.source import Span
from flowc.syntax.tree import Mapping, Scalar, Sequence, Tree

LANGUAGES_LISTED = Words(
    "if the project speaks `{name}`, add it to `languages:` of flowc.yaml; said here once for all texts",
    "项目若要用 `{name}`，请加进 flowc.yaml 的 `languages:`；其他文字里的同样问题不再重复",
)


class TextShape:
    """A text: inline in the first language, inline by language, or `@id` of prompts.csv."""

    expected = Words("a text", "一段文字")
    example = "请选择。"

    def read(self, tree: Tree, place: Place) -> Text | None:
        match tree:
            case Scalar(text=text, span=span) if text.startswith("@") and len(text) > 1:
                return Text(text[1:], (), span, named=True)
            case Scalar(text=text, span=span) if text.strip():
                first = place.languages[0]
                return Text(place.id, ((first, text),), span, places=((first, span),))
            case Mapping(entries=entries, span=span) if entries:
                return self._by_language(tree, place)
        place.wrong(tree, self.expected, self.example)
        return None

    def _by_language(self, tree: Mapping, place: Place) -> Text | None:
        texts: list[tuple[str, str]] = []
        places: list[tuple[str, Span]] = []
        for entry in tree:
            if entry.key.text not in place.languages:
                self._unknown_language(entry.key, place)
                return None
            if not isinstance(entry.value, Scalar) or not entry.value.text.strip():
                place.wrong(entry.value, self.expected, self.example)
                return None
            texts.append((entry.key.text, entry.value.text))
            places.append((entry.key.text, entry.value.span))
        return Text(place.id, tuple(texts), first_line(tree), places=tuple(places))

    def _unknown_language(self, key: Scalar, place: Place) -> None:
        """Said once for a language: what is amiss is the list in flowc.yaml, not each text."""
        listed = ", ".join(place.languages)
        place.report.report_once(
            codes.WRONG_SHAPE,
            key.span,
            note(None, LANGUAGES_LISTED, name=key.text),
            name=f"`{key.text}`",
            expected=f"a text by language ({listed})",
            expected_zh=f"按语言写的文字（{listed}）",
            example="{" + ", ".join(f"{each}: ..." for each in place.languages) + "}",
        )

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/text"}


TEXT = TextShape()


class SpeechShape:
    """A text, or a list of texts and of parts with `when`, `each`, `bargein`."""

    expected = Words("a text or a list of texts", "一段文字，或多段文字的列表")
    example = "您的余额为{customer.balance}。"

    def read(self, tree: Tree, place: Place) -> Speech | None:
        if isinstance(tree, Sequence):
            found = [
                self._saying(item, place.under(str(number))) for number, item in enumerate(tree, 1)
            ]
            return tuple(saying for saying in found if saying)
        saying = self._saying(tree, place)
        return (saying,) if saying else None

    def _saying(self, tree: Tree, place: Place) -> Saying | None:
        if isinstance(tree, Mapping) and tree.get("text") is not None:
            return self._detailed(tree, place)
        text = TEXT.read(tree, place)
        return Saying(text, text.span) if text else None

    def _detailed(self, tree: Mapping, place: Place) -> Saying | None:
        known = ("text", "when", "each", "as", "empty", "bargein")
        for entry in tree:
            if entry.key.text not in known:
                place.report.report(
                    codes.UNKNOWN_FIELD,
                    entry.key.span,
                    kind="say",
                    name=entry.key.text,
                    **closest(entry.key.text, known),
                )
        written = tree.get("text")
        text = TEXT.read(written, place) if written is not None else None
        if text is None:
            return None
        when, each, empty = tree.get("when"), tree.get("each"), tree.get("empty")
        item, bargein = tree.get("as"), tree.get("bargein")
        name = VARIABLE.read(item, place.under("as")) if item is not None else None
        deaf = (
            one_of("keys", "none").read(bargein, place.under("bargein"))
            if bargein is not None
            else "keys"
        )
        return Saying(
            text,
            first_line(tree),
            when=FORMULA.read(when, place) if when is not None else None,
            each=FORMULA.read(each, place) if each is not None else None,
            item=name.text if name else "item",
            empty=TEXT.read(empty, place.under("empty")) if empty is not None else None,
            deaf=deaf == "none",
        )

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/speech"}


SPEECH = SpeechShape()


class LadderShape:
    """A text, or a list of texts said one after another as attempts go by."""

    expected = Words(
        "a text, or a list of texts for the 1st, 2nd ... time", "一段文字，或按次数的文字列表"
    )
    example = '["请输入八位客户编号。", "没有听到您的按键，请再输入一次。"]'

    def read(self, tree: Tree, place: Place) -> tuple[Text, ...] | None:
        if isinstance(tree, Sequence) and tree.items:
            found = [TEXT.read(item, place.under(str(at))) for at, item in enumerate(tree, 1)]
            return tuple(text for text in found if text)
        text = TEXT.read(tree, place)
        return (text,) if text else None

    def schema(self) -> JsonSchema:
        return {
            "oneOf": [
                {"$ref": "#/$defs/text"},
                {"type": "array", "items": {"$ref": "#/$defs/text"}},
            ]
        }


LADDER = LadderShape()
