"""The reader's language, and sentences, dates and numbers in it.

``?lang=`` wins over the browser's Accept-Language, which wins over the ``language`` setting. Links of a page with
``?lang=`` keep that parameter.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, get_day_names, get_month_names
from babel.numbers import format_decimal, format_percent
from flask import Flask, g, request

from searchapp.i18n import LANGUAGES, Message, translations
from searchapp.model import DateQuality, Interval
from searchapp.output.timestamps import rfc3339
from searchapp.schema import LANGUAGE
from searchapp.search.timeline import bounds_of, interval_of
from searchapp.web.site import site

__all__ = [
    "column_names",
    "counted",
    "current_language",
    "day",
    "decimals",
    "duration",
    "init_app",
    "known_moment",
    "local",
    "moment",
    "month",
    "number",
    "percent",
    "period_name",
    "requested_language",
    "say",
    "value_name",
]

# Babel patterns are translated like any sentence: the order of day and month belongs to a language.
MOMENT = Message("d MMMM y 'at' HH:mm")
DAY = Message("d MMMM y")
MONTH = Message("MMMM y")
# English has several orders for a date; the day first is the one that both languages of the site share.
LOCALES = {"en": "en_GB"}


def requested_language() -> str | None:
    """Return the language that ``?lang=`` names; None without one that the site has."""
    language = request.args.get("lang")
    return language if language in LANGUAGES else None


def current_language() -> str:
    """Return the language that this request is answered in."""
    if "language" not in g:
        accepted = request.accept_languages.best_match(LANGUAGES)
        g.language = requested_language() or accepted or site().config.language
    return str(g.language)


def say(message: Message) -> str:
    """Return ``message`` in the reader's language."""
    return message.render(_gettext)


def counted(one: str, many: str, count: int) -> str:
    """Return ``one`` or ``many`` in the reader's language, its {count} filled in."""
    return _ngettext(one, many, count).format(count=number(count))


def number(value: int) -> str:
    """Return ``value`` as a reader writes it: 12 345 in French, 12,345 in English."""
    return format_decimal(value, locale=_locale())


def decimals(value: float, places: int, *, signed: bool = False) -> str:
    """Return ``value`` with so many decimal places, and with a plus sign if it is ``signed``: +0,0120 in French."""
    form = f"#,##0.{'0' * places}"
    return format_decimal(value, f"+{form};-{form}" if signed else form, locale=_locale())


def duration(milliseconds: float) -> str:
    """Return a duration: whole milliseconds, or seconds with one decimal from one second on."""
    if milliseconds < 1000:
        return f"{number(max(1, round(milliseconds)))}\u00a0ms"
    return f"{format_decimal(round(milliseconds / 1000, 1), locale=_locale())}\u00a0s"


def percent(share: float) -> str:
    """Return a share from 0 to 1 in per cent, with two decimals at most."""
    return format_percent(round(share, 4), locale=_locale(), decimal_quantization=False)


def value_name(facet: str, value: str) -> str:
    """Return a value of a facet as it is shown: of a language its name, of others the value."""
    name = _locale().languages.get(value.partition("-")[0]) if facet == LANGUAGE else None
    return str(name) if name else value


def local(when: datetime) -> datetime:
    """Return ``when`` in the site's time zone."""
    return when.astimezone(site().config.timezone)


def moment(when: datetime) -> str:
    """Return day and time; only the day for midnight, which stands for an unknown time."""
    local_time = local(when)
    if local_time.time() == time():
        return day(local_time.date())
    return format_datetime(local_time, _pattern(MOMENT, local_time), locale=_locale())


def known_moment(when: datetime, quality: DateQuality) -> str:
    """Return an article's date, without what its file did not give: a time, a day, a month."""
    there = local(when).date()
    if quality is DateQuality.YEAR:
        return f"{there:%Y}"
    if quality is DateQuality.MONTH:
        return month(there)
    return day(there) if quality is DateQuality.DAY else moment(when)


def day(when: date) -> str:
    """Return a day with its month in words."""
    return format_date(when, _pattern(DAY, when), locale=_locale())


def month(when: date) -> str:
    """Return a month and its year."""
    return format_date(when, say(MONTH), locale=_locale())


def period_name(period: str) -> str:
    """Return a period (``2024-11-06``, ``2024-11``, ``2024``) in words."""
    first = bounds_of(period)[0]
    match interval_of(period):
        case Interval.DAY:
            return day(first)
        case Interval.MONTH:
            return month(first)
        case Interval.YEAR:
            return period


def column_names(interval: Interval) -> list[str]:
    """Return the letters over the columns of a calendar: days of a week, months of a year, last digits of years."""
    match interval:
        case Interval.DAY:
            return list(get_day_names("narrow", "stand-alone", _locale()).values())
        case Interval.MONTH:
            return list(get_month_names("narrow", "stand-alone", _locale()).values())
        case _:
            return list("0123456789")


def init_app(app: Flask) -> None:
    """Give the templates of ``app`` their translations and formats."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _gettext, _ngettext, newstyle=True
    )
    app.jinja_env.filters.update(
        say=say,
        number=number,
        decimals=decimals,
        duration=duration,
        moment=moment,
        known_moment=known_moment,
        day=day,
        month=month,
        percent=percent,
        period_name=period_name,
        local=local,
        rfc3339=rfc3339,
    )
    app.url_defaults(_keep_language)


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    language = requested_language() if request else None
    if language and endpoint.startswith(("pages.", "exports.", "advanced.")):
        values.setdefault("lang", language)


def _gettext(text: str) -> str:
    return translations(current_language()).gettext(text)


def _ngettext(singular: str, plural: str, count: int) -> str:
    return translations(current_language()).ngettext(singular, plural, count)


def _locale() -> Locale:
    language = current_language()
    return Locale.parse(LOCALES.get(language, language))


def _pattern(pattern: Message, when: date) -> str:
    """Return a Babel pattern in the reader's language. French writes the first day of a month as « 1er »."""
    text = say(pattern)
    if current_language() == "fr" and when.day == 1:
        return text.replace("d", "d'er'", 1)
    return text
