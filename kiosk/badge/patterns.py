"""A pattern for each visitor type: a band that tells types apart in black and white. Pure."""

from collections.abc import Callable

from db.domain.visit import VisitorType

Shape = list[tuple[float, float]]
"""A polygon, x to the right and y downwards."""


def pattern(kind: VisitorType, width: float, height: float) -> list[Shape]:
    """The black polygons of a band of this size on white; some reach over its sides."""
    return _PATTERNS[kind](width, height)


def _stripes(width: float, height: float) -> list[Shape]:
    return [
        [(x, height), (x + height, 0), (x + height + 22, 0), (x + 22, height)]
        for x in _steps(-height - 22, width, 44)
    ]


def _dots(width: float, height: float) -> list[Shape]:
    return [_circle(x, height / 2, 13) for x in _steps(20, width, 40)]


def _checks(width: float, height: float) -> list[Shape]:
    side = height / 2
    return [
        _box(x + (side if row else 0), row * side, side, side)
        for x in _steps(0, width, 2 * side)
        for row in (0, 1)
    ]


def _bars(width: float, height: float) -> list[Shape]:
    return [_box(x, 0, 14, height) for x in _steps(6, width, 28)]


def _chevrons(width: float, height: float) -> list[Shape]:
    half = height / 2
    return [
        [
            (x, 0),
            (x + 18, 0),
            (x + 18 + half, half),
            (x + 18, height),
            (x, height),
            (x + half, half),
        ]
        for x in _steps(-half, width, 44)
    ]


def _lines(width: float, height: float) -> list[Shape]:
    return [_box(0, y, width, height / 8) for y in (height / 8, height * 3.5 / 8, height * 6 / 8)]


def _diamonds(width: float, height: float) -> list[Shape]:
    half = height / 2 - 5
    return [
        [(x, half + 5), (x + half, 5), (x + 2 * half, half + 5), (x + half, 2 * half + 5)]
        for x in _steps(4, width, 2 * half + 8)
    ]


def _plusses(width: float, height: float) -> list[Shape]:
    middle = height / 2
    shapes: list[Shape] = []
    for x in _steps(24, width, 48):
        shapes += [_box(x - 15, middle - 5, 30, 10), _box(x - 5, middle - 15, 10, 30)]
    return shapes


_PATTERNS: dict[VisitorType, Callable[[float, float], list[Shape]]] = {
    VisitorType.PARENT: _stripes,
    VisitorType.VOLUNTEER: _dots,
    VisitorType.CONTRACTOR: _checks,
    VisitorType.DELIVERY: _bars,
    VisitorType.SUBSTITUTE: _chevrons,
    VisitorType.OFFICIAL: _lines,
    VisitorType.EVENT: _diamonds,
    VisitorType.OTHER: _plusses,
}


def _steps(start: float, end: float, step: float) -> list[float]:
    return [start + at * step for at in range(int((end - start) / step) + 1)]


def _box(x: float, y: float, width: float, height: float) -> Shape:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _circle(x: float, y: float, radius: float) -> Shape:
    return [(x + radius * cx, y + radius * cy) for cx, cy in _UNIT_CIRCLE]


_UNIT_CIRCLE = [
    (1.0, 0.0), (0.924, 0.383), (0.707, 0.707), (0.383, 0.924), (0.0, 1.0), (-0.383, 0.924),
    (-0.707, 0.707), (-0.924, 0.383), (-1.0, 0.0), (-0.924, -0.383), (-0.707, -0.707),
    (-0.383, -0.924), (0.0, -1.0), (0.383, -0.924), (0.707, -0.707), (0.924, -0.383),
]  # fmt: skip
