"""Golden values of agreement and consensus between annotators, from scikit-learn, NumPy and SciPy's linkage.

Run: python tests/oracles/labelling/agreement.py  (needs numpy, scipy, scikit-learn)
Writes: tests/fixtures/labelling/agreement.json
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import cohen_kappa_score

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20261121)
CLASSES = ["bolt", "nut", "washer"]
IOU = 0.5


def finite(value):
    return None if value is None or not np.isfinite(value) else float(value)


def iou_matrix(a, b):
    a, b = np.asarray(a, float).reshape(-1, 4), np.asarray(b, float).reshape(-1, 4)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, :2] + a[:, None, 2:], b[None, :, :2] + b[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    return shared / (a[:, 2:].prod(1)[:, None] + b[:, 2:].prod(1)[None, :] - shared)


def draw_truth(count):
    return [
        (str(rng.choice(CLASSES)), [*rng.uniform(0, 300, 2).round(2), *rng.uniform(20, 80, 2).round(2)])
        for _ in range(count)
    ]


def answer(truth):
    """As a person sees it: some missed, some of another class, all a little off, some invented."""
    boxes = []
    for name, box in truth:
        if rng.random() < 0.15:
            continue
        name = str(rng.choice(CLASSES)) if rng.random() < 0.2 else name
        box = np.asarray(box) + rng.normal(0, 4, 4)
        boxes.append((name, [float(v) for v in np.maximum(box, [0, 0, 5, 5]).round(3)]))
    boxes += draw_truth(int(rng.integers(0, 2)))
    rng.shuffle(boxes)
    tag = None if rng.random() < 0.2 else str(rng.choice(CLASSES, p=[0.7, 0.2, 0.1]))
    return {"className": tag, "boxes": [{"className": n, **dict(zip(["x", "y", "width", "height"], map(float, b)))} for n, b in boxes]}


def coordinates(boxes):
    return [[b["x"], b["y"], b["width"], b["height"]] for b in boxes]


def match(a, b):
    """Strikes rows and columns of the matrix: the highest left, those of one class in a first pass."""
    if not a or not b:
        return []
    overlaps = iou_matrix(coordinates(a), coordinates(b))
    same = np.array([[x["className"] == y["className"] for y in b] for x in a])
    found, free = [], np.ones_like(same)
    for eligible in (same, ~same):
        while True:
            left = np.where(eligible & free & (overlaps >= IOU), overlaps, -1)
            i, j = np.unravel_index(left.argmax(), left.shape)
            if left[i, j] < 0:
                break
            found.append((int(i), int(j), float(overlaps[i, j])))
            free[i, :] = False
            free[:, j] = False
    return found


def label_pairs(pictures):
    first, second, overlaps = [], [], []
    for picture in pictures:
        a, b = picture["first"], picture["second"]
        matched = match(a["boxes"], b["boxes"])
        for i, j, overlap in matched:
            first.append(a["boxes"][i]["className"])
            second.append(b["boxes"][j]["className"])
            overlaps.append(overlap)
        alone = [x["className"] for i, x in enumerate(a["boxes"]) if i not in {m[0] for m in matched}]
        first += alone
        second += ["none"] * len(alone)
        alone = [x["className"] for j, x in enumerate(b["boxes"]) if j not in {m[1] for m in matched}]
        first += ["none"] * len(alone)
        second += alone
        overlaps += [None] * (len(first) - len(overlaps))
        if a["className"] is not None or b["className"] is not None:
            first.append(a["className"] or "none")
            second.append(b["className"] or "none")
            overlaps.append(None)
    return np.array(first), np.array(second), overlaps


def figures(first, second, overlaps, names):
    told = np.isin(first, names) | np.isin(second, names)
    alike = told & (first == second)
    shares = [o for o, is_alike in zip(overlaps, alike) if is_alike and o is not None]
    count = np.isin(first, names).sum() + np.isin(second, names).sum()
    kappa = cohen_kappa_score(first, second) if len(names) > 1 else cohen_kappa_score(first == names[0], second == names[0])
    return {
        "things": int(told.sum()),
        "agreed": int(alike.sum()),
        "meanIou": finite(np.mean(shares)) if shares else None,
        "f1": finite(2 * alike.sum() / count) if count else None,
        "kappa": finite(kappa),
    }


def agreement():
    pictures = []
    for _ in range(12):
        truth = draw_truth(int(rng.integers(0, 7)))
        pictures.append({"first": answer(truth), "second": answer(truth)})
    first, second, overlaps = label_pairs(pictures)
    names = sorted({str(n) for n in [*first, *second]} - {"none"})
    return {
        "iou": IOU,
        "pictures": pictures,
        "agreement": {
            "pictures": len(pictures),
            **figures(first, second, overlaps, CLASSES),
            "classes": [{"className": n, **figures(first, second, overlaps, [n])} for n in names],
        },
    }


def alpha(units):
    """From the matrix of coincidences (Krippendorff 2011), cell by cell."""
    units = [unit for unit in units if len(unit) > 1]
    names = sorted({answer for unit in units for answer in unit})
    table = np.zeros((len(names), len(names)))
    for unit in units:
        for i, a in enumerate(unit):
            for j, b in enumerate(unit):
                if i != j:
                    table[names.index(a), names.index(b)] += 1 / (len(unit) - 1)
    n, totals = table.sum(), table.sum(axis=1)
    off = ~np.eye(len(names), dtype=bool)
    expected = np.outer(totals, totals)[off].sum() / (n - 1) if n else 0
    return None if expected == 0 else float(1 - table[off].sum() / expected)


def alphas():
    result = []
    for people in (2, 3, 5):
        units = []
        for _ in range(40):
            truth = rng.choice(CLASSES)
            answers = [str(truth if rng.random() < 0.7 else rng.choice(CLASSES)) for _ in range(people)]
            units.append([a for a in answers if rng.random() < 0.8])
        result.append({"units": units, "alpha": alpha(units)})
    # The worked example of Krippendorff (2011), section C, whose nominal alpha is published.
    example = [list(unit) for unit in ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]]
    result.append({"units": example, "alpha": alpha(example), "published": 0.743})
    return result


def consensus(people, quorum):
    truth = draw_truth(int(rng.integers(2, 9)))
    answers = [answer(truth) for _ in range(people)]
    told = [(i, box) for i, one in enumerate(answers) for box in one["boxes"]]
    overlaps = iou_matrix(coordinates([b for _, b in told]), coordinates([b for _, b in told]))
    cannot = np.array([[i == j or a["className"] != b["className"] for j, b in told] for i, a in told])
    distance = np.where(cannot | (overlaps == 0), 9.0, 1 - overlaps)
    clusters = fcluster(linkage(distance[np.triu_indices(len(told), 1)], "complete"), 1 - IOU, "distance")
    things = []
    for cluster in dict.fromkeys(clusters):
        members = np.flatnonzero(clusters == cluster)
        boxes = [told[m][1] for m in members]
        mean = np.mean(coordinates(boxes), axis=0)
        shares = overlaps[np.ix_(members, members)][np.triu_indices(len(members), 1)]
        things.append(
            {
                "className": boxes[0]["className"],
                **dict(zip(["x", "y", "width", "height"], map(float, mean))),
                "votes": len(members),
                "lowestIou": float(shares.min()) if len(shares) else None,
            }
        )
    tags = [a["className"] for a in answers if a["className"] is not None]
    counts = sorted(((tags.count(t), t) for t in set(tags)), reverse=True)
    wins = counts and counts[0][0] >= quorum * people - 1e-9 and (len(counts) < 2 or counts[1][0] < counts[0][0])
    return {
        "rule": {"quorum": quorum, "iou": IOU},
        "answers": answers,
        "className": counts[0][1] if wins else None,
        "boxes": [t for t in things if t["votes"] >= quorum * people - 1e-9],
        "disputed": [t for t in things if t["votes"] < quorum * people - 1e-9],
    }


golden = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "pairs": [agreement() for _ in range(2)],
    "alphas": alphas(),
    "consensus": [consensus(people, quorum) for people, quorum in [(2, 0.6), (3, 0.6), (5, 0.6), (4, 0.25), (3, 1.0)] * 2],
}
path = Path(__file__).parents[2] / "fixtures" / "labelling" / "agreement.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(golden, indent=1) + "\n")
print(golden["pairs"][0]["agreement"], [a["alpha"] for a in golden["alphas"]])
