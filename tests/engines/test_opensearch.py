"""Behaviour of the OpenSearch adapter that needs no cluster: failures of nodes, the term dictionary, encoding.

Nodes that fail are small HTTP servers, since a real one cannot be made to answer so.
``make test-cluster`` has the rest.
"""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.engines.opensearch_engine import ClusterSettings, OpenSearchEngine
from searchapp.engines.opensearch_engine import bulk_loader as bulk_module
from searchapp.engines.opensearch_engine import indices as indices_module
from searchapp.engines.opensearch_engine import nodes as nodes_module
from searchapp.engines.opensearch_engine.bulk_loader import BulkLoader
from searchapp.engines.opensearch_engine.circuit_breaker import MAX_FAILURES, PROBE_SECONDS, CircuitBreaker
from searchapp.engines.opensearch_engine.connection import Cluster
from searchapp.engines.opensearch_engine.entries import entry_of
from searchapp.engines.opensearch_engine.indices import Indices
from searchapp.engines.opensearch_engine.pointer import Pointer, write_pointer
from searchapp.engines.opensearch_engine.term_dictionary import Dictionary, DictionaryWriter
from searchapp.engines.opensearch_engine.term_encoding import document_id, join_terms, value_text
from searchapp.errors import EngineUnavailable, IndexDamaged
from searchapp.indexing.documents import DocumentMaker
from searchapp.model import Article

Answer = tuple[int, object]
"""Status and JSON."""
WHOLE = {"count": 3, "_shards": {"total": 3, "successful": 3, "failed": 0}}


class Node:
    """A server that answers as it is told, one answer after another and then the last again."""

    def __init__(self, answers: list[Answer]) -> None:
        self.bodies: list[bytes] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                node.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                status, body = answers[min(len(node.bodies), len(answers)) - 1]
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST  # noqa: N815 - names of the library

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def node() -> Iterator[Callable[..., Node]]:
    nodes: list[Node] = []

    def start(*answers: Answer) -> Node:
        nodes.append(Node(list(answers)))
        return nodes[-1]

    yield start
    for started in nodes:
        started.close()


def refused(reason: str) -> dict[str, object]:
    return {"error": {"root_cause": [{"reason": reason}]}}


def unused_address() -> str:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_module, "_FIRST_PAUSE", 0.0)
    monkeypatch.setattr(bulk_module, "_LONGEST_PAUSE", 0.0)


# Calls


def test_a_cluster_that_is_not_there_is_named_with_its_addresses() -> None:
    address = unused_address()
    with pytest.raises(EngineUnavailable, match=f"{address}.*opensearch_addresses"):
        Cluster(ClusterSettings((address,))).call("GET", "/")


def test_another_node_answers_for_one_that_is_not_there(node: Callable[..., Node]) -> None:
    cluster = Cluster(ClusterSettings((unused_address(), node((200, {"count": 3})).address)))
    assert [cluster.call("GET", "/x/_count") for _ in range(4)] == [{"count": 3}] * 4


@pytest.fixture
def full_node() -> Iterator[str]:
    """The address of a server that takes no more connections, as one that is switched off takes none."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for each in waiting:
            each.close()


@pytest.fixture
def silent_node() -> Iterator[str]:
    """The address of a server that takes connections and answers none of them, as one that is paused."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_node_that_takes_no_connection_is_passed_over_within_the_time_of_a_call(
    node: Callable[..., Node], full_node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes_module, "CONNECT_SECONDS", 0.2)
    cluster = Cluster(ClusterSettings((full_node, node((200, {"count": 3})).address), seconds=600.0))
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(cluster.call, "GET", "/_count") for _ in range(4)]
        assert [call.result(timeout=60) for call in calls] == [{"count": 3}] * 4


