"""Photos for comparing with a reference library, made from public-domain pictures that packages bring."""
import importlib.util
import pathlib

import cv2
import numpy as np


def package_folder(name):
    """Without importing it, which would need all that it needs."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise SystemExit(f"the Python package {name} is missing: install tests/requirements.txt")
    return pathlib.Path(spec.origin).parent


SKIMAGE = package_folder("skimage") / "data"
MATPLOTLIB = package_folder("matplotlib") / "mpl-data/sample_data"
NOBODY = ["coffee.png", "chelsea.png", "rocket.jpg", "motorcycle_left.png", "hubble_deep_field.jpg", "brick.png",
          "page.png", "coins.png"]
GREY = (128, 128, 128)
# The reference moves a landmark when its heat map reaches one half. Here one reaches 0.5002: one grey level more in
# one pixel decides whether the right shoulder jumps by a tenth of the shoulders' width, in the reference as here.
ON_AN_EDGE = {"camera_mirrored"}


def load(path):
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise SystemExit(f"{path} is missing: install tests/requirements.txt")
    return picture


def scaled(picture, long_side):
    factor = long_side / max(picture.shape[:2])
    size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)


def turned(picture, degrees):
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


def padded(picture, left, top, right, bottom, colour):
    return cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour)


def brightened(picture, factor):
    return np.clip(picture.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def in_grid(pictures, columns, cell):
    """Pictures side by side, row by row, each letterboxed into a square of grey."""
    canvas = np.full((-(-len(pictures) // columns) * cell, columns * cell, 3), GREY, np.uint8)
    for index, picture in enumerate(pictures):
        small = scaled(picture, cell)
        top = index // columns * cell + (cell - small.shape[0]) // 2
        left = index % columns * cell + (cell - small.shape[1]) // 2
        canvas[top:top + small.shape[0], left:left + small.shape[1]] = small
    return canvas


def one_person(name, picture):
    """The changes a photo of one person goes through between camera and server."""
    height, width = picture.shape[:2]
    yield f"{name}", picture
    yield f"{name}_mirrored", cv2.flip(picture, 1)
    for side in (256, 401, 1280):
        yield f"{name}_{side}px", scaled(picture, side)
    for degrees in (-20, -7, 5, 14):
        yield f"{name}_turned{degrees:+d}", turned(picture, degrees)
    for factor in (0.35, 1.5):
        yield f"{name}_light{factor}", brightened(picture, factor)
    yield f"{name}_upper", picture[: round(height * 0.62)]
    yield f"{name}_left", picture[:, : round(width * 0.6)]
    yield f"{name}_wide", padded(picture, width // 2, 0, width, 0, (0, 0, 0))
    yield f"{name}_tall", padded(picture, 0, height // 3, 0, height, (255, 255, 255))
    yield f"{name}_blurred", cv2.GaussianBlur(picture, (0, 0), 3)


def several_people(astronaut, camera, hopper):
    flipped = [cv2.flip(picture, 1) for picture in (astronaut, camera, hopper)]
    everyone = [astronaut, hopper, camera, *flipped, turned(astronaut, 10), turned(hopper, -8), astronaut]
    yield "two_alike", in_grid([astronaut, flipped[0]], 2, 500)
    yield "two_different", in_grid([hopper, astronaut], 2, 512)
    yield "two_large", in_grid([camera, hopper], 2, 1000)
    yield "three", in_grid([astronaut, hopper, astronaut], 3, 430)
    for count, columns, cell in ((4, 2, 400), (6, 3, 384), (9, 3, 300)):
        yield f"group_of_{count}", in_grid(everyone[:count], columns, cell)


def no_people():
    for name in NOBODY:
        yield name.split(".")[0], load(SKIMAGE / name)
    yield "blank", np.full((333, 517, 3), 90, np.uint8)
    yield "strip", np.full((3, 2000, 3), 200, np.uint8)
    yield "noise", np.random.default_rng(7).integers(0, 256, (480, 640, 3), dtype=np.uint8)


def all_photos():
    """Yields (file name, file content); the same every time."""
    astronaut = load(SKIMAGE / "astronaut.png")
    camera = load(SKIMAGE / "camera.png")
    hopper = load(MATPLOTLIB / "grace_hopper.jpg")
    pictures = [*one_person("astronaut", astronaut), *one_person("camera", camera), *one_person("hopper", hopper),
                *several_people(astronaut, camera, hopper), *no_people(),
                ("astronaut_3000px", scaled(astronaut, 3000))]
    for quarter, turn in enumerate((cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE), 1):
        pictures.append((f"astronaut_quarter{quarter}", cv2.rotate(astronaut, turn)))
    for name, picture in pictures:
        if name in ON_AN_EDGE:
            continue
        yield f"{name}.png", cv2.imencode(".png", picture)[1].tobytes()
    for name, picture in (("astronaut", astronaut), ("hopper", scaled(hopper, 900))):
        for quality in (30, 70, 92):
            encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
            yield f"{name}_quality{quality}.jpg", encoded.tobytes()
