"""Small untrained detectors as YOLOX, YOLOv5, YOLOv8, YOLO11 and YOLO26 are exported: tests/fixtures/detector/*.onnx.

Run with a Python that has torch and onnx: python tests/oracles/detector/foreign_exports.py
Written from what the exported files of these families hold: the heads, the decoding in the graph, names, layouts and
metadata; the backbones are toys. The input is 64 x 64; foreign-exports.json holds the best boxes that each network
finds, decoded and suppressed here, in the picture of bytes (31 i^2 + 7 i) mod 251, [h, w, 3] in RGB.
"""

import json
import warnings
from pathlib import Path

import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(20261122)
fixtures = Path(__file__).parents[2] / "fixtures" / "detector"
SIZE, STRIDES = 64, (8, 16, 32)


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x):
        return F.silu(self.bn(self.conv(x)))


class Backbone(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.stem = nn.Sequential(Conv(3, width, 3, 2), Conv(width, width, 3, 2))
        self.stages = nn.ModuleList(Conv(width, width, 3, 2) for _ in STRIDES)

    def forward(self, x):
        x, levels = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        return levels


class Yolox(nn.Module):
    """Per level [box 4, sigmoid objectness, sigmoid classes]; offsets from cells, decoded by the caller or in the graph."""

    def __init__(self, classes=3, width=8, is_decoded=False):
        super().__init__()
        self.is_decoded, self.backbone, self.head = is_decoded, Backbone(width), nn.Module()
        self.head.stems = nn.ModuleList(Conv(width, width) for _ in STRIDES)
        self.head.cls_convs = nn.ModuleList(Conv(width, width, 3) for _ in STRIDES)
        self.head.reg_convs = nn.ModuleList(Conv(width, width, 3) for _ in STRIDES)
        self.head.cls_preds = nn.ModuleList(nn.Conv2d(width, classes, 1) for _ in STRIDES)
        self.head.reg_preds = nn.ModuleList(nn.Conv2d(width, 4, 1) for _ in STRIDES)
        self.head.obj_preds = nn.ModuleList(nn.Conv2d(width, 1, 1) for _ in STRIDES)

    def forward(self, x):
        h, outputs = self.head, []
        for level, feature in enumerate(self.backbone(x)):
            stem = h.stems[level](feature)
            box = h.reg_convs[level](stem)
            parts = [h.reg_preds[level](box), h.obj_preds[level](box).sigmoid()]
            outputs.append(torch.cat([*parts, h.cls_preds[level](h.cls_convs[level](stem)).sigmoid()], 1))
        y = torch.cat([o.flatten(start_dim=2) for o in outputs], dim=2).permute(0, 2, 1)
        if not self.is_decoded:
            return y
        grids = torch.cat([grid_of(s).reshape(1, -1, 2) for s in STRIDES], 1)
        strides = torch.cat([torch.full((1, (SIZE // s) ** 2, 1), float(s)) for s in STRIDES], 1)
        return torch.cat([(y[..., 0:2] + grids) * strides, torch.exp(y[..., 2:4]) * strides, y[..., 4:]], -1)


def grid_of(stride):
    steps = torch.arange(SIZE // stride, dtype=torch.float32)
    rows, columns = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([columns, rows], -1)


class Yolov5(nn.Module):
    """Three anchors a cell, one convolution a level; decoded to centre and size in pixels, or the three raw heads."""

    ANCHORS = ((10, 13, 16, 30, 33, 23), (30, 61, 62, 45, 59, 119), (116, 90, 156, 198, 373, 326))

    def __init__(self, classes=3, width=8, is_decoded=True):
        super().__init__()
        self.classes, self.is_decoded, self.backbone = classes, is_decoded, Backbone(width)
        self.m = nn.ModuleList(nn.Conv2d(width, 3 * (5 + classes), 1) for _ in STRIDES)

    def forward(self, x):
        outputs = []
        for level, feature in enumerate(self.backbone(x)):
            stride, y = STRIDES[level], self.m[level](feature)
            bs, _, ny, nx = y.shape
            y = y.view(bs, 3, 5 + self.classes, ny, nx).permute(0, 1, 3, 4, 2).contiguous()
            if not self.is_decoded:
                outputs.append(y)
                continue
            grid = grid_of(stride).expand(1, 3, ny, nx, 2) - 0.5
            anchors = torch.tensor(self.ANCHORS[level], dtype=torch.float32).view(1, 3, 1, 1, 2).expand(1, 3, ny, nx, 2)
            xy, wh, conf = y.sigmoid().split((2, 2, self.classes + 1), 4)
            y = torch.cat(((xy * 2 + grid) * stride, (wh * 2) ** 2 * anchors, conf), 4)
            outputs.append(y.view(bs, 3 * nx * ny, 5 + self.classes))
        return torch.cat(outputs, 1) if self.is_decoded else tuple(outputs)


class Attention(nn.Module):
    """One head of attention over all positions, as the last stage of YOLO11 has it."""

    def __init__(self, width):
        super().__init__()
        self.qkv, self.proj = nn.Conv2d(width, 3 * width, 1), nn.Conv2d(width, width, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = self.qkv(x).view(b, 1, 3 * c, h * w).split((c, c, c), 2)
        attention = (q.transpose(-2, -1) @ k * c**-0.5).softmax(-1)
        return x + self.proj((v @ attention.transpose(-2, -1)).view(b, c, h, w))


class Yolov8(nn.Module):
    """Distances as distributions of 16 bins, decoded to centre and size in pixels; [1, 4 + classes, n]."""

    def __init__(self, classes=3, width=8, is_eleven=False):
        super().__init__()
        self.classes, self.backbone = classes, Backbone(width)
        self.attention = Attention(width) if is_eleven else nn.Identity()
        self.cv2 = nn.ModuleList(nn.Sequential(Conv(width, 8, 3), nn.Conv2d(8, 64, 1)) for _ in STRIDES)
        deep = lambda: nn.Sequential(Conv(width, width, 3, groups=width), Conv(width, 8)) if is_eleven else Conv(width, 8, 3)
        self.cv3 = nn.ModuleList(nn.Sequential(deep(), nn.Conv2d(8, classes, 1)) for _ in STRIDES)
        self.dfl = nn.Conv2d(16, 1, 1, bias=False)
        self.dfl.weight.data[:] = torch.arange(16.0).view(1, 16, 1, 1)

    def forward(self, x):
        levels = self.backbone(x)
        levels[2] = self.attention(levels[2])
        outputs = [torch.cat((self.cv2[i](f), self.cv3[i](f)), 1) for i, f in enumerate(levels)]
        joined = torch.cat([o.view(o.shape[0], 64 + self.classes, -1) for o in outputs], 2)
        box, cls = joined.split((64, self.classes), 1)
        b, _, a = box.shape
        distances = self.dfl(box.view(b, 4, 16, a).transpose(2, 1).softmax(1)).view(b, 4, a)
        points = torch.cat([grid_of(s).reshape(-1, 2) + 0.5 for s in STRIDES]).T.unsqueeze(0)
        strides = torch.cat([torch.full((1, (SIZE // s) ** 2), float(s)) for s in STRIDES], 1)
        left_top, right_bottom = distances.chunk(2, 1)
        low, high = points - left_top, points + right_bottom
        return torch.cat((torch.cat(((low + high) / 2, high - low), 1) * strides, cls.sigmoid()), 1)


class Yolo26(nn.Module):
    """Four distances in strides a point; [1, 4 + classes, n], or the best rows, corners, score, class: [1, 20, 6]."""

    def __init__(self, classes=3, width=8, is_final=False):
        super().__init__()
        self.classes, self.is_final, self.backbone = classes, is_final, Backbone(width)
        self.cv2 = nn.ModuleList(nn.Sequential(Conv(width, 8, 3), nn.Conv2d(8, 4, 1)) for _ in STRIDES)
        deep = lambda: nn.Sequential(Conv(width, width, 3, groups=width), Conv(width, 8))
        self.cv3 = nn.ModuleList(nn.Sequential(deep(), nn.Conv2d(8, classes, 1)) for _ in STRIDES)
        for branch in self.cv2:
            branch[-1].weight.data *= 0.3
            branch[-1].bias.data[:] = 2.0

    def forward(self, x):
        levels = self.backbone(x)
        b = x.shape[0]
        sides = torch.cat([self.cv2[i](f).view(b, 4, -1) for i, f in enumerate(levels)], 2)
        scores = torch.cat([self.cv3[i](f).view(b, self.classes, -1) for i, f in enumerate(levels)], 2).sigmoid()
        points = torch.cat([grid_of(s).reshape(-1, 2) + 0.5 for s in STRIDES]).T.unsqueeze(0)
        strides = torch.cat([torch.full((1, (SIZE // s) ** 2), float(s)) for s in STRIDES], 1)
        left_top, right_bottom = sides.chunk(2, 1)
        low, high = points - left_top, points + right_bottom
        if not self.is_final:
            return torch.cat((torch.cat(((low + high) / 2, high - low), 1) * strides, scores), 1)
        boxes, scores = (torch.cat((low, high), 1) * strides).permute(0, 2, 1), scores.permute(0, 2, 1)
        best = scores.amax(-1).topk(20)[1].unsqueeze(-1)
        flat, index = scores.gather(1, best.repeat(1, 1, self.classes)).flatten(1).topk(20)
        chosen = best.gather(1, (index // self.classes).unsqueeze(-1))
        parts = [boxes.gather(1, chosen.repeat(1, 1, 4)), flat[..., None], (index % self.classes)[..., None].float()]
        return torch.cat(parts, -1)


def settle(network):
    """Running statistics and scales as after some training, so that nothing is the identity."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.8, 1.5)
            nn.init.normal_(module.bias, 0, 0.3)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.2, 0.6)
        elif isinstance(module, nn.Conv2d) and module.weight.shape[0] != 1:
            module.weight.data *= 1.6
    return network.eval()


def decode(network, outputs):
    """Rows [centre x, centre y, width, height, score of each class] as the caller of such an export computes them."""
    y = outputs[0]
    if isinstance(network, (Yolov8, Yolo26)):
        return y[0].T
    if isinstance(network, Yolov5) and not network.is_decoded:
        rows = []
        for level, head in enumerate(outputs):
            grid, p = grid_of(STRIDES[level]), head[0].sigmoid()
            anchors = torch.tensor(Yolov5.ANCHORS[level], dtype=torch.float32).view(3, 1, 1, 2)
            xy, wh = (p[..., :2] * 2 - 0.5 + grid) * STRIDES[level], (p[..., 2:4] * 2) ** 2 * anchors
            rows.append(torch.cat([xy, wh, p[..., 4:]], -1).reshape(-1, p.shape[-1]))
        y = torch.cat(rows)[None]
    if isinstance(network, Yolox) and not network.is_decoded:
        grids = torch.cat([grid_of(s).reshape(-1, 2) for s in STRIDES])
        strides = torch.cat([torch.full(((SIZE // s) ** 2, 1), float(s)) for s in STRIDES])
        y = torch.cat([(y[0, :, :2] + grids) * strides, y[0, :, 2:4].exp() * strides, y[0, :, 4:]], 1)[None]
    return torch.cat([y[0, :, :4], y[0, :, 4:5] * y[0, :, 5:]], 1)


def suppress(rows, overlap=0.7, count=12):
    """The best boxes after suppression class by class: [class, score, x1, y1, x2, y2], then cut to the picture."""
    corners = torch.cat([rows[:, :2] - rows[:, 2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2], 1)
    kept = []
    scores = rows[:, 4:]
    for flat in scores.flatten().argsort(descending=True).tolist():
        a, label = divmod(flat, scores.shape[1])
        x1, y1, x2, y2 = corners[a].tolist()
        for other, _, u1, v1, u2, v2 in kept:
            inner = max(0, min(x2, u2) - max(x1, u1)) * max(0, min(y2, v2) - max(y1, v1))
            union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - inner
            if other == label and inner > overlap * union:
                break
        else:
            kept.append((label, float(scores[a, label]), x1, y1, x2, y2))
        if len(kept) == count:
            break
    return [report(*row) for row in kept]


def report(label, score, *corners):
    return [label, *(float(f"{v:.5g}") for v in (score, *(min(max(v, 0.0), SIZE) for v in corners)))]


NAMES = "{0: 'bolt', 1: 'nut', 2: \"washer's rim\"}"
index = torch.arange(SIZE * SIZE * 3)
picture = (index * index * 31 + index * 7) % 251
cases = []
for name, network, opset, is_half, metadata in (
    ("yolox", Yolox(), 11, False, {}),
    ("yolox-decoded", Yolox(is_decoded=True), 11, False, {}),
    ("yolov5", Yolov5(), 12, False, {"stride": "32", "names": NAMES}),
    ("yolov5-heads", Yolov5(is_decoded=False), 12, False, {}),
    ("yolov8", Yolov8(), 17, False, {"stride": "32", "names": NAMES, "task": "detect", "imgsz": "[64, 64]"}),
    ("yolov8-half", Yolov8(), 17, True, {"names": NAMES, "task": "detect"}),
    ("yolo11", Yolov8(is_eleven=True), 17, False, {"names": NAMES, "task": "detect", "batch": "1"}),
    ("yolo26", lambda: Yolo26(), 17, False, {"names": NAMES, "task": "detect"}),
    ("yolo26-final", lambda: Yolo26(is_final=True), 17, False, {"names": NAMES, "task": "detect"}),
):
    # what came later is drawn later, so that the files before stay as they are
    network = settle(network if isinstance(network, nn.Module) else network())
    x = picture.reshape(SIZE, SIZE, 3).permute(2, 0, 1)[None].float()
    x = x.flip(1) if name.startswith("yolox") else x / 255
    if name.startswith("yolox"):
        network.backbone.stem[0].conv.weight.data /= 255
    if is_half:
        network = network.half()
        x = x.half()
    path = fixtures / f"{name}.onnx"
    torch.onnx.export(
        network, (x,), str(path), opset_version=opset, dynamo=False, do_constant_folding=True, input_names=["images"],
        **({"dynamic_axes": {"images": {0: "batch"}}} if name == "yolov8" else {}),
    )
    with torch.no_grad():
        y = network(x)
    outputs = [o.float() for o in (y if isinstance(y, tuple) else (y,))]
    model = onnx.load(path)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, path)
    if isinstance(network, Yolo26) and network.is_final:
        found = [report(int(row[5]), row[4], *row[:4]) for row in outputs[0][0].tolist()[:12]]
    else:
        found = suppress(decode(network, outputs))
    cases.append({"file": path.name, "shapes": [list(o.shape) for o in outputs], "found": found})
    print(path.name, path.stat().st_size, cases[-1]["shapes"], found[:2])
target = fixtures / "foreign-exports.json"
target.write_text(json.dumps(cases, separators=(",", ":")).replace('{"file"', '\n{"file"') + "\n")
print(target.stat().st_size)
