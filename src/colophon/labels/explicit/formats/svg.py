"""SVG: the label as drawn shapes on top of everything else, sized by the view box."""

from __future__ import annotations

import math
import re
from xml.etree.ElementTree import ParseError

from colophon.errors import MalformedFile
from colophon.labels.carriers.edits import applied
from colophon.labels.carriers.svg import as_characters, as_utf8
from colophon.labels.carriers.text_file import decoded
from colophon.labels.explicit import contrast, stamp
from colophon.labels.explicit.formats.order import Order
from colophon.labels.explicit.manner import DARK, LIGHT, OUTLINE
from colophon.labels.face import Outline, outline
from colophon.labels.model import ExplicitWritten
from colophon.labels.remarks import remark
from colophon.provisions import parameters

OPACITY = 0.82
"""What lies below is not known without drawing it: this plate suffices over black and white."""
SPARE = 1.02
"""Factor above the least height."""

_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?)svg\b((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])(viewBox|width|height)\s*=\s*["']([^"']*)["']""")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][+-]?\d+)?")
_PIXELS = re.compile(r"\s*(?:\d++(?:\.\d++)?|\.\d++)(?:px)?\s*")
_COMMENT = re.compile(r"<!--(?:.*?-->|.*\Z)", re.DOTALL)


def apply(data: bytes, position: str, order: Order) -> tuple[bytes, ExplicitWritten]:
    """The labelled SVG; all that was there stays byte for byte. Raises MalformedFile."""
    name = order.name
    try:
        file = decoded(data)
    except MalformedFile as error:
        raise MalformedFile(file=name, detail="SVG that is no text") from error
    drawing = file.text
    _well_formed(as_utf8(file, drawing), name)
    root = _ROOT.search(_COMMENT.sub(lambda found: " " * len(found[0]), drawing))
    end = drawing.rfind(f"</{root[1]}svg") if root else -1
    if root is None or end < 0:
        raise MalformedFile(file=name, detail="no svg element with content")
    box = _box(root[2], name)
    where = position if position in stamp.POSITIONS else stamp.POSITIONS[0]
    group, written = _group(order, box, where, root[1])
    return applied(data, [file.edit(end, end, as_characters(file, f"{group}\n".encode()))]), written


def _well_formed(drawing: bytes, name: str) -> None:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        # As characters, whatever encoding they say they were in.
        fromstring(drawing.decode())
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise MalformedFile(file=name, detail="SVG is not safe, well-formed XML") from error


def _box(attributes: str, name: str) -> tuple[float, float, float, float]:
    found = dict(_ATTRIBUTE.findall(attributes))
    if "viewBox" in found:
        numbers = [float(n) for n in _NUMBER.findall(found["viewBox"])]
        if len(numbers) == 4 and min(numbers[2:]) > 0:
            return numbers[0], numbers[1], numbers[2], numbers[3]
    sizes = [found.get("width", ""), found.get("height", "")]
    if all(_PIXELS.fullmatch(size) for size in sizes):
        wide, high = (float(_NUMBER.findall(size)[0]) for size in sizes)
        if min(wide, high) > 0:
            return 0.0, 0.0, wide, high
    raise MalformedFile(file=name, detail="SVG without a view box or a size in pixels")


def _group(
    order: Order, box: tuple[float, float, float, float], where: str, prefix: str
) -> tuple[str, ExplicitWritten]:
    left, top, wide, high = box
    text, words = order.text, outline(order.text)
    ink = _ink(order, words, wide, high)
    scale = ink / words.shortest
    side, over, margin = ink * stamp.PAD_SIDE, ink * stamp.PAD_TOP, ink * stamp.MARGIN
    width, height = words.width * scale + 2 * side, words.height * scale + 2 * over
    x, y = _corner(where, (left, top, wide, high), (width, height), margin)
    pair = contrast.PAIRS[DARK if order.style.ink == DARK else LIGHT][0]
    paper, plate = (_hex(colour) for colour in pair)
    group = (
        f'<{prefix}g aria-label="{text}" opacity="1">'
        f'<{prefix}rect x="{x:.4g}" y="{y:.4g}" width="{width:.4g}" height="{height:.4g}" '
        f'rx="{ink * stamp.RADIUS:.4g}" fill="{plate}" fill-opacity="{OPACITY}"/>'
        f'<{prefix}path transform="translate({x + side:.6g} {y + over:.6g}) scale({scale:.6g})" '
        f'fill="{paper}" fill-rule="nonzero" d="{path(words)}"/></{prefix}g>'
    )
    ratio = round(math.floor(ink / min(wide, high) * 1e4 + 1e-6) / 1e4, 4)
    return group, ExplicitWritten(text, where, ratio, round(at_worst(*pair), 2))


def _corner(
    where: str,
    box: tuple[float, float, float, float],
    size: tuple[float, float],
    margin: float,
) -> tuple[float, float]:
    left, top, wide, high = box
    x = left + (wide - size[0]) / 2
    if where.endswith("right"):
        x = left + wide - size[0] - margin
    elif where.endswith("left"):
        x = left + margin
    y = top + margin if where.startswith("top") else top + high - size[1] - margin
    return x, top + (high - size[1]) / 2 if where in stamp.SIDES else y


def path(words: Outline) -> str:
    """The polygons as path data."""
    shapes = (" L".join(f"{x:.0f} {y:.0f}" for x, y in shape) for shape in words.shapes)
    return "".join(f"M{shape}Z" for shape in shapes)


def _ink(order: Order, words: Outline, wide: float, high: float) -> float:
    """How high the words are, in the drawing's units; notes what the style asked for in vain."""
    shortest = min(wide, high)
    least = parameters.number("explicit.image.min_height_ratio") * shortest * SPARE
    room = wide / (words.width / words.shortest + 2 * (stamp.PAD_SIDE + stamp.MARGIN))
    wanted = (order.style.height or 0) * shortest
    ink = max(least, min(wanted, room))
    if ink < wanted:
        order.note(remark("lower_words", percent=f"{100 * ink / shortest:.1f}"))
    if order.style.dress == OUTLINE:
        order.note(remark("outline_not_legible"))
    return ink


def at_worst(words: contrast.Colour, plate: contrast.Colour) -> float:
    """Contrast of the words on the plate over black or white, whichever is worse."""
    import numpy as np

    grounds = np.array([[0.0] * 3, [1.0] * 3], np.float32) * (1 - OPACITY)
    return contrast.worst(words, grounds + np.array(plate, np.float32) * OPACITY)


def _hex(colour: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02X}" for part in colour)
