"""Golden values of src-main/vision/hsv-gains.ts: hue, saturation and value of Python's colorsys, changed by gains.

Run: python tests/oracles/vision/hsv_gains.py  (the standard library alone)
Writes: tests/fixtures/vision/hsv-gains.json

The definition is that of RandomHSV of Ultralytics: hue + turn on its circle, saturation and value times their factors and
at most 1; without the steps of OpenCV's 8 bits. Greys and the corners of the cube are among the pixels.
"""

import colorsys
import json
import random
from pathlib import Path

draw = random.Random(20261121)
pixels = [[r, g, b] for r in (0, 128, 255) for g in (0, 128, 255) for b in (0, 128, 255)]
pixels += [[draw.randrange(256) for _ in range(3)] for _ in range(100)]
gains = [[0, 1, 1], [1 / 3, 1, 1], [-0.015, 1, 1], [0.5, 1, 1], [0, 0, 1], [0, 1.7, 1], [0, 1, 0.6], [0, 1, 1.4]]
gains += [[draw.uniform(-0.5, 0.5), draw.uniform(0, 2), draw.uniform(0.1, 1.9)] for _ in range(12)]


def change(pixel, turn, saturation, value):
    h, s, v = colorsys.rgb_to_hsv(*[level / 255 for level in pixel])
    changed = colorsys.hsv_to_rgb((h + turn) % 1, min(1, s * saturation), min(1, v * value))
    return [255 * level for level in changed]


cases = [{"gains": g, "changed": [[round(x, 6) for x in change(p, *g)] for p in pixels]} for g in gains]
target = Path(__file__).parents[2] / "fixtures" / "vision" / "hsv-gains.json"
target.write_text(json.dumps({"pixels": pixels, "cases": cases}, separators=(",", ":")) + "\n")
