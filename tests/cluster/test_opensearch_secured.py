"""An archive on a real node behind TLS and users."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from searchapp import bootstrap
from searchapp.errors import EngineUnavailable
from tests.cluster.conftest import Configure
from tests.cluster.engine import ADDRESSES
from tests.cluster.test_opensearch_generations import found, write_articles
from tests.engines.tls_proxy import PASSWORD, READER, WRITER, tls_proxy


def test_an_archive_behind_tls_and_users_is_indexed_and_searched_by_those_who_may(
    configure: Configure, tmp_path: Path
) -> None:
    authority, ca = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    with tls_proxy(ADDRESSES[0], authority.issue_cert("localhost")) as address:
        node = {"opensearch_addresses": [address], "opensearch_ca": ca, "opensearch_password": PASSWORD}
        writer, reader = (configure(**node, opensearch_user=user) for user in (WRITER, READER))
        write_articles(writer, "Le vieux phare", "Le port")
        bootstrap.reindex(writer)
        assert found(writer) == found(reader) == {"Le vieux phare", "Le port"}
        write_articles(reader, "Le vieux phare")
        with pytest.raises(EngineUnavailable, match="rights"):
            bootstrap.reindex(reader)
