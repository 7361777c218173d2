"""The peer of training-step.bench.ts: the same classifiers, step for step, in PyTorch on the CPU.

Reads one JSON line per measurement from stdin ({"architecture", "imageSize", "batchSize", "steps"}), answers with
one JSON line of step times in milliseconds. A step is forward, loss, backward and AdamW.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

STAGES = {
    "classifier-nano": (16, [(24, 1), (48, 1), (96, 1)]),
    "classifier-small": (24, [(48, 2), (96, 2), (192, 2)]),
}


def conv_norm(inputs, outputs, kernel, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
    )


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = conv_norm(channels, channels, 3, 1)
        self.second = conv_norm(channels, channels, 3, 1)

    def forward(self, x):
        return F.silu(x + self.second(F.silu(self.first(x))))


def build(architecture, image_size, classes):
    stem, stages = STAGES[architecture]
    stride = 1 if image_size < 48 else 2 if image_size < 160 else 4
    layers = [conv_norm(3, stem, max(3, 2 * stride - 1), stride), nn.SiLU()]
    width = stem
    for channels, blocks in stages:
        layers += [conv_norm(width, channels, 3, 2), nn.SiLU(), *[Residual(channels) for _ in range(blocks)]]
        width = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


def measure(architecture, imageSize, batchSize, steps, layout):
    torch.manual_seed(0)
    memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    model = build(architecture, imageSize, 10).to(memory_format=memory_format)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.02)
    pixels = torch.randint(0, 256, (batchSize, imageSize, imageSize, 3), dtype=torch.uint8)
    labels = torch.randint(0, 10, (batchSize,))
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        images = (pixels.permute(0, 3, 1, 2).float() / 255 - 0.45) / 0.25
        loss = F.cross_entropy(model(images.contiguous(memory_format=memory_format)), labels, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(1000 * (time.perf_counter() - start))
    return times


torch.set_num_threads(2)
for line in sys.stdin:
    print(json.dumps(measure(**json.loads(line))), flush=True)
