"""KINDS: every kind, in the order in which the reference tells them."""

from __future__ import annotations

from flowc.kinds.base import NodeKind
from flowc.kinds.calling import CallNode, ReturnNode
from flowc.kinds.collect import CollectNode
from flowc.kinds.confirm import ConfirmNode
from flowc.kinds.deciding import BranchNode, HoursNode, SetNode, SwitchNode
from flowc.kinds.menu import MenuNode
from flowc.kinds.people import DialNode, QueueNode, TransferNode, VoicemailNode
from flowc.kinds.services import LookupNode, RequestNode, TicketNode
from flowc.kinds.speaking import HangupNode, LanguageNode, MarkNode, SayNode

KINDS: tuple[type[NodeKind], ...] = (
    SayNode,
    MenuNode,
    CollectNode,
    ConfirmNode,
    SetNode,
    BranchNode,
    SwitchNode,
    HoursNode,
    LookupNode,
    RequestNode,
    TicketNode,
    QueueNode,
    TransferNode,
    DialNode,
    VoicemailNode,
    CallNode,
    ReturnNode,
    MarkNode,
    LanguageNode,
    HangupNode,
)
BY_KEYWORD = {kind.keyword: kind for kind in KINDS}
