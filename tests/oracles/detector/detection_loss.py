"""Golden losses and gradients of a one-stage detector from PyTorch: tests/fixtures/detector/detection-loss.json.

Run with a Python that has torch: python tests/oracles/detector/detection_loss.py
Written from the papers, object by object in float64: task-aligned assignment (Feng et al. 2021, TOOD), complete IoU
(Zheng et al. 2020), distribution focal loss (Li et al. 2020), and the constants and gains that YOLOv8 publishes.
Predictions are waves that the test makes again: v[i] = amplitude * sin(0.7 i + phase) + offset.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

SIZE, STRIDES, BINS = 32, (8, 16, 32), 8
TOP_K, EPS = 10, 1e-20
GAINS = (7.5, 0.5, 1.5)

points = [
    ((column + 0.5) * stride, (row + 0.5) * stride, stride)
    for stride in STRIDES
    for row in range(SIZE // stride)
    for column in range(SIZE // stride)
]
centres = torch.tensor([(x, y) for x, y, _ in points])
strides = torch.tensor([float(s) for _, _, s in points])


def wave(shape, amplitude, phase, offset=0.0):
    index = torch.arange(math.prod(shape), dtype=torch.float64)
    values = amplitude * torch.sin(0.7 * index + phase) + offset
    return values.float().double().reshape(shape)


def iou_of(a, b):
    inner = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    area = lambda box: (box[..., 2:] - box[..., :2]).prod(-1)
    return inner / (area(a) + area(b) - inner + 1e-7)


def ciou_of(found, truth):
    iou = iou_of(found, truth)
    outer = torch.maximum(found[..., 2:], truth[..., 2:]) - torch.minimum(found[..., :2], truth[..., :2])
    c2 = (outer**2).sum(-1) + 1e-7
    rho2 = ((found[..., :2] + found[..., 2:] - truth[..., :2] - truth[..., 2:]) ** 2).sum(-1) / 4
    angle = lambda box: torch.atan((box[..., 2] - box[..., 0]) / (box[..., 3] - box[..., 1] + 1e-7))
    v = 4 / math.pi**2 * (angle(truth) - angle(found)) ** 2
    alpha = (v / (1 - iou + v + 1e-7)).detach()
    return iou - rho2 / c2 - alpha * v


def assign(scores, boxes, truth, labels, least=0.0):
    """One image: owner (-1: none) and weight of each point."""
    candidates = []
    overlaps = torch.stack([iou_of(boxes, box.expand_as(boxes)) for box in truth]).clamp(min=least) if len(truth) else None
    alignments = []
    for number, (box, label) in enumerate(zip(truth, labels)):
        middle, extent = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]).clamp(min=1.5 * min(STRIDES))
        inside = ((centres > middle - extent / 2) & (centres < middle + extent / 2)).all(-1)
        alignment = scores[label].clamp(min=1e-9).sqrt() * overlaps[number] ** 6
        alignments.append(alignment)
        order = torch.sort(torch.where(inside, alignment, 0.0), descending=True, stable=True).indices[:TOP_K]
        candidates.append({int(a) for a in order if inside[a] and alignment[a] > 0})
    owner = []
    for a in range(len(points)):
        wanting = [number for number, chosen in enumerate(candidates) if a in chosen]
        owner.append(max(wanting, key=lambda number: (float(overlaps[number, a]), -number), default=-1))
    weights = torch.zeros(len(points))
    for number in range(len(truth)):
        own = [a for a, mine in enumerate(owner) if mine == number]
        if own:
            best = alignments[number][own].max()
            weights[own] = alignments[number][own] * overlaps[number][own].max() / (best + EPS)
    return owner, weights


def loss_of(logits, boxes, distances, truths, labels, objectness=None):
    """Gain-weighted box, class and distribution losses, and the count of positives."""
    target, alignment = torch.zeros_like(logits), torch.zeros(logits.shape[0], 1, logits.shape[2])
    scores = logits.sigmoid() if objectness is None else logits.sigmoid() * objectness.sigmoid()
    terms_box, terms_dfl, count, total = [], [], 0, 0.0
    for n in range(logits.shape[0]):
        with torch.no_grad():
            owner, weights = assign(scores[n], boxes[n].T, truths[n], labels[n], 0.0 if objectness is None else 0.1)
        total += float(weights.sum())
        for a, number in enumerate(owner):
            if number < 0:
                continue
            count += 1
            box = truths[n][number]
            target[n, labels[n][number], a] = weights[a] if objectness is None else 1.0
            alignment[n, 0, a] = weights[a]
            terms_box.append((1 - ciou_of(boxes[n, :, a], box)) * weights[a])
            if distances is None:
                continue
            sides = torch.cat([centres[a] - box[:2], box[2:] - centres[a]]) / strides[a]
            sides = sides.clamp(0, BINS - 1 - 0.01)
            low = sides.floor().long()
            share = sides - low
            each = (1 - share) * F.cross_entropy(distances[n, :, a], low, reduction="none") + share * F.cross_entropy(
                distances[n, :, a], low + 1, reduction="none"
            )
            terms_dfl.append(each.mean() * weights[a])
    total = max(total, 1.0)
    zero = logits.sum() * 0
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    if objectness is not None:
        apart = F.binary_cross_entropy_with_logits(objectness, alignment, reduction="sum")
        bce = (bce * alignment).sum() + apart
    bce = bce.sum()
    parts = (sum(terms_box, zero), bce, sum(terms_dfl, zero))
    return [gain * part / total for gain, part in zip(GAINS, parts)], count


def decode(distances):
    mean = (distances.softmax(-1) * torch.arange(BINS)).sum(-1) * strides
    return torch.cat([centres.T - mean[:, :2], centres.T + mean[:, 2:]], 1)


def record(tensor):
    return [float(f"{value:.6g}") for value in tensor.flatten().tolist()]


def case(name, objects, classes=3, phase=0.3, plain=False, peak=1.5, apart=False):
    """objects: per image a list of (class, x1, y1, x2, y2); `plain` predicts corners instead of distributions,
    `apart` predicts the objectness apart from the classes."""
    n, a = len(objects), len(points)
    logits = wave((n, classes, a), 2.0, phase, -1.0).requires_grad_()
    truths = [torch.tensor([row[1:] for row in rows], dtype=torch.float64).reshape(-1, 4) for rows in objects]
    labels = [[row[0] for row in rows] for rows in objects]
    objectness = wave((n, 1, a), 2.0, phase + 2, -1.0).requires_grad_() if apart else None
    if plain:
        raw = wave((n, 4, a), 5.0, phase + 1)
        corners = torch.cat([centres.T - 9, centres.T + 9]) + raw
        raw = corners.float().double().requires_grad_()
        parts, count = loss_of(logits, raw, None, truths, labels, objectness)
    else:
        raw = wave((n, 4, a, BINS), peak, phase + 1).requires_grad_()
        parts, count = loss_of(logits, decode(raw), raw, truths, labels, objectness)
    sum(parts).backward()
    return {
        "name": name,
        "classes": classes,
        "phase": phase,
        "peak": peak,
        "plain": plain,
        **({"objectnessGradient": record(objectness.grad)} if apart else {}),
        "objects": objects,
        "parts": [float(f"{float(part.detach()):.9g}") for part in parts],
        "positives": count,
        "logitsGradient": record(logits.grad),
        "rawGradient": record(torch.zeros_like(raw) if raw.grad is None else raw.grad),
    }


crowd = [(k % 3, 4 + k, 5 + k / 2, 20 + k, 24 - k / 2) for k in range(6)]
cases = [
    case("objects of all sizes", [[(0, 2, 3, 14, 12), (2, 8, 8, 31, 30)], [(1, 1, 1, 30, 31)]]),
    case("no object in one image", [[], [(1, 4, 4, 20, 28)]], phase=1.1),
    case("no object at all", [[], []]),
    case("an object on the border and one half outside", [[(0, 0, 0, 12, 9)], [(2, 20, -10, 45, 12)]], phase=2.0),
    case("an object outside the image", [[(1, 40, 40, 60, 60)], [(0, -30, 2, -1, 30)]]),
    case("many overlapping objects, two of them equal", [crowd + [crowd[0]], []], phase=0.9),
    case("objects smaller than a cell", [[(0, 15, 15, 18, 17), (1, 3, 3, 5, 6)], [(2, 7.5, 7.5, 8.5, 8.5)]]),
    case("one class, sharp distributions", [[(0, 5, 5, 25, 21)], [(0, 0, 10, 16, 31)]], classes=1, peak=6.0),
    case("corners instead of distances", [[(0, 2, 3, 14, 12), (2, 8, 8, 31, 30)], [(1, 1, 1, 30, 31)]], plain=True),
    case("objectness apart", [[(0, 2, 3, 14, 12), (2, 8, 8, 31, 30)], [(1, 1, 1, 30, 31)]], plain=True, apart=True),
    case("objectness apart, no object", [[], []], plain=True, apart=True, phase=1.3),
    case("corners, thin objects", [[(0, 2, 14, 30, 16)], [(1, 12, 1, 14, 31)]], plain=True, phase=2.2),
]
target = Path(__file__).parents[2] / "fixtures" / "detector" / "detection-loss.json"
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps(cases, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
print(f"{len(cases)} cases, {target.stat().st_size} bytes")
for each in cases:
    print(each["name"], each["parts"], each["positives"])
