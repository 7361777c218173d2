"""Golden values of src-main/formats/run-lengths.ts: bounds of masks by pycocotools.

Run: python tests/oracles/formats/masks.py  (needs numpy, pycocotools)
Writes: tests/fixtures/formats/masks.json

Each mask as pycocotools' characters, as its list of run lengths, and its `toBbox`. Blobs, stripes that run over the end of a
column, single pixels, long runs whose counts take several characters.
"""

import json
from pathlib import Path

import numpy as np
from pycocotools import mask

draw = np.random.default_rng(20261121)


def runs(pixels):
    counts, current, length = [], 0, 0
    for value in pixels.flatten(order="F"):
        if value != current:
            counts.append(length)
            current, length = value, 0
        length += 1
    return [int(count) for count in [*counts, length]]


def random_mask(index):
    height, width = (int(side) for side in draw.integers(1, 60, 2))
    if index % 10 == 9:
        height, width = 700, 900
    pixels = np.zeros((height, width), np.uint8)
    for _ in range(draw.integers(1, 4)):
        top, left = draw.integers(0, height), draw.integers(0, width)
        pixels[top : top + draw.integers(1, height + 1), left : left + draw.integers(1, width + 1)] = 1
    if index % 3 == 0:
        pixels &= (draw.random((height, width)) < 0.5).astype(np.uint8) if height < 100 else 1
    if index % 7 == 0:
        pixels[:] = 0
        pixels[height - 1, width // 2] = 1
        pixels[0, min(width - 1, width // 2 + 1)] = 1
    if not pixels.any():
        pixels[0, 0] = 1
    return pixels


cases = []
for index in range(40):
    pixels = random_mask(index)
    packed = mask.encode(np.asfortranarray(pixels))
    box = [float(side) for side in mask.toBbox(packed)]
    cases.append({"size": packed["size"], "counts": packed["counts"].decode(), "runs": runs(pixels), "bbox": box})
target = Path(__file__).parents[2] / "fixtures" / "formats" / "masks.json"
target.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
