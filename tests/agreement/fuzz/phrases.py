"""Random texts in the languages of a project: plain ones, ones with values in them, whole prompts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flowc.syntax.write_yaml import Value
from fuzz.chance import Chance
from fuzz.expressions import Formulas, Known, inside
from fuzz.things import FieldType, ListOf, RecordOf, Things

WORDS = {
    "zh": (
        "您好",
        "请稍候",
        "宽带业务",
        "感谢来电",
        "已为您办理",
        "查询结果",
        "请输入编号",
        "夜间值班",
    ),
    "en": (
        "Good morning",
        "one moment",
        "about your line",
        "thank you",
        "it is done",
        "here it is",
        "your number please",
        "the night desk",
    ),
}
NAMES = {
    "zh": ("余额", "报修", "人工", "缴费", "进度"),
    "en": ("balance", "repairs", "a person", "bills", "orders"),
}
ENDS = {"zh": "。", "en": "."}


@dataclass
class Phrases:
    """Makes texts. `rows` gathers those that stand in prompts.csv."""

    chance: Chance
    things: Things
    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def text(self, *holes: str) -> Value:
        """A text in every language of the project; `holes` are read out in it."""
        places = self.chance.sample_order(len(holes))
        said = {
            language: self._sentence(language, [holes[at] for at in self._order(language, places)])
            for language in self.things.languages
        }
        if not holes and self.chance.odds(0.08):
            return self._named(said)
        first = self.things.languages[0]
        return said[first] if len(said) == 1 else said

    def _order(self, language: str, places: list[int]) -> list[int]:
        """Another language has its values in another order."""
        return places if language == self.things.languages[0] else places[::-1]

    def _sentence(self, language: str, holes: list[str]) -> str:
        words = [self.chance.pick(WORDS[language])]
        for hole in holes:
            words += [f"{{{hole}}}", self.chance.pick(WORDS[language])]
        if holes and self.chance.odds(0.3):
            words.pop()
        space = "" if language == "zh" else " "
        return space.join(words) + ENDS[language]

    def _named(self, said: dict[str, str]) -> str:
        id_ = f"row_{len(self.rows) + 1}"
        self.rows.append((id_, said))
        return f"@{id_}"

    def name(self) -> Value:
        """What a choice is called."""
        said = {language: self.chance.pick(NAMES[language]) for language in self.things.languages}
        return said if len(said) > 1 else said[self.things.languages[0]]

    def table(self) -> str:
        """prompts.csv."""
        head = ",".join(("id", *self.things.languages))
        lines = [",".join((id_, *texts.values())) for id_, texts in self.rows]
        return "".join(f"{line}\n" for line in (head, *lines))

    # --- prompts: several texts, with conditions, lists and parts that are heard whole

    def plain(self, most: int = 2) -> Value:
        """One text or a few."""
        texts = [self.text() for _ in range(self.chance.number(1, most))]
        return texts[0] if len(texts) == 1 else texts

    def prompt(self, formulas: Formulas, values: list[Known], *, deaf: bool = False) -> Value:
        """A prompt that may read out values. `deaf`: its first part may be heard whole."""
        parts = [self._part(formulas, values) for _ in range(self.chance.number(1, 3))]
        if deaf and self.chance.odds(0.3):
            parts.insert(0, {"text": self.text(), "bargein": "none"})
        return parts[0] if len(parts) == 1 else parts

    def _part(self, formulas: Formulas, values: list[Known]) -> Value:
        ready = [one for one in values if one.is_set]
        unsure = [one for one in values if not one.is_set]
        if unsure and self.chance.odds(0.25):
            one = self.chance.pick(unsure)
            return {"when": f"{one.path} is set", "text": self.text(one.path)}
        holes = [one.path for one in self.chance.some(ready, 2)] if self.chance.odds(0.3) else []
        if self.chance.odds(0.25):
            return {"when": formulas.condition(1), "text": self.text(*holes)}
        return self.text(*holes)

    def each(self, path: str, type_: ListOf, formulas: Formulas) -> Value:
        """A part for every item of a list."""
        holes = [f"one{suffix}" for suffix in _readable(type_.item)]
        said: dict[str, Value] = {
            "each": path,
            "as": "one",
            "text": self.text(*self.chance.some(holes, 2)),
        }
        if self.chance.odds(0.4):
            of_item = (*formulas.known, *inside("one", type_.item, is_set=True))
            said["when"] = replace(formulas, known=of_item).condition(1)
        if self.chance.odds(0.5):
            said["empty"] = self.text()
        return said


def _readable(item: FieldType) -> list[str]:
    """What can be read out of an item, as it stands behind the item's name."""
    match item:
        case RecordOf(fields=fields):
            return [f".{name}" for name, type_ in fields.items() if type_ != "bool"]
        case "bool" | ListOf():
            return []
        case _:
            return [""]
