#!/usr/bin/env python3
"""Makes the golden crops of the warp tests with OpenCV 4.11's warpPerspective, from the public-domain sample photo.

    tests/oracle/warp_golden.py build/samples/astronaut.png src/platform/vision/tests/data

Every fourth pixel of each crop is kept: enough to notice a wrong rounding, small enough to commit.
"""
import pathlib
import sys

import cv2
import numpy as np

# name, centre, side, rotation (radians), size, border
CROPS = [
    ("body", (158.7292, 524.0119), 1254.9214, 0.160093, 256, cv2.BORDER_REPLICATE),
    ("face", (225.2376, 130.5433), 143.0163, 0.094311, 192, cv2.BORDER_REPLICATE),
    ("corner", (40.37, 470.21), 333.33, -0.7, 128, cv2.BORDER_CONSTANT),
]


def crop(picture, centre, side, rotation, size, border):
    corners = cv2.boxPoints((centre, (side, side), float(np.float32(rotation) * 180 / np.pi)))
    targets = np.array([[0, size], [0, 0], [size, 0], [size, size]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, targets)
    return cv2.warpPerspective(picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=border)


def main():
    picture = cv2.imread(sys.argv[1], cv2.IMREAD_COLOR)
    for name, *what in CROPS:
        cv2.imwrite(str(pathlib.Path(sys.argv[2]) / f"warp_{name}.png"), crop(picture, *what)[::4, ::4])


if __name__ == "__main__":
    main()
