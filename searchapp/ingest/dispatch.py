"""From the bytes of a file to its articles: unpack it, open it if it is an archive, else choose the reader."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace

from searchapp.i18n import Message
from searchapp.ingest.archives.member import Member
from searchapp.ingest.archives.streams import DAMAGED, HEAD, buffered, plain
from searchapp.ingest.archives.tars import tar_members
from searchapp.ingest.archives.zips import zip_members
from searchapp.ingest.cleaning.encoding import is_binary
from searchapp.ingest.formats.mets_pages import pages_in
from searchapp.ingest.formats.registry import READERS, find_reader
from searchapp.ingest.limits import DEEPEST, Budget, OverBudgetError
from searchapp.ingest.reader_protocol import FileContext, Reader, UnreadableError, is_access_error
from searchapp.ingest.signatures import is_tar, is_zip, known_document, known_format
from searchapp.model import Article, Reject

__all__ = ["articles_of"]


def articles_of(
    stream: io.BufferedReader, context: FileContext, budget: Budget, depth: int = 0
) -> Iterator[Article | Reject]:
    """Yield what the file ``stream`` holds; ``depth`` archives lie around it.

    Raises UnreadableError when nothing can read it, and what a damaged compressed file does (see streams).
    """
    stream = plain(stream, budget)
    head = stream.peek(HEAD)
    _check(head)
    reader = find_reader(head, context.name)
    if reader is None and (is_zip(head) or is_tar(head)):
        if depth == DEEPEST:
            raise UnreadableError(Message("it is an archive inside {depth} archives", depth=depth))
        members = zip_members(stream, budget, pages_in) if is_zip(head) else tar_members(stream, budget)
        for member in members:
            inner = replace(context.member(member.name), beside=member.beside)
            yield from _inside(member, inner, budget, depth + 1)
            budget.take(0)  # a reader may have made a reject of it
    else:
        attached = _Attached(context, budget, depth)
        yield from (reader or _none(head)).read(stream, replace(context, attached=attached))


class _Attached:
    """What reads the documents that a mail carries: as files inside an archive, and one level deeper, are read."""

    def __init__(self, context: FileContext, budget: Budget, depth: int) -> None:
        self._context = context
        self._budget = budget
        self._depth = depth

    def __call__(self, content: bytes, name: str, inherited: Mapping[str, str]) -> Iterator[Article | Reject]:
        context = replace(self._context.member(name), inherited={**self._context.inherited, **inherited})
        if self._depth == DEEPEST:
            yield Reject(context.name, None, Message("it is an archive inside {depth} archives", depth=self._depth))
            return
        self._budget.member()
        yield from _inside(Member(name, buffered(iter([content]))), context, self._budget, self._depth + 1)


def _inside(member: Member, context: FileContext, budget: Budget, depth: int) -> Iterator[Article | Reject]:
    if member.stream is None:
        yield Reject(context.name, None, member.problem or Message("the file is empty"))
        return
    try:
        yield from articles_of(member.stream, context, budget, depth)
    except OverBudgetError:
        raise
    except UnreadableError as error:
        yield error.reject(context.name)
    except (*DAMAGED, OSError) as error:
        if isinstance(error, OSError) and is_access_error(error):  # of the file around it
            raise
        yield Reject(context.name, None, Message("the compressed file is damaged or cut short"))


def _check(head: bytes) -> None:
    """Raise UnreadableError for an empty file, and for one of a usual format that nothing here reads."""
    if not head:
        raise UnreadableError(Message("the file is empty"))
    if kind := known_format(head) or known_document(head):
        raise UnreadableError(Message("it is {kind}; there is no reader for it", kind=kind))


def _none(head: bytes) -> Reader:
    """Raise UnreadableError with why no reader is there for what begins with ``head``."""
    if is_binary(head):
        raise UnreadableError(Message("the file is binary, not text"))
    known = ", ".join(reader.name for reader in READERS)
    raise UnreadableError(Message("no reader knows this kind of file; there are readers for {known}", known=known))