def test_a_node_that_does_not_answer_costs_one_call_its_time_and_is_avoided_then(
    node: Callable[..., Node], silent_node: str
) -> None:
    cluster = Cluster(ClusterSettings((silent_node, node((200, {"count": 3})).address), seconds=0.3))
    failed = 0
    for _ in range(8):
        try:
            assert cluster.call("GET", "/_count") == {"count": 3}
        except EngineUnavailable as error:
            failed += "within 0.3 seconds" in str(error)
    assert failed == 1


def test_nodes_that_are_all_silent_are_called_nevertheless(silent_node: str) -> None:
    cluster = Cluster(ClusterSettings((silent_node,), seconds=0.1))
    for _ in range(2):
        with pytest.raises(EngineUnavailable, match=r"within 0\.1 seconds"):
            cluster.call("GET", "/_count")


def test_an_index_without_some_shards_is_neither_counted_nor_damaged(node: Callable[..., Node], tmp_path: Path) -> None:
    """A cluster does not even count a shard as failed when no node has it."""
    cellar = node((200, {"count": 2, "_shards": {"total": 3, "successful": 2, "failed": 0}}))
    write_pointer(tmp_path, Pointer("searchapp-archive-1", complete=True, count=3))
    with pytest.raises(EngineUnavailable, match="1 of 3 shards"):
        OpenSearchEngine(ClusterSettings((cellar.address,))).open(tmp_path)


def test_a_load_is_not_complete_while_a_shard_has_no_node(node: Callable[..., Node]) -> None:
    cellar = node(
        (200, {"timed_out": False}),
        (200, {"_shards": {"total": 3, "successful": 2, "failed": 0}}),
    )
    with pytest.raises(EngineUnavailable, match="1 of 3 shards"):
        Indices(Cluster(ClusterSettings((cellar.address,)))).complete("searchapp-archive-1")


