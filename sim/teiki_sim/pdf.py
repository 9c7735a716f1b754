"""PDF files of many alike pages, written directly: text in an embedded subset of a Japanese font, lines, one stamp.

A page is a list of texts at places; what all pages share is drawn once, as a form that each page shows. A bulk job prints a
hundred thousand pages within a minute: reportlab draws some 1,900 such pages a second (29 texts, an embedded TrueType
font), which leaves no time to look up what they say; this writes about twice as many (ISO 32000-1 says what is written).
Units are points (1/72 inch) from the lower left corner. Font and subsetting come with the extra ``pdf``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

__all__ = ["A4", "Font", "Text", "known_characters", "line", "shown", "write"]

A4 = (595, 842)
_KIDS = 500
"""Pages under one node of the tree of pages."""


class Text(NamedTuple):
    """A text at a place; ``right``: it ends there."""

    x: float
    y: float
    size: float
    text: str
    right: bool = False


@cache
def _whole() -> Any:
    """The font as it comes, read once; ImportError without the extra ``pdf``."""
    from fontTools.ttLib import TTFont
    from noto_cjk_sans_jp_regular import FONT_PATH

    return TTFont(BytesIO(FONT_PATH.read_bytes()), lazy=True)


@cache
def known_characters() -> frozenset[str]:
    """The characters that the font has."""
    return frozenset(map(chr, _whole().getBestCmap()))


class Font:
    """The glyphs of some characters, to be embedded: code of each (four hexadecimal digits) and width (1/1000 em)."""

    def __init__(self, characters: Iterable[str]) -> None:
        from fontTools import subset
        from fontTools.ttLib import TTFont
        from noto_cjk_sans_jp_regular import FONT_PATH

        wanted = sorted(set(characters) & known_characters())
        font = TTFont(BytesIO(FONT_PATH.read_bytes()), lazy=True)
        options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=[])
        options.drop_tables += ["GSUB", "GPOS", "BASE", "VORG", "vhea", "vmtx", "GDEF"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(character) for character in wanted])
        cutter.subset(font)
        glyphs, metrics = font.getBestCmap(), font["hmtx"]
        cid = {character: int(glyphs[ord(character)].removeprefix("cid")) for character in wanted}
        self.code = {character: f"{number:04X}" for character, number in cid.items()}
        self.width = {character: int(metrics[glyphs[ord(character)]][0]) for character in wanted}
        self._cid = cid
        self.program: bytes = font.getTableData("CFF ")
        head, across = font["head"], font["hhea"]
        self._box = f"[{head.xMin} {head.yMin} {head.xMax} {head.yMax}]"
        self._ascent, self._descent = across.ascent, across.descent

    def measure(self, text: str, size: float) -> float:
        """How wide a text is, in points."""
        width = self.width
        return sum(width.get(character, 1000) for character in text) * size / 1000

    def objects(self, first: int) -> list[bytes]:
        """The font's objects, numbered from ``first``: the first is what a page names."""
        name = "/TEIKIA+NotoSansCJKjp-Regular"
        widths = " ".join(
            f"{number} [{self.width[character]}]"
            for character, number in sorted(self._cid.items(), key=lambda p: p[1])
        )
        return [
            f"<</Type/Font/Subtype/Type0/BaseFont{name}/Encoding/Identity-H/DescendantFonts[{first + 1} 0 R]"
            f"/ToUnicode {first + 4} 0 R>>".encode(),
            f"<</Type/Font/Subtype/CIDFontType0/BaseFont{name}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
            f"/Supplement 0>>/FontDescriptor {first + 2} 0 R/DW 1000/W[{widths}]>>".encode(),
            f"<</Type/FontDescriptor/FontName{name}/Flags 4/FontBBox{self._box}/ItalicAngle 0/Ascent {self._ascent}"
            f"/Descent {self._descent}/CapHeight 733/StemV 80/FontFile3 {first + 3} 0 R>>".encode(),
            _stream(self.program, b"/Subtype/CIDFontType0C", level=9),
            _stream(self._to_unicode().encode(), level=9),
        ]

    def _to_unicode(self) -> str:
        """Which character each code stands for, so that text can be searched and copied."""
        pairs = [
            f"<{code}> <{character.encode('utf-16-be').hex().upper()}>"
            for character, code in sorted(self.code.items())
        ]
        blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
        chars = "\n".join(
            f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
        )
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{chars}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
        )


def shown(font: Font, texts: Iterable[Text]) -> str:
    """Texts as a page's operators; characters that the font lacks are left out."""
    get, width = font.code.get, font.width.get
    made = []
    for x, y, size, text, right in texts:
        if right:
            x -= sum([width(c, 0) for c in text]) * size / 1000
        codes = "".join([get(c, "") for c in text])
        made.append(f"/F {size:g} Tf 1 0 0 1 {x:.6g} {y:.6g} Tm<{codes}>Tj\n")
    return "BT\n" + "".join(made) + "ET\n"


def line(x1: float, y1: float, x2: float, y2: float, width: float = 0.5) -> str:
    """A line as operators."""
    return f"{width:g} w {x1:g} {y1:g} m {x2:g} {y2:g} l S\n"


def _stream(content: bytes, more: bytes = b"", level: int = 1) -> bytes:
    packed = zlib.compress(content, level)
    return b"<</Length %d/Filter/FlateDecode%b>>stream\n%b\nendstream" % (len(packed), more, packed)


def write(font: Font, stamp: str, pages: Sequence[str], title: str) -> bytes:
    """The file: ``stamp`` and ``pages`` are operators (`shown`, `line`); the stamp shows on every page."""
    groups = [range(i, min(i + _KIDS, len(pages))) for i in range(0, len(pages), _KIDS)]
    root = 8 + 1  # catalogue, info, five of the font, stamp
    first = root + 1 + len(groups)
    resources = "<</Font<</F 3 0 R>>/XObject<</S 8 0 R>>>>"
    width, height = A4
    objects = [
        f"<</Type/Catalog/Pages {root} 0 R/Lang(ja)>>".encode(),
        b"<</Producer(teiki)/Title<FEFF" + title.encode("utf-16-be").hex().encode() + b">>>",
        *font.objects(3),
        _stream(
            stamp.encode(),
            f"/Type/XObject/Subtype/Form/BBox[0 0 {width} {height}]/Resources<</Font<</F 3 0 R>>>>".encode(),
        ),
        f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{root + 1 + i} 0 R' for i in range(len(groups)))}]"
        f"/MediaBox[0 0 {width} {height}]/Resources{resources}>>".encode(),
        *(
            f"<</Type/Pages/Parent {root} 0 R/Count {len(group)}"
            f"/Kids[{' '.join(f'{first + 2 * i} 0 R' for i in group)}]>>".encode()
            for group in groups
        ),
    ]
    for i, page in enumerate(pages):
        objects.append(
            b"<</Type/Page/Parent %d 0 R/Contents %d 0 R>>" % (root + 1 + i // _KIDS, first + 2 * i + 1)
        )
        objects.append(_stream(b"/S Do\n" + page.encode()))
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    """Header, objects, and the table of where each begins."""
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
    at, places = len(parts[0]), []
    for number, content in enumerate(objects, 1):
        made = b"%d 0 obj\n%b\nendobj\n" % (number, content)
        places.append(b"%010d 00000 n \n" % at)
        at += len(made)
        parts.append(made)
    size = len(objects) + 1
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    parts += places
    parts.append(b"trailer\n<</Size %d/Root 1 0 R/Info 2 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, at))
    return b"".join(parts)
