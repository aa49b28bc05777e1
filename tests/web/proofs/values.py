"""The values that hostile requests are made of, each of which some server, framework or parser once failed over."""

from __future__ import annotations

from typing import Final

TOKEN: Final = "un-jeton-assez-long-0123"  # noqa: S105
PATHS: Final = (
    "/", "/search", "/search", "/api/v1/search", "/api/v1/search", "/api/v1/search", "/articles/agence-hexapresse/x",
    "/api/v1/articles/agence-hexapresse/x", "/aide", "/help", "/healthz", "/readyz", "/favicon.svg",
    "/static/a/style.css", "/problems/not-found", "/api/v1/articles", "/nulle-part", "/robots.txt", "/facets/source",
    "/trends", "/trends.csv", "/articles", "/versions", "/accessibility", "/accessibilite", "/advanced", "/theme",
    "/batch", "/batch.csv", "/judgments", "/judgments/measures", "/api/v1/similar",
    "/api/v1/similar/agence-hexapresse/x", "/api/v1/facets/author", "/api/v1/trends", "/api/v1/suggest",
    "/api/v1/export", "/api/v1/export.csv", "/search.json", "/search.atom", "/search.rss", "/search.jsonl",
    "/search.bib", "/search.ris", "/search.csv", "/citation.json", "/citation.bib", "/citation.ris", "/metrics",
    "/opensearch.xml", "/manifest.webmanifest", "/sitemap.xml", "/sitemaps/1.xml", "/openapi.json", "/docs",
)  # fmt: skip
PARAMETERS: Final = (
    "q", "q", "q", "page", "per_page", "cursor", "sort", "from", "to", "source", "author", "-tag", "year", "lang",
    "wait", "strict", "match", "recency", "group", "correct", "explain", "facet_limit", "fields", "interval", "format",
    "limit", "find", "order", "id", "with", "lines", "phrases", "theme", "back", "at", "view", "go", "distance",
    "paper", "saved",
)  # fmt: skip
QUERIES: Final = (
    "paris", "grève -train", '"conseil municipal"~5', "march*", "élction~", "titre:marché ET date:2022", "=marché",
    "(train OU pont) ET maire", "pont PROCHE/5 pierre", 'avant:"le mois dernier"', "auteur:dupont", "", "*",
    "le la les de",
)  # fmt: skip
LONG: Final = (1, 7, 100, 1023, 1025, 2000)
SIGNS: Final = (
    "*", "a", "é", "😀", "(", ")", '"', "-", "+", "~", ":", " ", "\u0301", "\x00", "\u202e", "\ufeff", "ﬁ", "\n",
)  # fmt: skip
NUMBERS: Final = (
    "0", "-1", "1", "2", "99", "100", "101", "9999", str(10**9), str(2**63), str(2**64), "1e9", "٣", "²", "0x1", "1_0",
    "nan", "inf", " 1", "", "9" * 5000,
)  # fmt: skip
DATES: Final = (
    "2024", "2024-11", "2024-11-06", "06/11/2024", "0000", "9999-12-31", "2024-02-31", "0001-01-01", "2024-13", "hier",
    "-1", "2024-11-06T00:00:00Z", "٢٠٢٤",
)  # fmt: skip
METHODS: Final = (
    "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "QUERY", "get", "G", "A" * 40, "GET\xe9",
    "G@T", "PROPFIND",
)  # fmt: skip
TARGETS: Final = (
    b"*", b"//", b"///evil.example/x", b"http://evil.example/", b"http://", b"http://[::1/", b"evil.example:80",
    b"?q=a", b"/?", b"/#a", b"/search#", b"/%", b"/%zz", b"/%00", b"/%2e%2e/", b"/../..", b"/articles/%2e%2e",
    b"/articles/..%2f", b"/\\", b"/articles/%ff%fe", b"/articles/\xff\xfe", b"/\xc3\xa9", b"/articles/%ED%A0%80",
    b"/articles/%0d%0aSet-Cookie:a", b"/search;a=b", b"/articles/" + b"a" * 3000, b"/articles/" + b"../" * 500,
    b"/static/../../etc/passwd", b"/%2fevil.example", b"/search?" + b"&" * 900, b"/search?" + b"a=b&" * 700,
    b"/search?q=%", b"/search?q=%ff", b"/search?q=\xff", b"/search?%ff=1", b"/search?q=a&q=b&q=c", b"/search?q[]=a",
    b"/search?q=" + b"%C3%A9" * 690, b"/api/v1/search?q=" + b"%F0%9F%98%80" * 1024,
    b"/api/v1/search?q=" + b"a" * 20_000, b"", b" ", b"/ /", b"/\t", b"/\x00", b"/\x7f", b"HTTP/1.1", b"/search?q=a b",
)  # fmt: skip
VERSIONS: Final = (
    b"HTTP/1.0", b"HTTP/1.1", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.2", b"HTTP/1.11", b"HTTP/3", b"http/1.1", b"HTTP/",
    b"", b"ICY/1.0", b"HTTP/1.1 x", b"HTTP/-1.1", b"HTTP/1.\xb2",
)  # fmt: skip
HEADERS: Final[dict[bytes, tuple[bytes, ...]]] = {
    b"Host": (
        b"", b" ", b"a..b", b".", b"x" * 64, b"a" * 300, b"\xff", "é.fr".encode(), b"a b", b"a,b", b"a:99999", b"a:b",
        b"[::1", b"[::1]:80", b"evil.example", b"evil.example:80@a", b"http://a/", b"a/b", b"xn--\xff", b"127.0.0.1",
        b"a\x00b",
    ),
    b"Authorization": (
        b"Basic \xff", b"Basic", b"Basic =", b"Bearer", b"Bearer \xff", b"\xff", b"Digest a=\"", b"Bearer x=y",
        b"Bearer " + TOKEN.encode() + b" ", b"Bearer " + b"a" * 4000, b"Negotiate =", b"Digest \xff=\xff",
    ),
    b"SCRIPT_NAME": (b"/evil", b"//evil.example", b"http://evil.example", b"/search", b"/", b"\xff"),
    b"Script-Name": (b"/evil", b"//evil.example"),
    b"PATH_INFO": (b"/healthz", b"//evil.example"),
    b"X-Forwarded-For": (b"198.51.100.7", b"a, b", b"\xff", b"127.0.0.1", b"::1", b"," * 500),
    b"X-Forwarded-Host": (b"evil.example", b"a..b", b"\xff", b""),
    b"X-Forwarded-Proto": (b"https", b"javascript", b"\xff", b"https,http"),
    b"X-Forwarded-Ssl": (b"on", b"off"),
    b"X-Forwarded-Port": (b"99999", b"a"),
    b"X-Forwarded-Prefix": (b"/evil", b"//evil.example", b"\xff"),
    b"Forwarded": (b"for=1;host=evil.example;proto=https", b"\xff"),
    b"X-Original-URL": (b"/healthz",),
    b"X-HTTP-Method-Override": (b"DELETE", b"\xff"),
    b"Accept-Language": (b"fr;q=\xff", b"en;q=1e999", b"*", b";;;", b"fr," * 1000, b"en-" * 1000, b"\xff", b"fr;q=nan"),
    b"Accept": (b"application/json;q=\xff", b"*/*;" * 500, b"\xff"),
    b"If-None-Match": (
        b"*", b'"', b'W/"', b'"a", W/"b"', b"\xff", b'"a' + b" " * 4000, b"," * 4000, b'W/"' + b"a" * 4000 + b'"',
    ),
    b"If-Match": (b"*", b'"a"', b"\xff"),
    b"If-Modified-Since": (b"Thu, 01 Jan 1970 00:00:00 GMT", b"\xff", b"Thu, 99 Jan 99999 99:99:99 GMT"),
    b"Range": (b"bytes=0-0", b"bytes=" + b"0-," * 1000, b"bytes=-1", b"\xff", b"bytes=9" * 100),
    b"Cookie": (b"a=\xff", b";" * 4000, b"session=" + b"a" * 4000, b'a="\\777"', b"="),
    b"Content-Type": (
        b"\xff", b"multipart/form-data; boundary=", b"application/x-www-form-urlencoded", b'a/b; c="' + b"\\" * 900,
    ),
    b"Content-Encoding": (b"gzip", b"\xff", b"identity, gzip", b"br"),
    b"Connection": (b"close", b"keep-alive", b"Upgrade, HTTP2-Settings", b"host", b"\xff", b"Content-Length"),
    b"Upgrade": (b"h2c", b"websocket", b"\xff"),
    b"HTTP2-Settings": (b"AAMAAABkAAQAAP__", b"\xff"),
    b"Expect": (b"100-continue", b"200-ok", b"\xff"),
    b"TE": (b"trailers", b"chunked;q=0"),
    b"Trailer": (b"Host",),
    b"Max-Forwards": (b"0", b"a", b"9" * 400),
    b"Referer": (b"\xff", b"javascript:alert(1)", b"a" * 4000),
    b"User-Agent": (b"", b"\xff", b"a" * 4000),
    b"Origin": (b"https://evil.example", b"null"),
    b"Content-Length": (b"0", b"-1", b"+0", b"a", b"0, 0", b"\xff", b"1e1", b"0x0", b" 0", "٠".encode(), b"9" * 400),
    b"Transfer-Encoding": (b"gzip", b"\xff", b"identity", b"x, chunked", b"chunked, gzip"),
}  # fmt: skip
LINES: Final = (
    b"no colon", b": no name", b" folded: a", b"\tfolded", b"Name : a", b"N\xc3\xa9: a", b"N(: a", b"A: \x00",
    b"A: b\rc", b"A:\x0b", b"Host: second", b"A" * 300 + b": a", b"A: " + b"b" * 9000, b"\x00: a", b"A: b\x7f",
    b"_: a", b"A_B: c",
)  # fmt: skip
ENDINGS: Final = (b"\n", b"\r", b"\n\n", b"\r\n ", b"\x00\r\n")
TRANSFERS: Final = (
    b"Transfer-Encoding: chunked", b"Transfer-Encoding:\tchunked", b"Transfer-Encoding: CHUNKED",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"Transfer-Encoding : chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: 3", b"Content-Length: 3\r\nContent-Length: 4",
    b"Transfer-Encoding: chun\x6bed, chunked",
)  # fmt: skip
CHUNKS: Final = (
    b"0\r\n\r\n", b"3\r\nabc\r\n0\r\n\r\n", b"zz\r\nabc\r\n", b"-1\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n",
    b"fffffffffffffffff\r\n", b"3;a=b\r\nabc\r\n0\r\n\r\n", b"3 \r\nabc\r\n0\r\n\r\n", b"0x3\r\nabc\r\n0\r\n\r\n",
    b"3\nabc\n0\n\n", b"\r\n", b"0\r\nHost: evil.example\r\n\r\n", b"+3\r\nabc\r\n0\r\n\r\n", b"3\r\nabc0\r\n\r\n",
    b"\xb2\r\nab\r\n0\r\n\r\n", b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
)  # fmt: skip
BODIES: Final = (
    b"", b"{}", b"{", b"[]", b"null", b"\xff", b"\x00", b'{"title": "\\ud800", "text": "a"}', b'{"title": 1}',
    b"[" * 5000, b'{"title": "a", "text": "b", "date": "9999-99-99"}', b'{"id": "..", "title": "a", "text": "b"}',
    b"\n" * 500, b'{"title": "a", "text": "b", "x": ' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}",
    b'{"title": "La mare", "text": "Trois grenouilles."}',
)  # fmt: skip
SEARCHES: Final = (
    b"", b"{}", b"[]", b"{", b"null", b"[" * 5000, b'{"q": "mar\xc3\xa9e"}', b'{"q": ["a", "b"], "page": []}',
    b'{"q": 1}', b'{"page": 1e999}', b'{"page": -0.0, "per_page": 3.0}', b'{"from": "", "to": " "}',
    b'{"source": [[], {}, null]}', b'{"q": "\\ud800", "cursor": "AA"}', b'{"recency": ' + b"9" * 5000 + b"}",
    b'{"searches": []}', b'{"searches": {}}', b'{"searches": ["a", {"q": "*"}], "phrases": true}',
    b'{"searches": [null]}', b'{"searches": ["\\ud800", "~"]}',
    b'{"searches": [{"per_page": 100}, {"sort": "newest", "explain": true}]}',
    b'{"searches": ["a"], "phrases": "yes"}', b'{"searches": [' + b'"a", ' * 250 + b'"a"]}',
    b'{"q": "' + b"(" * 3000 + b'"}', b'{"q": "a", "q": 2}', b"NaN",
)  # fmt: skip
FORMS: Final = (
    b"", b"q=", b"q=a", b"q=mar%C3%A9e&grade.ponant=3", b"q=a&grade.=9", b"q=%ff&grade.%00=1", b"&" * 1200,
    b"q=a&token=", b"synonyms=&weights=", b"synonyms=a%2C+b&weights=", b"synonyms=%0D%0A%00%ED%A0%80&weights=x%3Dy",
    b"weights=title%3Dnan", b"weights=title%3D1e999&synonyms=" + b"a,b%0A" * 900, b"synonyms=a+%3D%3E+&weights=%C3%A9",
)  # fmt: skip
