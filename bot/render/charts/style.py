"""One look for every picture, made for Slack, which shows 1600 pixels as 400 to 600."""

from typing import Final

WIDTH: Final = 1600
DPI: Final = 200

PAPER: Final = "#FFFFFF"
INK: Final = "#1D1C1D"
SOFT: Final = "#616061"
FAINT: Final = "#DCDCE0"
MISSING: Final = "#E6E6EA"
REST: Final = "#B4B4BC"
LIMIT: Final = "#C0143C"
LIKELY: Final = "#C3D2E4"
POSSIBLE: Final = "#E4EBF3"
MORE: Final = "#C8553D"
LESS: Final = "#2A8F87"

# Paul Tol's "bright" scheme, told apart with every kind of colour blindness, and a navy
# that differs from all of them by its darkness.
SERIES: Final = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#1F2A44")

TITLES: Final = (17.0, 15.0, 13.0)
TEXT: Final = 14.0
SMALL: Final = 12.0

# Tried in this order for each letter; only what the machine has is used.
FONTS: Final = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "Noto Sans",
    "Noto Emoji",
)
UNKNOWN: Final = "\N{WHITE SQUARE}"
