"""Office documents and mails as people really save them: notes, changes, initials, empty lines, mailboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ingest.samples import zip_of

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus

HEADERS = "From: Mairie <presse@rieux.example>\nSubject: Le pont rouvre\n"


def odt(body: str) -> bytes:
    names = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "text", "dc"))
    text = f"<office:body><office:text>{body}</office:text></office:body>"
    content = f"<office:document-content {names}>{text}</office:document-content>"
    return zip_of({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


def docx(body: str) -> bytes:
    content = f'<w:document xmlns:w="urn:w" xmlns:mc="urn:mc"><w:body>{body}</w:body></w:document>'
    return zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": content.encode()})


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_text_that_was_deleted_or_is_a_remark_is_no_text(corpus: Corpus) -> None:
    deleted = (
        "<text:tracked-changes><text:deletion><text:p>Passage retiré</text:p></text:deletion></text:tracked-changes>"
    )
    remark = "<office:annotation><dc:creator>Secrétariat</dc:creator><text:p>À vérifier</text:p></office:annotation>"
    corpus.write(
        "a.odt", odt(f"{deleted}<text:p>Le phare est vendu</text:p><text:p>Un pli{remark} a été déposé.</text:p>")
    )
    article = corpus.only_article()
    assert (article.title, article.text) == ("Le phare est vendu", "Un pli a été déposé.")


def test_note_stands_behind_the_text_and_not_in_its_sentence(corpus: Corpus) -> None:
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Depuis 1874.</text:p>"
        "</text:note-body></text:note>"
    )
    corpus.write(
        "a.odt", odt(f"<text:p>Le phare</text:p><text:p>Il éclaire{note} la mer.</text:p><text:p>Un pli.</text:p>")
    )
    article = corpus.only_article()
    assert (article.lead, article.text) == ("Il éclaire la mer.", "Un pli.\n\nDepuis 1874.")


@pytest.mark.parametrize("kind", ["drop", "margin"])
def test_initial_in_a_frame_belongs_to_the_next_paragraph(corpus: Corpus, kind: str) -> None:
    initial = f'<w:p><w:pPr><w:framePr w:dropCap="{kind}"/></w:pPr>{run("L")}</w:p>'
    corpus.write("a.docx", docx(f"<w:p>{run('Le phare')}</w:p>{initial}<w:p>{run('e phare est vendu.')}</w:p>"))
    assert corpus.only_article().text == "Le phare est vendu."


def test_moved_text_and_text_boxes_are_there_once(corpus: Corpus) -> None:
    boxes = "".join(f"<mc:{kind}><w:p>{run('Encadré.')}</w:p></mc:{kind}>" for kind in ("Choice", "Fallback"))
    moved = f"<w:moveFrom>{run('Un pli.')}</w:moveFrom>"
    contents = (run("Le phare"), f"<mc:AlternateContent>{boxes}</mc:AlternateContent>{moved}{run('Il est vendu.')}")
    corpus.write("a.docx", docx("".join(f"<w:p>{content}</w:p>" for content in (*contents, run("Un pli.")))))
    article = corpus.only_article()
    words = f"{article.lead} {article.text}"
    assert (words.count("Encadré."), words.count("Un pli.")) == (1, 1)


@pytest.mark.parametrize("blank", ["\n", "\r\n\r\n", " \n"])
def test_mail_behind_an_empty_line_is_a_mail(corpus: Corpus, blank: str) -> None:
    corpus.write("a.txt", f"{blank}{HEADERS}Date: Wed, 06 Nov 2024 16:49:00 +0100\n\nLe pont rouvre lundi.\n")
    article = corpus.only_article()
    assert (article.title, article.source, article.text) == ("Le pont rouvre", "Mairie", "Le pont rouvre lundi.")


@pytest.mark.parametrize(
    "parting", ["From presse@rieux.example", "From MAILER-DAEMON", "From -", "From a Wed Nov  6 16:49:00 2024"]
)
def test_mailbox_is_one_with_or_without_dates_between_its_mails(corpus: Corpus, parting: str) -> None:
    body = "Le pont rouvre.\n\nFrom Rieux il reste fermé.\n"
    corpus.write(
        "boite", "".join(f"{parting}\n{HEADERS}Message-ID: <{number}@r.example>\n\n{body}\n" for number in "12")
    )
    articles = corpus.articles()
    assert [article.id for article in articles] == ["1@r.example", "2@r.example"]
    assert all("From Rieux" in article.text for article in articles)


@pytest.mark.parametrize(
    ("parting", "more", "day"),
    [
        ("From a Wed Nov  6 16:49:00 2024", "", "2024-11-06"),
        ("From a Wed Nov  6 16:49:00 2024", "Received: by a; Tue, 05 Nov 2024 09:00:00 +0100\n", "2024-11-05"),
        ("From a Wed Nov 66 16:49:00 2024", "", None),
    ],
)
def test_mail_without_a_date_has_that_of_its_way(corpus: Corpus, parting: str, more: str, day: str | None) -> None:
    corpus.write("a.mbox", f"{parting}\n{HEADERS}{more}\nLe pont rouvre.\n")
    date = corpus.only_article().date
    assert (date.date().isoformat() if date else None) == day
