"""The contents of a METS file, read in one pass: facts by section, files of pages, maps, and the links between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final
from urllib.parse import unquote

from searchapp.ingest.formats.mets_structure import Division, division_of, links_of
from searchapp.ingest.formats.mods import Facts, facts_of
from searchapp.ingest.formats.xmlstream import Element, attribute, elements, first, local_name
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["MetsContents", "MetsFile", "page_names", "read_contents"]

_MAX_FILES: Final = 10_000  # a thousand pages, with their pictures
_LOCAL: Final = ("file://./", "file:./", "./", "file://", "file:")
_LARGEST_MAP: Final = 8 * 1024 * 1024
# By the use that their group states; several groups are the same pages again, by other programs.
_TEXT_GROUPS: Final = ("fulltext", "alto", "text", "ocr")


@dataclass(frozen=True, slots=True)
class MetsFile:
    """A file that is named as XML is, by its path from the METS file, and the use of its group in small letters."""

    id: str
    name: str
    use: str


@dataclass(slots=True)
class MetsContents:
    """``facts`` by the id of their section, in order; ``maps`` by their type in capitals.

    ``links`` are the ids of the physical divisions of a logical one.
    """

    facts: dict[str, Facts] = field(default_factory=dict)
    files: list[MetsFile] = field(default_factory=list)
    maps: dict[str, Division] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def page_files(self) -> dict[str, str]:
        """The names of the files of pages by their ids, of all groups."""
        return {file.id: file.name for file in self.files if file.use != "toc"}

    @property
    def text_files(self) -> dict[str, str]:
        """The names of the files of the group that has the text of the pages, each page once."""
        uses = list(dict.fromkeys(file.use for file in self.files if file.use != "toc"))
        named = [use for word in _TEXT_GROUPS for use in uses if word in use]
        chosen = (named or uses[-1:] or [""])[0]
        return {file.id: file.name for file in self.files if file.use == chosen}

    def linked(self) -> dict[str, list[Division]]:
        """Return the physical divisions that belong to a logical one, by its id."""
        if not self.links:
            return {}
        physical = {part.id: part for part in self.maps.get("PHYSICAL", Division()).walk()}
        return {source: [physical[end] for end in ends if end in physical] for source, ends in self.links.items()}

    def page_numbers(self) -> dict[str, str]:
        """Return the number of the page of each file: as the physical map prints or counts it, else by its place."""
        numbers: dict[str, str] = {}
        for part in self.maps.get("PHYSICAL", Division()).walk():
            if part.number:
                numbers.update((area.file, part.number) for area in part.areas if not area.first)
        places = {file: str(place) for place, file in enumerate(self.text_files, 1)}
        return {**places, **numbers}


def read_contents(stream: BinaryIO, context: FileContext) -> MetsContents:
    """Return the contents of the METS file; raises UnreadableError when its XML is wrong or its map too long."""
    contents = MetsContents()
    parts = ("dmdSec", "amdSec", "techMD", "file", "structMap", "structLink")
    for part in elements(stream, parts, context, limit=_LARGEST_MAP):
        match local_name(part):
            case "dmdSec":
                contents.facts.setdefault(attribute(part, "ID") or f"section {len(contents.facts)}", facts_of(part))
            case "file" if (name := _name(part)) and len(contents.files) < _MAX_FILES:
                file_id = attribute(part, "ID") or f"file {len(contents.files)}"
                contents.files.append(MetsFile(file_id, name, _use(part)))
            case "structMap":
                contents.maps.setdefault(attribute(part, "TYPE").upper(), division_of(part))
            case "structLink":
                for source, ends in links_of(part):
                    contents.links[source] += ends
    return contents


def page_names(stream: BinaryIO, context: FileContext) -> Iterator[str]:
    """Yield the names of the files of pages; raises UnreadableError when the XML is wrong."""
    names = (_name(part) for part in elements(stream, ("file",), context, limit=_LARGEST_MAP))
    return filter(None, islice(names, _MAX_FILES))


def _name(file: Element) -> str:
    """Return the path of the XML file that ``file`` points to; "" for pictures."""
    address = unquote(attribute(first(file, "FLocat"), "href"))
    if not address.lower().endswith(".xml"):
        return ""
    return next((address.removeprefix(start) for start in _LOCAL if address.startswith(start)), address)


def _use(file: Element) -> str:
    groups = (group for group in file.iterancestors() if local_name(group) == "fileGrp")
    return next((use.lower() for group in groups if (use := attribute(group, "USE") or attribute(group, "ID"))), "")
