"""A small MobileNet-style classifier of drawn textures as PyTorch exports it: tests/fixtures/engine/exports/mobile-textures.onnx.

Run with a Python that has torch and onnx: python tests/oracles/engine/mobile_classifier.py
It is trained here for a minute on pictures that it draws: spots, rings, stripes and so on in any colours. Written
as for training, with its BatchNormalization.
"""

import math
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(20261123)
torch.set_num_threads(1)
SIZE, CLASSES, BATCH, STEPS = 32, 8, 24, 420


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        self.isShort = stride == 1 and inputs == outputs
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
            nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(),
            nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )

    def forward(self, x):
        return x + self.layers(x) if self.isShort else self.layers(x)


class MobileClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        plan = [(16, 16, 1, 2), (16, 24, 2, 3), (24, 24, 1, 3), (24, 32, 2, 3), (32, 32, 1, 3), (32, 48, 2, 3)]
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6(),
            *[InvertedResidual(*row) for row in plan],
            nn.Conv2d(48, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU6(),
        )
        self.classifier = nn.Sequential(nn.Dropout(0.1), nn.Linear(128, CLASSES))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


def noise(cells):
    return F.interpolate(torch.rand(1, 1, cells, cells), (SIZE, SIZE), mode="bicubic", align_corners=False)[0, 0]


def mask(kind):
    """Where the second colour lies, 0 to 1."""
    y, x = torch.meshgrid(torch.arange(SIZE) / SIZE, torch.arange(SIZE) / SIZE, indexing="ij")
    if kind == 0:
        return torch.zeros(SIZE, SIZE)
    if kind in (1, 2, 3):
        count, radius = ((3, 0.18), (18, 0.05), (6, 0.1))[kind - 1]
        result = torch.zeros(SIZE, SIZE)
        for cx, cy, r in zip(torch.rand(count), torch.rand(count), radius * (0.7 + 0.6 * torch.rand(count))):
            distance = ((x - cx) ** 2 + (y - cy) ** 2).sqrt() / r
            spot = torch.sigmoid(12 * (1 - distance))
            result = torch.maximum(result, spot * (0.5 + 0.5 * torch.cos(4 * math.pi * distance)) if kind == 3 else spot)
        return result
    angle, frequency = 2 * math.pi * torch.rand(()), 5 + 6 * torch.rand(())
    along = torch.cos(angle) * x + torch.sin(angle) * y
    across = torch.cos(angle) * y - torch.sin(angle) * x
    if kind == 4:
        return torch.sigmoid(6 * torch.sin(2 * math.pi * frequency * along))
    if kind == 5:
        return torch.sigmoid(8 * torch.sin(2 * math.pi * frequency * along) * torch.sin(2 * math.pi * frequency * across))
    return torch.sigmoid(14 * (noise(5 if kind == 6 else 20) - 0.5))


def draw(kinds):
    pictures = []
    for kind in kinds.tolist():
        first, second = torch.rand(3, 1, 1), torch.rand(3, 1, 1)
        second = torch.where((first - second).abs().mean() < 0.2, 1 - first, second)
        m = mask(kind)[None]
        light = 0.7 + 0.5 * noise(3)[None]
        pictures.append(((first * (1 - m) + second * m) * light + 0.04 * torch.randn(3, SIZE, SIZE)).clamp(0, 1))
    return torch.stack(pictures)


mean, deviation = (torch.tensor(v).reshape(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
network = MobileClassifier()
optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=0.02)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, STEPS)
network.train()
allKinds = torch.arange(800) % CLASSES
allPictures = draw(allKinds)
for step in range(STEPS):
    picked = torch.randint(0, len(allKinds), (BATCH,))
    pictures, kinds = allPictures[picked], allKinds[picked]
    if step % 2:
        pictures = pictures.flip(3)
    pictures = pictures[:, torch.randperm(3)]
    loss = F.cross_entropy(network((pictures - mean) / deviation), kinds)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 20 == 0:
        print(step, round(loss.item(), 3), flush=True)

network.eval()
kinds = torch.arange(160) % CLASSES
with torch.no_grad():
    print("accuracy", (network((draw(kinds) - mean) / deviation).argmax(1) == kinds).float().mean().item())

folder = Path(__file__).parents[2] / "fixtures" / "engine" / "exports"
example = torch.zeros(1, 3, SIZE, SIZE)
names = {"input_names": ["pixels"], "output_names": ["logits"], "opset_version": 13, "dynamo": False}
axes = {"dynamic_axes": {"pixels": {0: "n", 2: "h", 3: "w"}, "logits": {0: "n"}}}
training = torch.onnx.TrainingMode.PRESERVE
torch.onnx.export(
    network.eval(), (example,), str(folder / "mobile-textures.onnx"), **names, **axes, training=training, do_constant_folding=False
)
print((folder / "mobile-textures.onnx").stat().st_size, "bytes")
