"""Which addresses a service may be at unless its project allows private ones."""

import pytest

from flowc.runtime.services.addresses import _is_public

PUBLIC = (
    "1.1.1.1",
    "2606:4700:4700::1111",
    "2606:4700:4700::1111%eth0",
    "::ffff:1.1.1.1",
    "::1.1.1.1",
    "64:ff9b::101:101",
    "::ffff:0:101:101",
    "2002:101:101::1",
)
OURS = (
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "224.0.0.1",
    "0.0.0.0",
    "::",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:0:7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b:1::101:101",
    "fec0::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:101:101::f5ff:fffe",  # Teredo: 10.0.0.1 behind a server of the world
)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_world_is_public_however_it_is_dressed(address: str) -> None:
    assert _is_public(address)


@pytest.mark.parametrize("address", OURS)
def test_one_of_our_own_is_not_however_it_is_dressed(address: str) -> None:
    assert not _is_public(address)
