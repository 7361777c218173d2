"""Golden values of src-main/statistics/detection: COCO's figures by pycocotools, error kinds by tidecv.

Run: python tests/oracles/detection/coco_figures.py  (needs numpy, pycocotools, tidecv)
Writes: tests/fixtures/detection/figures.json

200 random data sets with crowds, empty classes, equal scores, no detections, areas and overlaps on the borders, more
than 100 detections of one picture. Boxes are whole quarters of a pixel, scores whole thousandths, so that both sides read
the same numbers.
"""

import contextlib
import io
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from tidecv import TIDE, Data

rng = np.random.default_rng(20261121)
SETS = 200
QUARTER = 4
THOUSAND = 1000


def random_box():
    kind = rng.integers(0, 6)
    if kind == 0:  # areas on the borders 32² and 96², and one quarter beside them
        side, other = [(32, 32), (96, 96), (16, 64), (32, 288), (32, 32.25), (96, 96.25), (31.75, 32)][rng.integers(0, 7)]
    elif kind < 4:
        side, other = rng.integers(8, 400, 2) / QUARTER
    else:
        side, other = rng.integers(100, 1200, 2) / QUARTER
    x, y = rng.integers(0, 1200, 2) / QUARTER
    return [x, y, side, other]


def near(box):
    """A box that overlaps another: the same, half of it (IoU 0.5 exactly), or moved a little."""
    x, y, w, h = box
    kind = rng.integers(0, 5)
    if kind == 0:
        return list(box)
    if kind == 1:
        return [x, y, w, h / 2] if (h * QUARTER) % 2 == 0 else [x, y, w, h]
    move = np.round(rng.normal(0, 0.15, 4) * [w, h, w, h] * QUARTER) / QUARTER
    return [x + move[0], y + move[1], max(0.25, w + move[2]), max(0.25, h + move[3])]


def random_set(index):
    classes = int(rng.integers(1, 6))
    pictures = int(rng.integers(1, 9))
    crowded = index % 3 == 0
    scores_kind = ["distinct", "few", "one"][0 if index % 2 else rng.integers(0, 3)]
    used = [c for c in range(classes) if rng.random() < 0.85]  # the others have no truth
    truths, detections = [], []
    for picture in range(pictures):
        if used and rng.random() < 0.85:
            for _ in range(rng.integers(0, 6)):
                box = near(truths[-1][2:6]) if truths and rng.random() < 0.15 else random_box()
                truths.append([picture, int(rng.choice(used)), *box, int(crowded and rng.random() < 0.25)])
        if index % 17 == 5:
            continue  # no detections at all
        here = [t for t in truths if t[0] == picture]
        for truth in here:
            for _ in range(rng.integers(0, 4)):
                c = truth[1] if rng.random() < 0.8 else int(rng.integers(0, classes))
                detections.append([picture, c, *near(truth[2:6])])
        for _ in range(rng.integers(0, 4)):
            detections.append([picture, int(rng.integers(0, classes)), *random_box()])
        if index % 40 == 7 and picture == 0:  # more than the 100 that are looked at
            detections += [[0, 0, *(near(here[0][2:6]) if here else random_box())] for _ in range(120)]
    n = len(detections)
    if scores_kind == "distinct":
        scores = (rng.permutation(1000)[:n] + 1) / THOUSAND
    else:
        scores = rng.choice([0.25, 0.5, 0.75] if scores_kind == "few" else [0.5], n)
    detections = [[*d, float(s)] for d, s in zip(detections, scores)]
    return classes, pictures, truths, detections, scores_kind == "distinct"


def coco_figures(classes, pictures, truths, detections):
    gt = COCO()
    gt.dataset = {
        "images": [{"id": i + 1} for i in range(pictures)],
        "categories": [{"id": c + 1} for c in range(classes)],
        "annotations": [
            {
                "id": i + 1, "image_id": t[0] + 1, "category_id": t[1] + 1, "bbox": t[2:6],
                "area": t[4] * t[5], "iscrowd": t[6],
            }
            for i, t in enumerate(truths)
        ],
    }
    gt.createIndex()
    dt = COCO()
    dt.dataset = dict(gt.dataset, annotations=[])
    if detections:
        dt = gt.loadRes(
            [{"image_id": d[0] + 1, "category_id": d[1] + 1, "bbox": d[2:6], "score": d[6]} for d in detections]
        )
    else:
        dt.createIndex()
    ev = COCOeval(gt, dt, "bbox")
    ev.evaluate()
    ev.accumulate()
    ev.summarize()
    per_class = []
    for c in range(classes):
        precision = ev.eval["precision"][:, :, c, 0, 2]
        per_class.append([none_if_absent(precision[0]), none_if_absent(precision)])
    return [none_if_absent(np.array([s])) for s in ev.stats], per_class


