"""TLS between searchapp and the nodes: whom to trust, by which certificate to be known, and what is wrong in words."""

from __future__ import annotations

import ssl
from pathlib import Path

from searchapp.engines.opensearch_engine.settings import ClusterSettings
from searchapp.errors import EngineUnavailable, system_reason
from searchapp.i18n import Message

__all__ = ["tls_context", "tls_problem"]


def tls_context(settings: ClusterSettings) -> ssl.SSLContext:
    """Return how to check the certificates of nodes; raises EngineUnavailable for a file that cannot be used.

    Without a file of authorities, those that the system knows are trusted.
    """
    try:
        context = ssl.create_default_context(cafile=settings.ca)
    except (OSError, ValueError) as error:
        raise _unusable("opensearch_ca", settings.ca, error) from error
    if settings.certificate:
        try:
            # An encrypted key would be asked for on the terminal.
            context.load_cert_chain(settings.certificate, password="")
        except (OSError, ValueError) as error:
            raise _unusable("opensearch_certificate", settings.certificate, error) from error
    return context


def tls_problem(reason: str) -> Message:
    """Advice about a TLS connection that OpenSSL refuses with ``reason``."""
    told = reason.lower()
    if "has expired" in told or "not yet valid" in told:
        return Message(
            "The certificate of a node of the cluster is not valid at this time ({reason}). Renew it, and compare the "
            "clocks of both machines.",
            reason=reason,
        )
    if "mismatch" in told:
        return Message(
            "The certificate of a node of the cluster is for another name ({reason}). Correct opensearch_addresses: "
            "the names in it must be those of the certificates.",
            reason=reason,
        )
    if "certificate verify failed" in told:
        return Message(
            "The certificate of the cluster is not trusted ({reason}). Set opensearch_ca to the file of its authority.",
            reason=reason,
        )
    if "wrong version number" in told or "record layer failure" in told or "http request" in told:
        return Message(
            "A node of the cluster does not speak TLS ({reason}). Begin its address in opensearch_addresses with "
            "http:.",
            reason=reason,
        )
    return Message(
        "A node of the cluster refuses the TLS connection ({reason}). If it asks for a certificate, set "
        "opensearch_certificate to a file that the cluster trusts.",
        reason=reason,
    )


def _unusable(setting: str, file: Path | None, error: Exception) -> EngineUnavailable:
    reason = system_reason(error) if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else str(error)
    return EngineUnavailable(
        Message(
            "The file {file} of the setting {setting} cannot be used ({reason}). It must be in PEM form, unencrypted, "
            "and readable.",
            file=str(file),
            setting=setting,
            reason=reason,
        )
    )
