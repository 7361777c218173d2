"""A hundred steps of four small networks in PyTorch: tests/fixtures/engine/curves/*.onnx and whole-model-curves.json.

Run with a Python that has torch and onnx: python tests/oracles/engine/whole_model_curves.py
The files hold the networks as PyTorch exports them before the first step; pictures and targets follow formulas that
the test repeats. `losses` are of float32, `exact` of float64 from the same weights: how far float32 alone drifts; `outputs` are the
first of the trained network's for the next batch's first picture, with running statistics.
"""

import copy
import json
import math
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
SIZE, BATCH, CLASSES, STEPS = 32, 6, 3, 100
fixtures = Path(__file__).parents[2] / "fixtures" / "engine"
(fixtures / "curves").mkdir(exist_ok=True)


class ConvNorm(nn.Sequential):
    def __init__(self, inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.SiLU):
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(outputs), *([activation()] if activation else []))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            ConvNorm(inputs, outputs, 3, stride, activation=nn.ReLU), ConvNorm(outputs, outputs, activation=None)
        )
        self.skip = ConvNorm(inputs, outputs, 1, stride, activation=None) if stride > 1 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(ConvNorm(3, 8, 3, 2, activation=nn.ReLU), nn.MaxPool2d(3, 2, 1))
        self.blocks = nn.Sequential(BasicBlock(8, 8, 1), BasicBlock(8, 12, 2), BasicBlock(12, 12, 1))
        self.head = nn.Linear(12, CLASSES)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.squeeze, self.excite = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(x, 1)))))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, activation, is_excited):
        super().__init__()
        hidden = 3 * inputs
        self.is_residual = stride == 1 and inputs == outputs
        self.body = nn.Sequential(
            ConvNorm(inputs, hidden, 1, activation=activation),
            ConvNorm(hidden, hidden, 3, stride, groups=hidden, activation=activation),
            *([SqueezeExcite(hidden)] if is_excited else []),
            ConvNorm(hidden, outputs, 1, activation=None),
        )

    def forward(self, x):
        return x + self.body(x) if self.is_residual else self.body(x)


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 8, 3, 2, activation=nn.Hardswish)
        self.blocks = nn.Sequential(
            InvertedResidual(8, 8, 1, nn.ReLU6, False),
            InvertedResidual(8, 12, 2, nn.ReLU6, True),
            InvertedResidual(12, 12, 1, nn.Hardswish, True),
        )
        self.head = nn.Sequential(nn.Linear(12, 16), nn.Hardswish(), nn.Linear(16, CLASSES))

    def forward(self, x):
        return self.head(F.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1).flatten(1))


