"""The nano detector of the step bench in PyTorch: the same network, and the published losses over whole batches.

Task-aligned assignment (Feng et al. 2021), complete IoU (Zheng et al. 2020), distribution focal loss (Li et al. 2020),
with the constants and gains of YOLOv8, written for speed: no loop over images or objects.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

CLASSES, BINS, STRIDES, TOP_K = 3, 16, (8, 16, 32), 10


class Convolution(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, stride=1):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.silu(self.norm(self.convolution(x)))


class Stage(nn.Module):
    def __init__(self, inputs, outputs, residual):
        super().__init__()
        half = outputs // 2
        self.round, self.through = Convolution(inputs, half), Convolution(inputs, half)
        self.first, self.second = Convolution(half, half, 3), Convolution(half, half, 3)
        self.join, self.residual = Convolution(2 * half, outputs), residual

    def forward(self, x):
        through = self.through(x)
        change = self.second(self.first(through))
        return self.join(torch.cat([through + change if self.residual else change, self.round(x)], 1))


class Nano(nn.Module):
    def __init__(self):
        super().__init__()
        width = [16, 32, 64, 128, 192]
        self.stem = Convolution(3, 16, 3, 2)
        self.halves = nn.ModuleList(Convolution(width[i], width[i + 1], 3, 2) for i in range(4))
        self.stages = nn.ModuleList(Stage(width[i + 1], width[i + 1], True) for i in range(4))
        self.lateral5, self.up4 = Convolution(192, 128), Stage(256, 128, False)
        self.lateral4, self.up3 = Convolution(128, 64), Stage(128, 64, False)
        self.half3, self.down4 = Convolution(64, 64, 3, 2), Stage(128, 128, False)
        self.half4, self.down5 = Convolution(128, 128, 3, 2), Stage(256, 192, False)
        self.stems = nn.ModuleList(Convolution(channels, 48) for channels in (64, 128, 192))
        self.class_branches = nn.ModuleList(Convolution(48, 48, 3) for _ in STRIDES)
        self.box_branches = nn.ModuleList(Convolution(48, 48, 3) for _ in STRIDES)
        self.classes = nn.ModuleList(nn.Conv2d(48, CLASSES, 1) for _ in STRIDES)
        self.boxes = nn.ModuleList(nn.Conv2d(48, 4 * BINS, 1) for _ in STRIDES)

    def forward(self, x):
        """Class logits [n, points, classes] and logits of the distances [n, points, 4, bins]."""
        features = []
        x = self.stem(x)
        for half, stage in zip(self.halves, self.stages):
            x = stage(half(x))
            features.append(x)
        grow = lambda small: F.interpolate(small, scale_factor=2)
        lateral5 = self.lateral5(features[3])
        lateral4 = self.lateral4(self.up4(torch.cat([grow(lateral5), features[2]], 1)))
        out3 = self.up3(torch.cat([grow(lateral4), features[1]], 1))
        out4 = self.down4(torch.cat([self.half3(out3), lateral4], 1))
        out5 = self.down5(torch.cat([self.half4(out4), lateral5], 1))
        classes, boxes = [], []
        for level, x in enumerate((out3, out4, out5)):
            stem = self.stems[level](x)
            classes.append(self.classes[level](self.class_branches[level](stem)).flatten(2))
            boxes.append(self.boxes[level](self.box_branches[level](stem)).flatten(2))
        distances = torch.cat(boxes, 2).transpose(1, 2)
        return torch.cat(classes, 2).transpose(1, 2), distances.reshape(*distances.shape[:2], 4, BINS)


def points_of(size):
    centres, strides = [], []
    for stride in STRIDES:
        axis = (torch.arange(size // stride) + 0.5) * stride
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        centres.append(torch.stack([x, y], -1).reshape(-1, 2))
        strides.append(torch.full((len(centres[-1]),), float(stride)))
    return torch.cat(centres), torch.cat(strides)


def iou(a, b):
    inner = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    area = lambda box: (box[..., 2:] - box[..., :2]).prod(-1)
    return inner / (area(a) + area(b) - inner + 1e-7)


def complete_iou(found, truth):
    outer = torch.maximum(found[..., 2:], truth[..., 2:]) - torch.minimum(found[..., :2], truth[..., :2])
    between = ((found[..., :2] + found[..., 2:] - truth[..., :2] - truth[..., 2:]) ** 2).sum(-1) / 4
    angle = lambda box: torch.atan((box[..., 2] - box[..., 0]) / (box[..., 3] - box[..., 1] + 1e-7))
    v = 4 / math.pi**2 * (angle(truth) - angle(found)) ** 2
    overlap = iou(found, truth)
    alpha = (v / (1 - overlap + v + 1e-7)).detach()
    return overlap - between / ((outer**2).sum(-1) + 1e-7) - alpha * v


@torch.no_grad()
def assign(scores, found, truth, labels, centres):
    """Of each point its object [n, points] and weight, 0 where it has none."""
    real = labels >= 0
    overlap = iou(found[:, None], truth[:, :, None])
    of_class = torch.gather(scores.transpose(1, 2), 1, labels.clamp(min=0)[..., None].expand(-1, -1, scores.shape[1]))
    alignment = of_class.sqrt() * overlap**6
    inside = ((centres > truth[:, :, None, :2]) & (centres < truth[:, :, None, 2:])).all(-1) & real[..., None]
    ranked = torch.where(inside, alignment, 0.0)
    chosen = torch.zeros_like(inside).scatter_(2, ranked.topk(TOP_K, 2).indices, True) & inside & (ranked > 0)
    owner = torch.where(chosen, overlap, -1.0).argmax(1)
    mine = chosen & F.one_hot(owner, truth.shape[1]).transpose(1, 2).bool()
    best = torch.where(mine, alignment, 0.0).amax(2, keepdim=True)
    most = torch.where(mine, overlap, 0.0).amax(2, keepdim=True)
    return owner, torch.where(mine, alignment * most / (best + 1e-9), 0.0).amax(1)


class DetectorLoss:
    def __init__(self, size):
        self.centres, self.strides = points_of(size)

    def __call__(self, model, images, truth, labels):
        logits, distances = model(images)
        sides = (distances.softmax(-1) @ torch.arange(float(BINS))) * self.strides[:, None]
        found = torch.cat([self.centres - sides[..., :2], self.centres + sides[..., 2:]], -1)
        owner, weight = assign(logits.sigmoid(), found, truth, labels, self.centres)
        positive = weight > 0
        total = weight.sum().clamp(min=1)
        owned = torch.gather(labels.clamp(min=0), 1, owner)
        target = F.one_hot(owned, CLASSES) * weight[..., None]
        loss_class = F.binary_cross_entropy_with_logits(logits, target, reduction="sum")
        boxes = torch.gather(truth, 1, owner[..., None].expand(-1, -1, 4))[positive]
        loss_box = ((1 - complete_iou(found[positive], boxes)) * weight[positive]).sum()
        centres = self.centres.expand(len(labels), -1, -1)[positive]
        strides = self.strides.expand(len(labels), -1)[positive][:, None]
        exact = (torch.cat([centres - boxes[:, :2], boxes[:, 2:] - centres], -1) / strides).clamp(0, BINS - 1.01)
        low = exact.floor().long()
        rows = distances[positive].flatten(0, 1)
        cost = lambda bins: F.cross_entropy(rows, bins.flatten(), reduction="none").reshape(exact.shape)
        each = ((1 - exact + low) * cost(low) + (exact - low) * cost(low + 1)).mean(-1)
        loss_dfl = (each * weight[positive]).sum()
        return (7.5 * loss_box + 0.5 * loss_class + 1.5 * loss_dfl) / total
