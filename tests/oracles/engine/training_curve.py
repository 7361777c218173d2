"""Twenty steps of a tiny residual network in PyTorch: tests/fixtures/engine/training-curve.json.

Weights and pictures follow formulas that the test repeats, so that only results are stored. In `frozen`, trained by SGD,
two normalizations are in eval mode with scale and shift at rest, the gradients of other layers passing through one.
"""

import json
import math
from pathlib import Path

import torch
from torch import nn

SIZE, BATCH, CLASSES, STEPS = 16, 6, 3, 20


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.norm(self.conv(x))


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 6, 2)
        self.first = ConvNorm(6, 6, 1)
        self.second = ConvNorm(6, 6, 1)
        self.down = ConvNorm(6, 8, 2)
        self.head = nn.Linear(8, CLASSES)

    def forward(self, x):
        act = nn.functional.silu
        x = act(self.stem(x))
        x = act(x + self.second(act(self.first(x))))
        x = act(self.down(x))
        return self.head(x.mean((2, 3)))


def fill(model):
    """The k-th parameter's i-th entry: a sine, around 1 for normalization scales."""
    for k, (name, parameter) in enumerate(model.named_parameters()):
        base = 1.0 if name.endswith("norm.weight") else 0.0
        entries = [base + 0.3 * math.sin(0.7 * i + 1.3 * k + 0.1) for i in range(parameter.numel())]
        with torch.no_grad():
            parameter.copy_(torch.tensor(entries).reshape(parameter.shape))


def fill_statistics(model):
    """Of the k-th normalization: means around 0, variances around 1."""
    for k, norm in enumerate(m for m in model.modules() if isinstance(m, nn.BatchNorm2d)):
        entries = [0.2 * math.sin(0.9 * i + k) for i in range(norm.num_features)]
        norm.running_mean.copy_(torch.tensor(entries))
        norm.running_var.copy_(1 + torch.tensor(entries))


def freeze(norm):
    norm.eval()
    for parameter in norm.parameters():
        parameter.requires_grad = False


def picture_batch(step):
    length = BATCH * SIZE * SIZE * 3
    pixels = [(i * i * 31 + i * 7 + step * 13) % 251 for i in range(length)]
    images = torch.tensor(pixels, dtype=torch.float32).reshape(BATCH, SIZE, SIZE, 3)
    labels = torch.tensor([i % CLASSES for i in range(BATCH)])
    return images.permute(0, 3, 1, 2) * (4 / 255) - 2, labels


def run(kind):
    model = Tiny()
    fill(model)
    if kind == "frozen":
        fill_statistics(model)
        freeze(model.stem.norm)
        freeze(model.second.norm)
    parameters = list(model.parameters())
    decayed = [p for p in parameters if p.ndim > 1]
    spared = [p for p in parameters if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": spared, "weight_decay": 0.0}]
    if kind == "adamw":
        optimizer = torch.optim.AdamW(groups, lr=0.005)
    else:
        optimizer = torch.optim.SGD(groups, lr=0.05, momentum=0.9)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    losses, correct, gradients = [], [], []
    for step in range(STEPS):
        images, labels = picture_batch(step)
        logits = model(images)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        if kind == "frozen" and step == 0:
            gradients = [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in parameters]
        optimizer.step()
        losses.append(loss.item())
        correct.append(int((logits.argmax(1) == labels).sum()))
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    model.eval()
    images, _ = picture_batch(STEPS)
    with torch.no_grad():
        probabilities = torch.softmax(model(images), 1)
    return {
        "losses": losses,
        "correct": correct,
        "statistics": [v for m in norms for v in m.running_mean.tolist() + m.running_var.tolist()],
        "probabilities": probabilities.flatten().tolist(),
        **({"gradients": [v for g in gradients for v in g.flatten().tolist()]} if gradients else {}),
    }


fixture = {kind: run(kind) for kind in ("adamw", "sgd", "frozen")}
target = Path(__file__).parents[2] / "fixtures" / "engine" / "training-curve.json"
target.write_text(json.dumps(fixture) + "\n")
print(fixture["adamw"]["losses"][::5], fixture["sgd"]["losses"][::5])
