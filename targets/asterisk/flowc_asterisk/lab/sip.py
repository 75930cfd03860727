"""Where `flowc.telephony.sip` was; other modules of the lab still name it here."""

from flowc.telephony.sip import (
    Message,
    address_of,
    new_branch,
    new_token,
    parse,
    quoted,
    respond,
    tag_of,
    uri,
    user_of,
    write,
)

__all__ = [
    "Message",
    "address_of",
    "new_branch",
    "new_token",
    "parse",
    "quoted",
    "respond",
    "tag_of",
    "uri",
    "user_of",
    "write",
]