def none_if_absent(values):
    values = values[values > -1]
    return float(values.mean()) if len(values) else None


KINDS = {
    "ClassError": "classification", "BoxError": "localization", "OtherError": "both",
    "DuplicateError": "duplicate", "BackgroundError": "background", "MissedError": "missed",
}


def average_precision(points, truths):
    """tidecv's get_ap with COCO's points of recall (its own x/100 differ in the last digit)."""
    if truths == 0:
        return 0.0 if points else 1.0
    points = sorted(points, key=lambda p: -p[0])
    right = np.cumsum([p[1] for p in points]) if points else np.zeros(0)
    precision = right / np.arange(1, len(points) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(right / truths, np.linspace(0, 1, 101), side="left")
    return float(np.mean([precision[i] if i < len(precision) else 0 for i in at]))


def mean_ap(ap_data, classes):
    return float(np.mean([
        average_precision([(s, bool(t)) for s, t, _ in ap_data.objs[c].data_points.values()], ap_data.objs[c].num_gt_positives)
        for c in classes
    ]))


def error_kinds(pictures, truths, detections):
    """Without crowds, and with distinct scores: tidecv puts equal ones in another order when it repairs."""
    gt, dt = Data("gt", max_dets=10000), Data("dt", max_dets=10000)
    for i in range(pictures):
        gt.add_image(i, str(i))
        dt.add_image(i, str(i))
    for t in truths:
        gt.add_ground_truth(t[0], t[1], t[2:6])
    for d in detections:
        dt.add_detection(d[0], d[1], d[6], d[2:6])
    run = TIDE().evaluate(gt, dt)
    classes = sorted({t[1] for t in truths})
    base = mean_ap(run.ap_data, classes)
    costs, counts = {}, {}
    for kind in TIDE._error_types:
        name = KINDS[kind.__name__]
        fixed = run.fix_errors(lambda error: isinstance(error, kind))
        costs[name] = max(0.0, mean_ap(fixed, classes) - base)
        counts[name] = len(run.error_dict[kind])
    special = {error.__name__: error for error in TIDE._special_error_types}
    positives = run.fix_errors(transform=special["FalsePositiveError"].fix)
    negatives = run.fix_errors(false_neg_dict=run.false_negatives)
    return {
        "ap": base, "costs": costs, "counts": counts,
        "falsePositives": mean_ap(positives, classes) - base,
        "falseNegatives": mean_ap(negatives, classes) - base,
    }


def quarters(values):
    return [int(round(v * QUARTER)) for v in values]


def main():
    sets = []
    for index in range(SETS):
        classes, pictures, truths, detections, distinct = random_set(index)
        with contextlib.redirect_stdout(io.StringIO()):
            figures, per_class = coco_figures(classes, pictures, truths, detections)
            plain = distinct and truths and not any(t[6] for t in truths)
            errors = error_kinds(pictures, truths, detections) if plain else None
        sets.append({
            "classes": classes, "pictures": pictures,
            "truths": [v for t in truths for v in (t[0], t[1], *quarters(t[2:6]), t[6])],
            "detections": [v for d in detections for v in (d[0], d[1], *quarters(d[2:6]), round(d[6] * THOUSAND))],
            "figures": figures, "perClass": per_class, "errors": errors,
        })
    out = Path(__file__).resolve().parents[2] / "fixtures" / "detection" / "figures.json"
    out.write_text(json.dumps(sets, separators=(",", ":")) + "\n")
    counted = defaultdict(int)
    for one in sets:
        counted["errors"] += one["errors"] is not None
        counted["boxes"] += len(one["detections"]) // 7
    print(f"{len(sets)} sets, {dict(counted)}, {out.stat().st_size} bytes")


main()