def test_copies_are_waited_for_as_long_as_they_are_being_made(
    node: Callable[..., Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indices_module, "CHANGE_SECONDS", 20.0)
    copying = (408, {"timed_out": True, "initializing_shards": 1})
    done, nothing = (200, {"timed_out": False}), (408, {"timed_out": True, "initializing_shards": 0})
    merged = [(200, {})] * 3
    made = node(*merged, copying, copying, done, (200, {}))
    Indices(Cluster(ClusterSettings((made.address,)))).publish("searchapp-archive-1")
    never = node(*merged, copying, nothing)
    with pytest.raises(EngineUnavailable, match="does not become green"):
        Indices(Cluster(ClusterSettings((never.address,)))).publish("searchapp-archive-1")


def test_a_change_whose_answer_was_lost_is_sent_again_and_an_index_that_is_there_is_the_one_made(
    node: Callable[..., Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indices_module.time, "sleep", lambda seconds: None)
    exists = {"error": {"type": "resource_already_exists_exception", "root_cause": [{"reason": "it is there"}]}}
    cellar = node((200, {"version": {"number": "2.19.6"}}), (503, refused("no manager")), (400, exists))
    Indices(Cluster(ClusterSettings((cellar.address,)))).create("searchapp-archive-1")
    assert len(cellar.bodies) == 3


def test_an_article_whose_shard_has_no_node_is_not_damaged(node: Callable[..., Node], tmp_path: Path) -> None:
    lost = {"docs": [{"_id": "1", "error": {"type": "no_shard_available_action_exception", "reason": "No shard"}}]}
    cellar = node((200, WHOLE), (200, lost))
    write_pointer(tmp_path, Pointer("searchapp-archive-1", complete=True, count=3))
    DictionaryWriter(tmp_path, None).close()
    reader = OpenSearchEngine(ClusterSettings((cellar.address,))).open(tmp_path)
    with pytest.raises(EngineUnavailable, match="No shard"):
        reader.article("1")
    reader.close()


@pytest.mark.parametrize(
    ("status", "named"),
    [(401, "opensearch_password"), (403, "rights"), (429, "health"), (503, "health"), (400, "its log")],
)
def test_what_a_cluster_refuses_is_told_with_its_reason_and_what_to_do(
    node: Callable[..., Node], status: int, named: str
) -> None:
    cluster = Cluster(ClusterSettings((node((status, refused("so it is"))).address,)))
    with pytest.raises(EngineUnavailable, match=f"so it is.*{named}"):
        cluster.call("POST", "/x/_search", {})


def test_a_full_disk_of_the_cluster_is_told_as_such(node: Callable[..., Node]) -> None:
    reason = "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has block];"
    with pytest.raises(EngineUnavailable, match="Free room there"):
        Cluster(ClusterSettings((node((429, refused(reason))).address,))).call("POST", "/x/_search", {})
    item = {"index": {"status": 429, "error": {"reason": reason}}}
    loader = BulkLoader(Cluster(ClusterSettings((node((200, {"items": [item]})).address,))), "x")
    loader.add("1", 1, b"{}")
    with pytest.raises(EngineUnavailable, match="Free room there"):
        loader.finish()
    loader.stop()


def test_what_is_not_there_is_an_empty_answer(node: Callable[..., Node]) -> None:
    assert Cluster(ClusterSettings((node((404, {})).address,))).call("GET", "/x/_count") == {}


def test_a_cluster_that_failed_some_times_is_not_asked_any_more(node: Callable[..., Node]) -> None:
    failing = node((503, refused("no manager")))
    cluster = Cluster(ClusterSettings((failing.address,)))
    for _ in range(3 * MAX_FAILURES):
        with pytest.raises(EngineUnavailable):
            cluster.call("POST", "/x/_search", {})
    assert len(failing.bodies) == MAX_FAILURES


def test_refusals_are_no_failures_of_the_cluster(node: Callable[..., Node]) -> None:
    refusing = node((400, refused("no such field")))
    cluster = Cluster(ClusterSettings((refusing.address,)))
    for _ in range(3 * MAX_FAILURES):
        with pytest.raises(EngineUnavailable):
            cluster.call("POST", "/x/_search", {})
    assert len(refusing.bodies) == 3 * MAX_FAILURES


def test_an_open_circuit_lets_one_call_through_after_a_while_and_closes_with_its_success() -> None:
    now = [0.0]
    breaker = CircuitBreaker(lambda: now[0])
    for _ in range(MAX_FAILURES):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    now[0] = PROBE_SECONDS
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_secrets_are_not_shown_with_the_settings() -> None:
    shown = repr(ClusterSettings(("http://127.0.0.1:9200",), user="lecteur", password="sésame", api_key="clé"))  # noqa: S106
    assert "lecteur" in shown
    assert "sésame" not in shown
    assert "clé" not in shown


# Loading


def deleted() -> dict[str, object]:
    return {"delete": {"status": 404, "result": "not_found"}}


def item(status: int, result: str = "created") -> dict[str, object]:
    return {"index": {"status": status, "result": result, "error": {"reason": "queue is full"}}}


def test_only_the_documents_that_a_busy_cluster_has_not_taken_are_sent_again(node: Callable[..., Node]) -> None:
    cellar = node((200, {"items": [item(201), item(429)]}), (200, {"items": [item(201)]}))
    loader = BulkLoader(Cluster(ClusterSettings((cellar.address,))), "x")
    loader.add("vin", 1, b'{"a":1}')
    loader.add("port", 2, b'{"a":2}')
    loader.finish()
    assert [body.count(b'"_id"') for body in cellar.bodies] == [2, 1]
    assert b'"port"' in cellar.bodies[1]


def test_a_request_that_fails_is_sent_again_and_an_action_that_was_done_already_is_no_error(
    node: Callable[..., Node],
) -> None:
    cellar = node((503, refused("no manager")), (200, {"items": [item(409)]}))
    loader = BulkLoader(Cluster(ClusterSettings((cellar.address,))), "x")
    loader.add("vin", 1, b"{}")
    loader.finish()
    assert len(cellar.bodies) == 2


def entry(title: str, text: str = "") -> bytes:
    return entry_of(DocumentMaker(ZoneInfo("Europe/Paris"))(Article(title, title, text))).numbered(0)


def loader_of(cellar: Node, **settings: int) -> BulkLoader:
    return BulkLoader(Cluster(ClusterSettings((cellar.address,))), "x", **settings)


NOT_THERE = (200, {"docs": [{"_id": "vin", "found": False}]})


def test_a_document_that_the_cluster_refuses_is_deleted_and_named_and_the_others_are_taken(
    node: Callable[..., Node],
) -> None:
    cellar = node((200, {"items": [item(400), item(201)]}), (200, {"items": [deleted()]}), NOT_THERE)
    loader = loader_of(cellar)
    loader.add("vin", 1, entry("vin"))
    loader.add("port", 2, entry("port"))
    assert [(refused.article.id, refused.reason) for refused in loader.settle()] == [("vin", "queue is full")]
    assert b'{"delete":{"_id":"vin","version":1' in cellar.bodies[1]
    assert loader.settle() == []
    loader.finish()


def test_a_refused_document_that_was_added_again_and_taken_is_not_told(node: Callable[..., Node]) -> None:
    taken = (200, {"docs": [{"_id": "vin", "found": True}]})
    cellar = node((200, {"items": [item(400), item(201)]}), (200, {"items": [item(409)]}), taken)
    loader = loader_of(cellar)
    loader.add("vin", 1, entry("vin"))
    loader.add("vin", 2, entry("vin"))
    assert loader.settle() == []
    loader.stop()


def test_a_document_larger_than_a_request_may_be_is_refused_without_being_sent(node: Callable[..., Node]) -> None:
    cellar = node((200, {"items": [deleted()]}), NOT_THERE)
    loader = loader_of(cellar, max_request=5000)
    loader.add("vin", 1, entry("vin", "Un vin de garde. " * 1000))
    (refused,) = loader.settle()
    assert "5000" in str(refused.reason)
    assert not any(b"garde" in body for body in cellar.bodies)
    loader.stop()


def test_a_request_that_is_too_large_for_a_proxy_is_sent_in_parts_until_one_document_is_left(
    node: Callable[..., Node],
) -> None:
    too_large = (413, refused("too large"))
    cellar = node(
        too_large, (200, {"items": [item(201)]}), too_large, (200, {"items": [deleted()]}), (200, {"docs": []})
    )
    loader = loader_of(cellar)
    loader.add("vin", 1, entry("vin"))
    loader.add("port", 2, entry("port"))
    assert [refused.document_id for refused in loader.settle()] == ["port"]
    loader.stop()


def test_many_refused_documents_fail_the_load_with_their_reason(node: Callable[..., Node]) -> None:
    loader = loader_of(node((200, {"items": [item(400)] * 30})))
    for number in range(30):
        loader.add(f"vin {number}", number + 1, entry("vin"))
    with pytest.raises(EngineUnavailable, match=r"30 of 30.*queue is full.*Correct"):
        loader.settle()
    loader.stop()


@pytest.mark.parametrize("status", [403, 404, 500])
def test_what_is_refused_for_the_state_of_the_cluster_is_no_fault_of_an_article(
    node: Callable[..., Node], status: int
) -> None:
    loader = loader_of(node((200, {"items": [item(status)]})))
    loader.add("vin", 1, entry("vin"))
    with pytest.raises(EngineUnavailable, match=r"queue is full.*free disk"):
        loader.settle()
    loader.stop()


def test_a_cluster_that_stays_busy_fails_the_load(node: Callable[..., Node]) -> None:
    loader = BulkLoader(Cluster(ClusterSettings((node((200, {"items": [item(429)]})).address,))), "x")
    loader.add("vin", 1, b"{}")
    with pytest.raises(EngineUnavailable, match="too busy"):
        loader.finish()
    loader.stop()


# Places


def test_a_place_whose_index_is_not_in_the_cluster_is_damaged(node: Callable[..., Node], tmp_path: Path) -> None:
    write_pointer(tmp_path, Pointer("searchapp-archive-x", complete=True, count=3))
    with pytest.raises(IndexDamaged):
        OpenSearchEngine(ClusterSettings((node((404, {})).address,))).open(tmp_path)


def test_a_place_cannot_be_called_damaged_while_the_cluster_does_not_answer(tmp_path: Path) -> None:
    write_pointer(tmp_path, Pointer("searchapp-archive-x", complete=True, count=3))
    with pytest.raises(EngineUnavailable):
        OpenSearchEngine(ClusterSettings((unused_address(),))).open(tmp_path)


@pytest.mark.parametrize(
    "index", ["*", "_all", "searchapp-archive-*", "searchapp-voisin-x", "searchapp-archive-a,b", 7]
)
def test_a_pointer_from_elsewhere_reads_and_deletes_nothing_but_an_index_of_this_site(
    node: Callable[..., Node], tmp_path: Path, index: str
) -> None:
    place, cluster = tmp_path / "engine", node((200, WHOLE))
    place.mkdir()
    engine = OpenSearchEngine(ClusterSettings((cluster.address,)))
    write_pointer(place, Pointer(index, complete=True, count=3))
    for use in (engine.open, engine.publish):
        with pytest.raises(IndexDamaged):
            use(place)
    engine.remove(place)
    assert (cluster.bodies, place.exists()) == ([], False)


# Terms

WORDS = st.text(st.sampled_from("aé \ue000ps0g#"), max_size=5)


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_joined_terms_split_at_spaces_into_as_many_that_stand_for_the_same(terms: list[str]) -> None:
    joined = join_terms(terms).split(" ")
    assert len(joined) == len(terms)
    assert len(set(joined)) == len(set(terms))


@given(st.lists(st.text(max_size=3) | st.integers(0, 3).map(lambda more: "é" * 250 + "x" * more), unique=True))
def test_ids_of_any_text_and_length_are_told_apart_and_short(ids: list[str]) -> None:
    made = [document_id(article_id) for article_id in ids if article_id.isprintable()]
    assert len(set(made)) == len(made)
    assert all(0 < len(each.encode()) <= 512 for each in made)


def test_a_term_of_any_length_is_taken() -> None:
    assert all(len(text.encode()) < 32_766 for text in (join_terms(["é" * 20_000]), value_text("x" * 40_000)))
    assert join_terms(["é" * 20_000]) != join_terms(["é" * 20_001])


@given(st.lists(st.lists(WORDS, unique=True), max_size=5), st.lists(st.lists(WORDS, unique=True), max_size=5), WORDS)
def test_the_dictionary_counts_documents_over_generations(
    tmp_path_factory: pytest.TempPathFactory, first: list[list[str]], second: list[list[str]], prefix: str
) -> None:
    folders = [tmp_path_factory.mktemp("place") for _ in range(2)]
    for number, documents in enumerate((first, second)):
        writer = DictionaryWriter(folders[number], folders[0] if number else None)
        for terms in documents:
            writer.add({"words": terms})
        writer.close()
    expected = Counter(term for terms in (*first, *second) for term in terms)
    with closing(Dictionary(folders[1])) as dictionary:
        pairs = sorted((term, count) for term, count in expected.items() if term.startswith(prefix))
        assert dictionary.with_prefix("words", prefix, 99) == pairs
        assert dictionary.with_prefix("words", prefix, 1) == pairs[:1]
        assert all(dictionary.document_frequency("words", term) == count for term, count in expected.items())
        assert dictionary.document_frequency("other", "a") == 0


def test_a_damaged_dictionary_is_a_damaged_place(node: Callable[..., Node], tmp_path: Path) -> None:
    write_pointer(tmp_path, Pointer("searchapp-archive-x", complete=True, count=3))
    (tmp_path / "dictionary.sqlite").write_bytes(b"SQLite format 3\0" + bytes(200))
    with pytest.raises(IndexDamaged):
        OpenSearchEngine(ClusterSettings((node((200, WHOLE)).address,))).open(tmp_path)