class CrossStage(nn.Module):
    """A CSP block: half of the channels pass through bottlenecks, all parts are joined."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.enter, self.join = ConvNorm(inputs, outputs, 1), ConvNorm(outputs * 3 // 2, outputs, 1)
        self.bottleneck = nn.Sequential(ConvNorm(outputs // 2, outputs // 2), ConvNorm(outputs // 2, outputs // 2))

    def forward(self, x):
        left, right = self.enter(x).chunk(2, 1)
        return self.join(torch.cat([left, right, right + self.bottleneck(right)], 1))


class Detector(nn.Module):
    """YOLO-like: a pyramid of two levels with an upward path, and for each cell 4 distances, objectness and classes."""

    def __init__(self):
        super().__init__()
        self.fine = nn.Sequential(ConvNorm(3, 8, 3, 2), ConvNorm(8, 8, 3, 2), CrossStage(8, 8))
        self.coarse = nn.Sequential(ConvNorm(8, 16, 3, 2), CrossStage(16, 16))
        self.pool = ConvNorm(48, 16, 1)
        self.neck = CrossStage(24, 8)
        self.heads = nn.ModuleList(
            [nn.Sequential(ConvNorm(width, 8), nn.Conv2d(8, 5 + CLASSES, 1)) for width in (8, 16)]
        )

    def forward(self, x):
        fine = self.fine(x)
        coarse = self.coarse(fine)
        once = F.max_pool2d(coarse, 3, 1, 1)
        coarse = self.pool(torch.cat([coarse, once, F.max_pool2d(once, 3, 1, 1)], 1))
        fine = self.neck(torch.cat([F.interpolate(coarse, scale_factor=2, mode="nearest"), fine], 1))
        levels = [head(level).flatten(2) for head, level in zip(self.heads, (fine, coarse))]
        return torch.cat(levels, 2).transpose(1, 2)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        count, length, width = x.shape
        split = self.qkv(self.norm1(x)).reshape(count, length, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        attention = (q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)).softmax(-1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(count, length, width))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, width=20):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 8, 8)
        self.token = nn.Parameter(0.5 * torch.randn(1, 1, width))
        self.position = nn.Parameter(0.5 * torch.randn(1, 17, width))
        self.blocks = nn.Sequential(Block(width, 4), Block(width, 4))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.position
        return self.head(self.norm(self.blocks(x))[:, 0])


def settle(network):
    """Parameters that are not 0 and 1: the exporter makes one initializer of equal ones."""
    for parameter in network.parameters():
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network


def labels_of(step):
    return [(image + step) % CLASSES for image in range(BATCH)]


def picture_batch(step, dtype):
    """Stripes that slant by the label, under noise: [n, 3, h, w] from -2 to 2."""
    pixels = []
    for image, label in enumerate(labels_of(step)):
        for row in range(SIZE):
            for column in range(SIZE):
                stripe = (row * (label + 1) * 12 + column * (5 - label) * 6 + 40 * image) % 256
                for channel in range(3):
                    noise = ((image * 7 + step * 31 + row * 17 + channel * 5) * (column * 29 + row * 3 + 11)) % 251
                    pixels.append((stripe * (channel + 1) // 3 + noise) // 2)
    images = torch.tensor(pixels, dtype=dtype).reshape(BATCH, SIZE, SIZE, 3)
    return images.permute(0, 3, 1, 2) * (4 / 255) - 2


def classification_loss(logits, step):
    return F.cross_entropy(logits, torch.tensor(labels_of(step)), label_smoothing=0.1)


def detection_loss(y, step):
    """Every fifth cell, shifted by image and step, holds an object: absolute error of its distances, cross entropies."""
    count, cells, width = y.shape
    target = torch.zeros(count, cells, width, dtype=y.dtype)
    for image, label in enumerate(labels_of(step)):
        for cell in range((image + step) % 5, cells, 5):
            target[image, cell] = torch.tensor(
                [*(((cell * (k + 2) + label) % 7) / 4 for k in range(4)), 1, *(float(k == label) for k in range(CLASSES))]
            )
    held = target[..., 4:5]
    distance = (held * (F.softplus(y[..., :4]) - target[..., :4]).abs()).mean()
    entropy = F.softplus(y[..., 4:]) - y[..., 4:] * target[..., 4:]
    return 2 * distance + entropy[..., :1].mean() + (held * entropy[..., 1:]).mean()


def train(network, loss_of, kind, rate, dtype):
    network = copy.deepcopy(network).to(dtype).train()
    parameters = list(network.parameters())
    is_weight = lambda p: sum(size > 1 for size in p.shape) > 1
    groups = [
        {"params": [p for p in parameters if is_weight(p)], "weight_decay": 0.05},
        {"params": [p for p in parameters if not is_weight(p)], "weight_decay": 0.0},
    ]
    optimizer = (
        torch.optim.AdamW(groups, lr=rate) if kind == "adamw" else torch.optim.SGD(groups, lr=rate, momentum=0.9)
    )
    losses = []
    for step in range(STEPS):
        loss = loss_of(network(picture_batch(step, dtype)), step)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    network.eval()
    with torch.no_grad():
        return losses, network(picture_batch(STEPS, dtype)[:1]).flatten()[:24].tolist()


def number(value):
    return float(f"{value:.7g}")


cases = []
for name, create, loss_of, rates in (
    ("residual", Residual, classification_loss, {"adamw": 0.003, "sgd": 0.02}),
    ("mobilenet", MobileNet, classification_loss, {"adamw": 0.003, "sgd": 0.02}),
    ("detector", Detector, detection_loss, {"adamw": 0.003, "sgd": 0.01}),
    ("vision-transformer", VisionTransformer, classification_loss, {"adamw": 0.002, "sgd": 0.01}),
):
    torch.manual_seed(20261124)
    network = settle(create())
    file = fixtures / "curves" / f"{name}.onnx"
    torch.onnx.export(
        copy.deepcopy(network).eval(), (torch.zeros(BATCH, 3, SIZE, SIZE),), str(file), opset_version=17,
        input_names=["x"], output_names=["y"], dynamo=False, do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE, dynamic_axes={"x": {0: "n"}},
    )
    for kind, rate in rates.items():
        losses, outputs = train(network, loss_of, kind, rate, torch.float32)
        exact, _ = train(network, loss_of, kind, rate, torch.float64)
        drift = max(abs(a - b) / max(1e-3, b) for a, b in zip(losses, exact))
        cases.append(
            {
                "network": name,
                "optimizer": kind,
                "rate": rate,
                "losses": [number(v) for v in losses],
                "exact": [number(v) for v in exact],
                "outputs": [number(v) for v in outputs],
            }
        )
        print(name, kind, [round(v, 4) for v in losses[::20] + losses[-1:]], "drift", f"{drift:.2g}")
    print(file.name, file.stat().st_size, sum(p.numel() for p in network.parameters()))

target = fixtures / "whole-model-curves.json"
target.write_text(json.dumps(cases, separators=(",", ":")).replace('{"network"', '\n{"network"') + "\n")
