"""The peer of training-step.bench.ts: the same networks, step for step, in PyTorch on the CPU.

Its two arguments are the case as JSON ({"network", "depth", "imageSize", "batchSize"}) and the layout. Answers a line
{"buildMs"}, then for each line on stdin (a count) takes that many steps and answers {"times", "cpuMs"} (each
step's, the mean of processor time), at the end {"peakBytes"}. A step is forward, loss, backward and AdamW.
"""
import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

import detector_step

CLASSES, BOXES = 10, 16
STAGES = {
    "classifier-nano": (16, [(24, 1), (48, 1), (96, 1)]),
    "classifier-small": (24, [(48, 2), (96, 2), (192, 2)]),
}
RESIDUAL = [(24, 6), (48, 6), (64, 6), (96, 4)]
MOBILE = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def conv_norm(inputs, outputs, kernel, stride, group=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=group, bias=False), nn.BatchNorm2d(outputs)
    )


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = conv_norm(channels, channels, 3, 1)
        self.second = conv_norm(channels, channels, 3, 1)

    def forward(self, x):
        return F.silu(x + self.second(F.silu(self.first(x))))


def staged(stem, kernel, stride, stages):
    layers = [conv_norm(3, stem, kernel, stride), nn.SiLU()]
    width = stem
    for channels, blocks in stages:
        layers += [conv_norm(width, channels, 3, 2), nn.SiLU(), *[Residual(channels) for _ in range(blocks)]]
        width = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, CLASSES))


class Inverted(nn.Module):
    def __init__(self, inputs, expansion, outputs, stride):
        super().__init__()
        wide = inputs * expansion
        expand = [] if expansion == 1 else [conv_norm(inputs, wide, 1, 1), nn.ReLU6()]
        self.body = nn.Sequential(
            *expand, conv_norm(wide, wide, 3, stride, wide), nn.ReLU6(), conv_norm(wide, outputs, 1, 1)
        )
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.body(x) if self.is_residual else self.body(x)


def mobilenet():
    layers = [conv_norm(3, 32, 3, 2), nn.ReLU6()]
    width = 32
    for expansion, channels, blocks, stride in MOBILE:
        for block in range(blocks):
            layers.append(Inverted(width, expansion, channels, stride if block == 0 else 1))
            width = channels
    layers += [conv_norm(width, 1280, 1, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(1280, CLASSES))


class Block(nn.Module):
    def __init__(self, width=192, heads=3):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        q, k, v = self.qkv(self.first(x)).reshape(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, tokens, width)
        x = x + self.out(mixed)
        return x + self.narrow(F.gelu(self.wide(self.second(x))))


class VisionTransformer(nn.Module):
    def __init__(self, depth, image_size, width=192, patch=16):
        super().__init__()
        self.patch = nn.Conv2d(3, width, patch, patch, bias=False)
        self.position = nn.Parameter(torch.zeros(1, (image_size // patch) ** 2, width))
        self.blocks = nn.Sequential(*[Block() for _ in range(depth)])
        self.last, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, CLASSES)

    def forward(self, x):
        tokens = self.patch(x).flatten(2).transpose(1, 2) + self.position
        return self.head(self.last(self.blocks(tokens)).mean(1))


def build(network, depth, image_size):
    if network == "residual":
        return staged(16, 3, 2, [(channels, round(blocks * depth)) for channels, blocks in RESIDUAL])
    if network == "mobilenet":
        return mobilenet()
    if network == "vit":
        return VisionTransformer(depth, image_size)
    stem, stages = STAGES[network]
    stride = 1 if image_size < 48 else 2 if image_size < 160 else 4
    return staged(stem, max(3, 2 * stride - 1), stride, stages)


def create_step(case, memory_format):
    """What one step computes: the loss of a fresh batch of the same numbers."""
    size, count = case["imageSize"], case["batchSize"]
    pixels = torch.randint(0, 256, (count, size, size, 3), dtype=torch.uint8)
    read = lambda: ((pixels.permute(0, 3, 1, 2).float() / 255 - 0.45) / 0.25).contiguous(memory_format=memory_format)
    if case["network"] == "detector-nano":
        model, loss = detector_step.Nano(), detector_step.DetectorLoss(size)
        corners = torch.rand(count, BOXES, 2) * size * 0.8
        truth = torch.cat([corners, corners + size * 0.15], -1)
        classes = torch.randint(0, detector_step.CLASSES, (count, BOXES))
        model = model.to(memory_format=memory_format)
        return model, lambda: loss(model, read(), truth, classes)
    model = build(case["network"], case["depth"], size).to(memory_format=memory_format)
    labels = torch.randint(0, CLASSES, (count,))
    return model, lambda: F.cross_entropy(model(read()), labels, label_smoothing=0.05)


def peak_bytes():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main():
    torch.manual_seed(0)
    case, layout = json.loads(sys.argv[1]), sys.argv[2]
    torch.set_num_threads(case.get("threads", 2))
    memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    before = time.perf_counter()
    model, compute_loss = create_step(case, memory_format)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.02)
    answer({"buildMs": 1000 * (time.perf_counter() - before)})

    def step():
        start = time.perf_counter()
        loss = compute_loss()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        return 1000 * (time.perf_counter() - start)

    for line in sys.stdin:
        before = time.process_time()
        times = [step() for _ in range(int(line))]
        answer({"times": times, "cpuMs": 1000 * (time.process_time() - before) / len(times)})
    answer({"peakBytes": peak_bytes()})


def answer(value):
    print(json.dumps(value), flush=True)


main()
