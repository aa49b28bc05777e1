"""Documents that mails carry are articles of their own, or rejects that name them; nothing is lost in silence."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from searchapp.model import Article, DateQuality, Reject
from tests.ingest.samples import ARTICLE, SAMPLES, SOURCE, TITLE, zip_of

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus

PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(40)


def press_mail(text: str = "Bonjour,\n\nVous trouverez ci-joint notre communiqué.\n\nBien à vous") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "Communiqué : le bac"
    mail["From"] = "Mairie de Rieux <presse@rieux.example>"
    mail["Date"] = "Thu, 07 Nov 2024 08:00:00 +0100"
    mail["Message-ID"] = "<presse/1@rieux.example>"
    mail.set_content(text)
    return mail


def attach(mail: EmailMessage, name: str, content: bytes, kind: str = "application/octet-stream") -> None:
    mail.add_attachment(content, *kind.split("/"), filename=name)


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.pdf", "a.html", "a.txt", "nitf.xml", "a.eml", "a.md"])
def test_attached_document_is_an_article_as_its_file_would_be(corpus: Corpus, name: str) -> None:
    mail = press_mail()
    attach(mail, name, SAMPLES[name]())
    corpus.write("presse.eml", mail.as_bytes())
    around, article = corpus.articles()
    assert around.title == "Communiqué : le bac"
    assert (article.title, article.text, article.authors) == (ARTICLE[0], ARTICLE[2], ARTICLE[4])
    assert article.source == (SOURCE if name in ("a.html", "nitf.xml", "a.eml", "a.md") else "Mairie de Rieux")
    given = {"a.eml": "bac@echo-vallombre.example", "nitf.xml": "bac"}
    assert article.id == given.get(name, f"presse.eml/{name.partition('.')[0]}")


def test_file_of_an_archive_that_is_attached_is_an_article(corpus: Corpus) -> None:
    mail = press_mail()
    attach(mail, "dossier.zip", zip_of({"bac.docx": SAMPLES["a.docx"](), "photo.jpg": b"\xff\xd8\xff"}))
    corpus.write("presse.eml", mail.as_bytes())
    _, article, photo = corpus.read()
    assert isinstance(article, Article)
    assert (article.id, article.title) == ("presse.eml/dossier.zip/bac", TITLE)
    assert isinstance(photo, Reject)


def test_document_without_a_date_has_that_of_its_mail_which_is_told(corpus: Corpus) -> None:
    mail = press_mail()
    attach(mail, "bac.txt", "Le bac est à quai\n\nUne panne, dit le capitaine.".encode(), "text/plain")
    corpus.write("presse.eml", mail.as_bytes())
    around, article = corpus.articles()
    assert around.date == article.date
    assert article.date is not None
    assert article.date.isoformat() == "2024-11-07T08:00:00+01:00"
    assert (around.date_quality, article.date_quality) == (DateQuality.EXACT, DateQuality.GUESSED)


def test_mail_that_only_carries_is_no_article_and_no_reject(corpus: Corpus) -> None:
    mail = press_mail("")
    attach(mail, "bac.docx", SAMPLES["a.docx"]())
    corpus.write("presse.eml", mail.as_bytes())
    assert corpus.only_article().title == TITLE


def test_pictures_signatures_and_calendars_are_silent(corpus: Corpus) -> None:
    mail = press_mail()
    mail.add_related(PIXEL, "image", "png", cid="<logo>", filename="logo.png")
    attach(mail, "photo.JPG", b"\xff\xd8\xff")
    attach(mail, "smime.p7s", bytes(10), "application/pkcs7-signature")
    attach(mail, "invitation.ics", b"BEGIN:VCALENDAR", "text/calendar")
    corpus.write("presse.eml", mail.as_bytes())
    assert corpus.only_article().title == "Communiqué : le bac"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("budget.xlsx", zip_of({"[Content_Types].xml": b"", "xl/workbook.xml": b"<a/>"}), "a spreadsheet"),
        ("budget.doc", b"\xd0\xcf\x11\xe0" + bytes(600), "an office document of the old kind"),
        ("scan.bin", bytes(range(256)) * 4, "binary"),
        ("vide.txt", b"", "the file is empty"),
        ("titre.csv", b"a;b\n1;2\n", "no column is called title"),
    ],
)
def test_what_cannot_be_read_is_a_reject_that_names_it(corpus: Corpus, name: str, content: bytes, reason: str) -> None:
    mail = press_mail()
    attach(mail, name, content)
    corpus.write("presse.eml", mail.as_bytes())
    around, reject = corpus.read()
    assert isinstance(around, Article)
    assert isinstance(reject, Reject)
    assert reject.file == f"presse.eml/{name}"
    assert reason in str(reject.reason)


def test_forwarded_mail_is_an_article_and_not_the_body_of_the_one_around_it(corpus: Corpus) -> None:
    mail = press_mail("Pour information.\n\nÀ lire avant lundi.")
    inner = EmailMessage()
    inner["Subject"] = "Le bac est à quai"
    inner["From"] = "Régie du bac <regie@rieux.example>"
    inner["Message-ID"] = "<regie@rieux.example>"
    inner.set_content("<p>Une panne, dit le capitaine.</p>", subtype="html")
    mail.add_attachment(inner)
    corpus.write("presse.eml", mail.as_bytes())
    around, article = corpus.articles()
    assert "avant lundi" in around.text
    assert (article.id, article.title, article.source) == (
        "regie@rieux.example",
        "Le bac est à quai",
        "Régie du bac",
    )


def test_documents_of_a_mailbox_lie_under_their_mails_wherever_these_stand(corpus: Corpus) -> None:
    mail = press_mail()
    for _ in range(2):
        attach(mail, "../bac.txt", "Le bac est à quai\n\nUne panne, dit le capitaine.".encode(), "text/plain")
    one = b"From a@b.example Thu Nov  7 08:00:00 2024\n" + mail.as_bytes() + b"\n"
    other = one.replace(b"presse/1@", b"presse/2@")
    corpus.write("boite.mbox", other + one)
    before = {article.id for article in corpus.articles()}
    corpus.write("boite.mbox", one + other)
    assert {article.id for article in corpus.articles()} == before
    assert before == {
        *(f"presse/{number}@rieux.example" for number in (1, 2)),
        *(f"boite.mbox/presse_{number}@rieux.example/bac{copy}" for number in (1, 2) for copy in ("", " (2)")),
    }


def test_encoding_of_one_mail_is_not_told_of_the_next(corpus: Corpus) -> None:
    first, second = press_mail(), press_mail()
    first.set_content("Le capitaine est réparé.\n\nUne panne.", charset="cp1252")
    second.replace_header("Message-ID", "<2@rieux.example>")
    line = b"From a@b.example Thu Nov  7 08:00:00 2024\n"
    corpus.write("boite.mbox", line + first.as_bytes() + b"\n" + line + second.as_bytes() + b"\n")
    assert [article.repairs for article in corpus.articles()] == [("cp1252",), ()]


def test_archives_in_mails_in_archives_end_somewhere(corpus: Corpus) -> None:
    content = SAMPLES["a.txt"]()
    for level in range(6):
        mail = press_mail()
        attach(mail, f"{level}.zip", zip_of({f"{level}.txt": content} if not level else {f"{level}.eml": content}))
        content = mail.as_bytes()
    corpus.write("poupees.eml", content)
    (reject,) = corpus.rejects()
    assert "an archive inside 3 archives" in str(reject.reason)


def test_mail_with_a_subject_too_long_for_a_title_is_read(corpus: Corpus) -> None:
    corpus.write(
        "a.eml", b"Subject: " + b"Le bac est en panne. " * 30 + b"\nFrom: a@b.example\n\nUne panne.\n\nUn mot."
    )
    assert corpus.only_article().title == "Le bac est en panne. Le bac est en panne."


def test_mail_of_thousands_of_parts_is_rejected(corpus: Corpus) -> None:
    mail = press_mail()
    for _ in range(1001):
        attach(mail, "a.txt", b"a", "text/plain")
    corpus.write("presse.eml", mail.as_bytes())
    assert "more than 1000 parts" in str(corpus.only_reject().reason)


def test_header_that_is_encoded_wrongly_is_read_as_it_is(corpus: Corpus) -> None:
    corpus.write("a.eml", b"Subject: =?utf-8?b?w6?= bac\nFrom: a@b.example\n\nUne panne.\n\nUn mot.")
    assert corpus.only_article().title == "=?utf-8?b?w6?= bac"
