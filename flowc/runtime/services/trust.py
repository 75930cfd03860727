"""Whose certificates an https service is believed by, and with which one it is asked.

Knows no question. Files are read when the service is made ready: new ones need a new start.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx

from flowc.graph.services import HttpSettings, Template
from flowc.runtime.services.model import SettingsError
from flowc.runtime.services.templates import constant


def believed(
    settings: HttpSettings, url: str, folder: Path, environment: Mapping[str, str]
) -> ssl.SSLContext:
    """The project's own `ca`, else the machine's list, else that of the library where there is none.

    Raises SettingsError.
    """
    ca, cert, key = (
        _file(each, folder, environment) for each in (settings.ca, settings.cert, settings.key)
    )
    if (ca or cert or key) and not url.startswith("https://"):
        raise SettingsError("`ca`, `cert` and `key` are of an https:// service")
    if key and not cert:
        raise SettingsError("a `key` needs its `cert`")
    context = _list(ca)
    if cert:
        try:
            # Without a passphrase: nobody is there to type one.
            context.load_cert_chain(cert, key, password="")
        except (ssl.SSLError, OSError) as error:
            raise SettingsError(f"`cert: {cert}`: {_why(error)}") from error
    return context


def _file(written: Template, folder: Path, environment: Mapping[str, str]) -> str | None:
    name = constant(written, environment)
    return str(folder / name) if name else None


def _list(ca: str | None) -> ssl.SSLContext:
    places = ssl.get_default_verify_paths()
    if ca is None and not (places.cafile or places.capath):
        return httpx.create_ssl_context(trust_env=False)  # a small container has no list of its own
    try:
        return ssl.create_default_context(cafile=ca)
    except (ssl.SSLError, OSError) as error:
        raise SettingsError(f"`ca: {ca}`: {_why(error)}") from error


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
