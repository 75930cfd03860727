"""The lab's ports, by the names that this server gives them. Knows nothing of what listens on them."""

from __future__ import annotations

from flowc.telephony import ports
from flowc_asterisk.lab.errors import LabUnavailable


class PortBlock(ports.PortBlock):
    """A thousand ports, ours until `release`."""

    __slots__ = ()

    @property
    def ami(self) -> int:
        """Where the server's manager interface listens."""
        return self.control


def take_ports() -> PortBlock:
    """A free block. Raises LabUnavailable where every block is taken."""
    try:
        block = ports.take_ports(PortBlock)
    except ports.NoPortsError as error:
        raise LabUnavailable(str(error), "stop other lab servers") from error
    assert isinstance(block, PortBlock)
    return block
