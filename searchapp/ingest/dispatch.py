"""From the bytes of a file to its articles: unpack it, open it if it is an archive, else choose the reader."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace

from searchapp.i18n import Message
from searchapp.ingest.archives.member import Member
from searchapp.ingest.archives.streams import DAMAGED, HEAD, buffered, damaged_stream, plain_stream
from searchapp.ingest.archives.tars import tar_members
from searchapp.ingest.archives.zips import zip_members
from searchapp.ingest.cleaning.encoding import is_binary
from searchapp.ingest.formats.mets_pages import find_mets_pages
from searchapp.ingest.formats.registry import READERS, find_reader
from searchapp.ingest.limits import MAX_DEPTH, Budget, OverBudgetError
from searchapp.ingest.reader_protocol import FileContext, UnreadableError, is_access_error
from searchapp.ingest.signatures import is_tar, is_zip, known_document, known_format
from searchapp.model import Article, Reject

__all__ = ["read_articles"]


def read_articles(
    stream: io.BufferedReader, context: FileContext, budget: Budget, depth: int = 0
) -> Iterator[Article | Reject]:
    """Yield the articles and rejects of the file ``stream``, which lies inside ``depth`` archives.

    Raises UnreadableError when no reader takes it, and the errors of a damaged compressed file (see streams).
    """
    stream = plain_stream(stream, budget)
    head = stream.peek(HEAD)
    if not head:
        raise UnreadableError(Message("the file is empty"))
    if kind := known_format(head) or known_document(head):
        raise UnreadableError(Message("it is {kind}; there is no reader for it", kind=kind))
    reader = find_reader(head, context.name)
    if reader:
        read_attachment = _AttachmentReader(context, budget, depth)
        yield from reader.read(stream, replace(context, read_attachment=read_attachment))
    elif is_zip(head) or is_tar(head):
        if depth == MAX_DEPTH:
            raise UnreadableError(Message("it is an archive inside {depth} archives", depth=depth))
        members = zip_members(stream, budget, find_mets_pages) if is_zip(head) else tar_members(stream, budget)
        for member in members:
            inner = replace(context.member(member.name), siblings=member.siblings)
            yield from _read_member(member, inner, budget, depth + 1)
            budget.take(0)  # a reader may have made a reject of it
    elif is_binary(head):
        raise UnreadableError(Message("the file is binary, not text"))
    else:
        known = ", ".join(reader.name for reader in READERS)
        raise UnreadableError(Message("no reader knows this kind of file; there are readers for {known}", known=known))


class _AttachmentReader:
    """Reads the documents attached to a mail like members of an archive, one level deeper."""

    def __init__(self, context: FileContext, budget: Budget, depth: int) -> None:
        self._context = context
        self._budget = budget
        self._depth = depth

    def __call__(self, content: bytes, name: str, inherited: Mapping[str, str]) -> Iterator[Article | Reject]:
        context = replace(self._context.member(name), inherited={**self._context.inherited, **inherited})
        if self._depth == MAX_DEPTH:
            yield Reject(context.name, None, Message("it is an archive inside {depth} archives", depth=self._depth))
            return
        self._budget.member()
        yield from _read_member(Member(name, buffered(iter([content]))), context, self._budget, self._depth + 1)


def _read_member(member: Member, context: FileContext, budget: Budget, depth: int) -> Iterator[Article | Reject]:
    if member.stream is None:
        yield Reject(context.name, None, member.problem or Message("the file is empty"))
        return
    try:
        yield from read_articles(member.stream, context, budget, depth)
    except OverBudgetError:
        raise
    except UnreadableError as error:
        yield error.reject(context.name)
    except (*DAMAGED, OSError) as error:
        if isinstance(error, OSError) and is_access_error(error):  # of the file around it
            raise
        yield damaged_stream(context.name)
