"""Photo files for the tests: the sample photo, and files that are broken, odd or lying."""
import io
import pathlib
import struct
import zlib

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "build/samples/astronaut.png"


def sample():
    return Image.open(SAMPLE).convert("RGB")


def encoded(image, format_name, **options):
    stream = io.BytesIO()
    image.save(stream, format_name, **options)
    return stream.getvalue()


def png_of_size(width, height):
    """A PNG whose header claims that size and whose pixels are missing."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def sixteen_bit_png():
    import cv2
    import numpy
    wide = numpy.asarray(sample())[..., ::-1].astype(numpy.uint16) * 257
    return cv2.imencode(".png", wide)[1].tobytes()


def animated_webp():
    frames = [sample().resize((64, 64)).rotate(angle) for angle in (0, 30)]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def unreadable():
    """Name → bytes of files that no analysis can be made of: exit code 2 and one line."""
    jpeg = encoded(sample(), "JPEG", quality=90)
    return {
        "empty.jpg": b"",
        "text.jpg": b"This is not a photo.\n",
        "truncated.jpg": jpeg[: len(jpeg) // 2],
        "truncated.png": SAMPLE.read_bytes()[:200_000],
        "header-only.jpg": jpeg[:30],
        "huge-header.png": png_of_size(20_000, 20_000),
        "zero-size.png": png_of_size(0, 10),
        "animated.webp": animated_webp(),
        "animated.gif": encoded(sample().resize((32, 32)).convert("P"), "GIF"),
        "document.pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    }


def odd_but_readable():
    """Name → bytes of unusual photos that are analysed all the same."""
    with_alpha = sample().convert("RGBA")
    with_alpha.putalpha(200)
    return {
        "one-pixel.png": encoded(Image.new("RGB", (1, 1), (200, 30, 30)), "PNG"),
        "thin.png": encoded(Image.new("RGB", (3, 2000), (20, 30, 200)), "PNG"),
        "cmyk.jpg": encoded(sample().convert("CMYK"), "JPEG"),
        "gray.jpg": encoded(sample().convert("L"), "JPEG"),
        "progressive.jpg": encoded(sample(), "JPEG", progressive=True),
        "sixteen-bit.png": sixteen_bit_png(),
        "alpha.png": encoded(with_alpha, "PNG"),
        "palette.png": encoded(sample().convert("P"), "PNG"),
        "lossless.webp": encoded(sample(), "WEBP", lossless=True),
        "nobody.png": encoded(Image.effect_noise((640, 480), 40).convert("RGB"), "PNG"),
    }
