"""The look that settings give a site: its accent colour in both themes, and its logo.

Contrast is that of WCAG 2.2 (relative luminance of sRGB colours). An accent is text, so it needs 4.5:1 on the paper; in
the dark theme it gets the lightness that reaches the contrast of running text.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from searchapp.config import Config
from searchapp.errors import ConfigurationError, system_reason
from searchapp.i18n import Message

__all__ = ["DARK_PAPER", "LIGHT_PAPER", "Logo", "Theme", "contrast", "read_logo"]

# The papers of style.css.
LIGHT_PAPER: Final = "#fbfaf6"
DARK_PAPER: Final = "#171614"
LEAST_CONTRAST: Final = 4.5
DARK_CONTRAST: Final = 7.0
LOGO_TYPES: Final = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
LARGEST_LOGO: Final = 256 * 1024

_Channels = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Theme:
    """The accent colour on light and on dark paper."""

    light: str
    dark: str

    @classmethod
    def of(cls, accent: str) -> Theme:
        """Return the theme of an accent colour; raises ConfigurationError for one that cannot be read on the paper."""
        reached = contrast(accent, LIGHT_PAPER)
        if reached < LEAST_CONTRAST:
            raise ConfigurationError(
                Message(
                    "site_accent: “{colour}” cannot be read on the paper of the pages: its contrast is {reached}:1, "
                    "and 4.5:1 is the least. The nearest colour that can is {nearest}.",
                    colour=accent,
                    reached=f"{int(reached * 10) / 10}",
                    nearest=_towards(accent, LIGHT_PAPER, LEAST_CONTRAST, -1),
                )
            )
        return cls(accent, _towards(accent, DARK_PAPER, DARK_CONTRAST, 1))

    @property
    def rules(self) -> str:
        """Rules to add to the style sheet; the theme that a reader chose wins over that of the system."""
        dark = f"--accent: {self.dark};"
        return (
            f":root {{ --accent: {self.light}; }}\n"
            f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ {dark} }} }}\n"
            f":root[data-theme=dark] {{ {dark} }}\n"
        )


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture beside the name of the site."""

    body: bytes
    suffix: str

    @property
    def media_type(self) -> str:
        return LOGO_TYPES[self.suffix]


def read_logo(config: Config) -> Logo | None:
    """Return the logo of the settings, None without one; raises ConfigurationError for a file that is none."""
    if not config.site_logo:
        return None
    path = Path(config.site_logo).expanduser()
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            Message(
                "site_logo: “{path}” cannot be read: {reason}. Give a picture.", path=path, reason=system_reason(error)
            )
        ) from error
    if path.suffix.lower() not in LOGO_TYPES or len(body) > LARGEST_LOGO:
        raise ConfigurationError(
            Message(
                "site_logo: “{path}” is no picture for pages. Give an SVG, PNG, WebP or JPEG file of at most {most} "
                "kB.",
                path=path,
                most=LARGEST_LOGO // 1024,
            )
        )
    return Logo(body, path.suffix.lower())


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours ``#rrggbb``, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> _Channels:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _towards(colour: str, paper: str, least: float, direction: int) -> str:
    """Return ``colour``, made darker (-1) or lighter (1) in steps of a hundredth until its contrast is enough."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    while contrast(colour, paper) < least:
        lightness = min(1.0, max(0.0, lightness + direction / 100))
        colour = "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
    return colour
