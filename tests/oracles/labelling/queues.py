"""Golden values of what queues are ordered by: uncertainty, suspicion of labels, and the greedy k-center choice.

Run: python tests/oracles/labelling/queues.py  (needs numpy, scipy, scikit-learn, cleanlab)
Writes: tests/fixtures/labelling/queues.json
"""

import json
from pathlib import Path

import numpy as np
from cleanlab.object_detection import rank
from cleanlab.rank import get_label_quality_scores
from scipy.spatial.distance import cdist
from scipy.stats import entropy

rng = np.random.default_rng(20261121)
CLASSES = ["cell", "dust", "hair"]
ALPHA, LIKELY, SURE, TEMPERATURE, LEAST = 0.9, 0.5, 0.7, 0.1, 0.01


def uncertainties():
    rows = [rng.dirichlet(np.full(n, alpha)) for n in (2, 3, 10) for alpha in (0.2, 1, 5)]
    rows += [np.array([1.0, 0.0]), np.full(4, 0.25)]
    for row in rows:
        first, second = np.sort(row)[::-1][:2]
        yield {
            "probabilities": row.tolist(),
            "leastConfidence": 1 - first,
            "margin": 1 - (first - second),
            "entropy": entropy(row) / np.log(len(row)),
        }


def box_uncertainties():
    """The boxes of a picture are of one class or far apart, but for pairs that tell one place twice."""
    for count in range(5):
        boxes, tops, seconds = [], [], []
        for index in range(count):
            place = {"x": 100.0 * index, "y": 0.0, "width": 50.0, "height": 50.0}
            top = float(rng.uniform(0.05, 1))
            boxes.append({**place, "className": "cell", "score": top})
            told = [top, 1 - top]
            if rng.random() < 0.5:
                other = float(rng.uniform(0.05, top))
                boxes.append({**place, "x": place["x"] + 5, "className": "dust", "score": other})
                told.append(other)
            second, first = np.sort(told)[-2:]
            tops.append(first)
            seconds.append(second)
        values = (1 - (np.array(tops) - np.array(seconds))) ** 2
        scores = np.array([box["score"] for box in boxes])
        drawn = scores[scores >= 0.25]
        lowest = 1 - drawn.min() if len(drawn) else (scores.max() if len(scores) else 0)
        yield {
            "boxes": boxes,
            "lowestBox": float(lowest),
            "boxMax": float(values.max()) if count else 0,
            "boxMean": float(values.mean()) if count else 0,
            "boxSum": float(values.sum()),
        }


def corners(boxes):
    return np.array([[b["x"], b["y"], b["x"] + b["width"], b["y"] + b["height"]] for b in boxes]).reshape(-1, 4)


def suspicion(given, found):
    """ObjectLab as its authors compute it, at our thresholds and with one least similarity for all pictures."""
    label = {"bboxes": corners(given), "labels": np.array([CLASSES.index(b["className"]) for b in given])}
    boxes, scores = corners(found), np.array([b["score"] for b in found])
    classes = np.array([CLASSES.index(b["className"]) for b in found])
    overlap = np.array(rank._get_overlap_matrix(label["bboxes"], boxes)).reshape(len(given), len(found))
    near = np.array(rank._get_dist_matrix(label["bboxes"], boxes)).reshape(len(given), len(found))
    inputs = {
        "pred_labels": classes,
        "pred_label_probs": scores,
        "pred_bboxes": boxes,
        "lab_labels": label["labels"],
        "lab_bboxes": label["bboxes"],
        "similarity_matrix": ALPHA * overlap + (1 - ALPHA) * near,
        "iou_matrix": overlap,
        "min_possible_similarity": LEAST,
    }
    high = {"alpha": ALPHA, "high_probability_threshold": SURE, "auxiliary_inputs": [inputs]}
    low = {"alpha": ALPHA, "low_probability_threshold": LIKELY, "auxiliary_inputs": [inputs]}
    kinds = [
        rank.compute_overlooked_box_scores(**high),
        rank.compute_badloc_box_scores(**low),
        rank.compute_swap_box_scores(**high),
    ]
    pooled = [rank.pool_box_scores_per_image(scores, temperature=TEMPERATURE)[0] for scores in kinds]
    return 1 - float(np.exp(np.mean(np.log(np.maximum(1e-100, pooled)))))


def random_box(near=None):
    if near is None:
        x, y, width, height = rng.uniform(0, 300, 2).tolist() + rng.uniform(20, 80, 2).tolist()
    else:
        x, y, width, height = [near[k] + rng.normal(0, 8) for k in ("x", "y", "width", "height")]
    return {"x": x, "y": y, "width": max(5, width), "height": max(5, height)}


def suspicions():
    for picture in range(60):
        given = [{**random_box(), "className": str(rng.choice(CLASSES))} for _ in range(rng.integers(0, 6))]
        found = [
            {
                **random_box(box),
                "className": box["className"] if rng.random() < 0.7 else str(rng.choice(CLASSES)),
                "score": float(rng.uniform(0.3, 1)),
            }
            for box in given
            if rng.random() < 0.8
        ]
        for _ in range(rng.integers(0, 3)):
            found.append({**random_box(), "className": str(rng.choice(CLASSES)), "score": float(rng.uniform(0.3, 1))})
        if picture % 10 == 0 and given:
            other = CLASSES[(CLASSES.index(given[0]["className"]) + 1) % 3]
            given.append({**given[0], "className": other})
        yield {"given": given, "found": found, "suspicion": suspicion(given, found)}


def self_confidences():
    probabilities = rng.dirichlet(np.ones(3), 20)
    labels = rng.integers(0, 3, 20)
    quality = get_label_quality_scores(labels, probabilities, method="self_confidence")
    return [
        {"label": CLASSES[label], "probabilities": row.tolist(), "suspicion": float(1 - score)}
        for label, row, score in zip(labels, probabilities, quality)
    ]


def k_center(width, points, centers, count):
    x, y = rng.integers(0, 256, (points, width)), rng.integers(0, 256, (centers, width))
    chosen, distances = [], []
    nearest = cdist(x, y).min(axis=1) if centers else None
    for _ in range(count):
        if nearest is None:
            index = int(np.argmin(((x - x.mean(axis=0)) ** 2).sum(axis=1)))
            distances.append(None)
            nearest = np.full(points, np.inf)
        else:
            index = int(np.argmax(nearest))
            distances.append(float(nearest[index]))
        chosen.append(index)
        nearest = np.minimum(nearest, cdist(x, x[index : index + 1])[:, 0])
    return {
        "width": width,
        "points": x.ravel().tolist(),
        "centers": y.ravel().tolist(),
        "chosen": chosen,
        "distances": distances,
    }


out = Path(__file__).parents[2] / "fixtures" / "labelling" / "queues.json"
out.write_text(
    json.dumps(
        {
            "classes": list(uncertainties()),
            "boxes": list(box_uncertainties()),
            "suspicions": list(suspicions()),
            "selfConfidences": self_confidences(),
            "kCenter": [k_center(5, 60, 7, 12), k_center(3, 40, 0, 10)],
        },
        indent=1,
    )
    + "\n"
)
