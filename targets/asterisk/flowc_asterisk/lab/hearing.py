"""Where `flowc.telephony.hearing` was; other modules of the lab still name it here."""

from flowc.telephony.hearing import (
    Heard,
    PromptBook,
    find_prompts,
    load_prompt,
)

__all__ = [
    "Heard",
    "PromptBook",
    "find_prompts",
    "load_prompt",
]
