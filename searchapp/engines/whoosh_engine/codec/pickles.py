"""Pickles read as data: nothing is imported, nothing is called.

A pickle is a program, and Python's unpickler runs it. Whoosh pickles its table of contents and the directory of a
segment's file. Both are numbers, texts, containers of them, and objects of two classes of Whoosh's. The reader here
knows the operations that such pickles consist of and refuses the rest: other globals, persistent identifiers, the
extension registry, protocols to come. Python's own unpickler, set to refuse globals, would still allocate a memo as
large as a pickle claims to need.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final

__all__ = ["Instance", "UnsafePickle", "read_pickle"]

Buffer = bytes | memoryview

_MARK: Final = object()
_PROTOCOL: Final = 5
# Runs of small numbers, which Python's own unpickler may read: of them alone, it makes nothing but numbers.
_NUMBERS: Final = re.compile(rb"(?:K.|M..|J....)+", re.DOTALL)
_MIN_RUN: Final = 32
_LONGEST_NUMBER: Final = 8
_UNSIGNED: Final = {size: Struct("<" + code) for size, code in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))}
_SIGNED: Final = Struct("<i")
_FLOAT: Final = Struct(">d")


class UnsafePickle(ValueError):
    """A pickle that is more than data, or is cut."""


@dataclass(slots=True, eq=False)
class Instance:
    """An object that a pickle describes: the name of its class and its attributes. No object is made."""

    kind: str
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Name:
    """A global that a pickle names."""

    value: str


# The spellings of one thing in several protocols. Protocol 2 has no bytes: it says encode(text, "latin1").
_SET: Final = frozenset({"builtins.set", "__builtin__.set"})
_BYTES: Final = frozenset({"builtins.bytes", "__builtin__.bytes"})
_ENCODE: Final = "_codecs.encode"
_NO_VALUE: Final = frozenset({"collections.defaultdict", "builtins.int", "__builtin__.int"})
_DATA: Final = _SET | _BYTES | _NO_VALUE | {_ENCODE}


def read_pickle(data: Buffer, start: int = 0, classes: frozenset[str] = frozenset()) -> tuple[Any, int]:
    """Return the value of the pickle that begins at ``start``, and the offset of its end. Raises UnsafePickle.

    Of ``classes``, by their full names, it may describe instances.
    """
    reader = _Reader(data, start, classes)
    try:
        return reader.read(), reader.offset
    except UnsafePickle:
        raise
    except Exception as error:  # an empty stack, a pair too few, a cut text: whatever is wrong with it
        raise UnsafePickle(f"no pickle of data: {type(error).__name__}") from error


class _Reader:
    """One pickle: a stack, what it remembers, and how far it was read."""

    def __init__(self, data: Buffer, start: int, classes: frozenset[str]) -> None:
        self.offset = start
        self._data = data
        self._known = classes
        self._stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def read(self) -> Any:
        if not 0 <= self.offset < len(self._data):
            raise UnsafePickle("it lies outside of its file")
        while True:
            code = self._data[self.offset]
            run = _NUMBERS.match(self._data, self.offset) if code in b"KMJ" else None
            if run and run.end() - run.start() > _MIN_RUN:
                self._stack += pickle.loads(b"(" + run.group() + b"t.")  # noqa: S301 - numbers alone
                self.offset = run.end()
                continue
            self.offset += 1
            if code == _STOP:
                (value,) = self._stack
                return _checked(value)
            step = _STEPS.get(code)
            if step is None:
                raise UnsafePickle(f"operation {code} is not one of data")
            step(self)

    # Taking

    def take(self, size: int) -> bytes:
        piece = bytes(self._data[self.offset : self.offset + size])
        if len(piece) < size:
            raise UnsafePickle("it is cut")
        self.offset += size
        return piece

    def number(self, width: int) -> int:
        value: int = _UNSIGNED[width].unpack(self.take(width))[0]
        return value

    def line(self) -> str:
        end = bytes(self._data[self.offset : self.offset + 200]).index(b"\n")
        return self.take(end + 1)[:-1].decode()

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def pop(self) -> Any:
        return _checked(self._stack.pop())

    def above_mark(self) -> list[Any]:
        mark = len(self._stack) - 1
        while self._stack[mark] is not _MARK:
            mark -= 1
            if mark < 0:
                raise UnsafePickle("no mark")
        values = self._stack[mark + 1 :]
        del self._stack[mark:]
        return values

    def top(self, kind: type[Any]) -> Any:
        if type(self._stack[-1]) is not kind:
            raise UnsafePickle("nothing to add to")
        return self._stack[-1]

    # Operations

    def start(self) -> None:
        if self.number(1) > _PROTOCOL:
            raise UnsafePickle("a protocol to come")

    def long(self) -> None:
        size = self.number(1)
        if size > _LONGEST_NUMBER:
            raise UnsafePickle("a number too long")
        self.push(int.from_bytes(self.take(size), "little", signed=True))

    def tuple_of(self, size: int) -> None:
        values = self._stack[len(self._stack) - size :]
        if len(values) < size or any(value is _MARK for value in values):
            raise UnsafePickle("too few values")
        del self._stack[len(self._stack) - size :]
        self.push(tuple(values))

    def append(self) -> None:
        value = self.pop()
        self.top(list).append(value)

    def appends(self) -> None:
        values = self.above_mark()
        self.top(list).extend(values)

    def add_items(self) -> None:
        values = self.above_mark()
        self.top(set).update(map(_key, values))

    def set_item(self) -> None:
        value, key = self.pop(), self.pop()
        self.top(dict)[_key(key)] = value

    def set_items(self) -> None:
        values = self.above_mark()
        self.top(dict).update(zip(map(_key, values[::2]), values[1::2], strict=True))

    def remember(self, number: int) -> None:
        self.memo[number] = self._stack[-1]

    def name(self, module: Any, attribute: Any) -> None:
        if type(module) is not str or type(attribute) is not str:
            raise UnsafePickle("a name that is no text")
        full = f"{module}.{attribute}"
        if full not in _DATA and full not in self._known:
            raise UnsafePickle(f"it names {full[:100]}, which is no data")
        self.push(_Name(full))

    def stack_name(self) -> None:
        attribute, module = self.pop(), self.pop()
        self.name(module, attribute)

    def new_object(self) -> None:
        arguments, kind = self.pop(), self.pop()
        if type(kind) is not _Name or kind.value not in self._known or arguments != ():
            raise UnsafePickle("an object of no known class")
        self.push(Instance(kind.value, {}))

    def build(self) -> None:
        state = self.pop()
        instance = self.top(Instance)
        if type(state) is not dict or instance.state:
            raise UnsafePickle("an object without attributes")
        instance.state = state

    def reduce(self) -> None:
        """Read the three spellings of data that older protocols dress as calls."""
        arguments, kind = self.pop(), self.pop()
        if type(kind) is not _Name or type(arguments) is not tuple:
            raise UnsafePickle("a call")
        match kind.value, arguments:
            case "_codecs.encode", (str() as text, "latin1"):
                self.push(text.encode("latin1"))
            case name, () if name in _BYTES:
                self.push(b"")
            case name, (list() as values,) if name in _SET:
                self.push(set(map(_key, values)))
            case "collections.defaultdict", (_Name(name),) if name in _NO_VALUE:
                self.push({})
            case _:
                raise UnsafePickle(f"a call of {kind.value}")


def _checked(value: Any) -> Any:
    if value is _MARK:
        raise UnsafePickle("a mark is no value")
    return value


def _key(value: Any) -> str | int:
    """Return a text or a number; to hash a deep tuple costs the stack of the process."""
    if type(value) not in (str, int):
        raise UnsafePickle("a key that is neither text nor number")
    key: str | int = value
    return key


def _text(width: int) -> Callable[[_Reader], None]:
    return lambda reader: reader.push(reader.take(reader.number(width)).decode("utf-8", "surrogatepass"))


def _bytes(width: int) -> Callable[[_Reader], None]:
    return lambda reader: reader.push(reader.take(reader.number(width)))


def _pushing(make: Callable[[], Any]) -> Callable[[_Reader], None]:
    return lambda reader: reader.push(make())


_STOP: Final = ord(".")
_STEPS: Final[dict[int, Callable[[_Reader], None]]] = {
    code[0]: step
    for code, step in (
        (pickle.PROTO, _Reader.start),
        (pickle.FRAME, lambda reader: reader.take(8)),
        (pickle.MARK, _pushing(lambda: _MARK)),
        (pickle.NONE, _pushing(lambda: None)),
        (pickle.NEWTRUE, _pushing(lambda: True)),
        (pickle.NEWFALSE, _pushing(lambda: False)),
        (pickle.BININT1, lambda reader: reader.push(reader.number(1))),
        (pickle.BININT2, lambda reader: reader.push(reader.number(2))),
        (pickle.BININT, lambda reader: reader.push(_SIGNED.unpack(reader.take(4))[0])),
        (pickle.LONG1, _Reader.long),
        (pickle.BINFLOAT, lambda reader: reader.push(_FLOAT.unpack(reader.take(8))[0])),
        (pickle.SHORT_BINUNICODE, _text(1)),
        (pickle.BINUNICODE, _text(4)),
        (pickle.BINUNICODE8, _text(8)),
        (pickle.SHORT_BINBYTES, _bytes(1)),
        (pickle.BINBYTES, _bytes(4)),
        (pickle.BINBYTES8, _bytes(8)),
        (pickle.EMPTY_TUPLE, _pushing(tuple)),
        (pickle.TUPLE, lambda reader: reader.push(tuple(reader.above_mark()))),
        (pickle.TUPLE1, lambda reader: reader.tuple_of(1)),
        (pickle.TUPLE2, lambda reader: reader.tuple_of(2)),
        (pickle.TUPLE3, lambda reader: reader.tuple_of(3)),
        (pickle.EMPTY_LIST, _pushing(list)),
        (pickle.APPEND, _Reader.append),
        (pickle.APPENDS, _Reader.appends),
        (pickle.EMPTY_DICT, _pushing(dict)),
        (pickle.SETITEM, _Reader.set_item),
        (pickle.SETITEMS, _Reader.set_items),
        (pickle.EMPTY_SET, _pushing(set)),
        (pickle.ADDITEMS, _Reader.add_items),
        (pickle.MEMOIZE, lambda reader: reader.remember(len(reader.memo))),
        (pickle.BINPUT, lambda reader: reader.remember(reader.number(1))),
        (pickle.LONG_BINPUT, lambda reader: reader.remember(reader.number(4))),
        (pickle.BINGET, lambda reader: reader.push(reader.memo[reader.number(1)])),
        (pickle.LONG_BINGET, lambda reader: reader.push(reader.memo[reader.number(4)])),
        (pickle.GLOBAL, lambda reader: reader.name(reader.line(), reader.line())),
        (pickle.STACK_GLOBAL, _Reader.stack_name),
        (pickle.NEWOBJ, _Reader.new_object),
        (pickle.BUILD, _Reader.build),
        (pickle.REDUCE, _Reader.reduce),
    )
}
