"""A picture of cost over size, as SVG: lines through points. Both axes are linear: what is quadratic is bent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, RIGHT, TOP = 640, 360, 60, 50, 110, 30
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2")
TICKS = 5


def plot(title: str, across: str, up: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """name -> points, as a picture; `across` and `up` tell what the axes are."""
    points = [point for line in lines.values() for point in line]
    most = tuple(max((point[axis] for point in points), default=1) or 1 for axis in (0, 1))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, TOP - 12, title, "start"),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, across),
        _text(LEFT, TOP + 2, up, "end"),
    ]
    for tick in range(TICKS + 1):
        x, y = (most[axis] * tick / TICKS for axis in (0, 1))
        left, low = _place((x, y), most)
        parts += [
            f'<path d="M{LEFT} {low:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>',
            _text(left, HEIGHT - BOTTOM + 18, f"{x:,.0f}"),
            _text(LEFT - 6, low + 4, f"{y:,.4g}" if tick else "0", "end"),
        ]
    for colour, (name, line) in zip(COLOURS, lines.items(), strict=False):
        way = " ".join("{:.1f},{:.1f}".format(*_place(point, most)) for point in line)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = _place(line[-1], most)
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _place(point: tuple[float, float], most: tuple[float, ...]) -> tuple[float, float]:
    across, up = (value / end for value, end in zip(point, most, strict=True))
    return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
