"""Small networks as PyTorch exports them, with its outputs and gradients: tests/fixtures/engine/exported-models.json.

Run with a Python that has torch and onnx: python tests/oracles/engine/exported_models.py
The input is sin(0.37 i) for float inputs and i mod 50 for tokens; the loss is sum(y cos(i)). Of each parameter's
gradient the projection on sin(j + 1) is kept, j its flat index. The files keep PyTorch's parameter names.
"""

import json
import warnings
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(20261123)
fixtures = Path(__file__).parents[2] / "fixtures" / "engine"
(fixtures / "exports").mkdir(exist_ok=True)


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        self.is_residual = stride == 1 and inputs == outputs
        self.body = nn.Sequential(
            nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), nn.Hardswish(),
            nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        )

    def forward(self, x):
        return x + self.body(x) if self.is_residual else self.body(x)


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.SiLU())
        self.blocks = nn.Sequential(InvertedResidual(8, 8, 1, 4), InvertedResidual(8, 16, 2, 4))
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(F.adaptive_avg_pool2d(self.blocks(self.stem(x)), 1).flatten(1))


class VisionTransformer(nn.Module):
    def __init__(self, width=24, heads=3):
        super().__init__()
        self.heads = heads
        self.patches = nn.Conv2d(3, width, 8, 8)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.position = nn.Parameter(torch.randn(1, 17, width))
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.head = nn.Linear(width, 4)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        count, width = x.shape[0], x.shape[2]
        x = torch.cat([self.token.expand(count, -1, -1), x], 1) + self.position
        q, k, v = self.qkv(self.norm1(x)).reshape(count, -1, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attention = (q @ k.transpose(-2, -1) / (width // self.heads) ** 0.5).softmax(-1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(count, -1, width))
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


class Detector(nn.Module):
    """YOLO-like: split, pyramid with both kinds of upsampling, a grid that the shape decides."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 16, 3, 2, 1)
        self.merge, self.predict = nn.Conv2d(24, 8, 1), nn.Conv2d(8, 7, 1)
        self.grow, self.slope = nn.ConvTranspose2d(16, 16, 2, 2), nn.PReLU(8)

    def forward(self, x):
        fine = F.mish(self.first(x))
        coarse = F.leaky_relu(self.second(fine), 0.1)
        near = F.interpolate(coarse + F.max_pool2d(coarse, 5, 1, 2), scale_factor=2, mode="nearest")
        smooth = F.interpolate(self.grow(coarse), size=fine.shape[2:], mode="bilinear", align_corners=False)
        left, right = torch.chunk(fine, 2, 1)
        y = self.predict(self.slope(self.merge(torch.cat([torch.cat([right, left], 1), near + smooth], 1))))
        count, channels, height, width = y.shape
        y = y.view(count, channels, height * width).permute(0, 2, 1)
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        grid = torch.stack([columns, rows], -1).view(1, -1, 2).float()
        return torch.cat([(y[..., :2].sigmoid() + grid) * 4, y[..., 2:4].exp().clamp(max=100), y[..., 4:].sigmoid()], -1)


class TextClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, norm_first=True)
        self.head = nn.Linear(16, 2)

    def forward(self, tokens):
        mask = (tokens != 0).float().unsqueeze(-1)
        x = self.layer(self.embedding(tokens)) * mask
        return self.head(x.sum(1) / mask.sum(1).clamp(min=1))


def settle(network):
    """Parameters and running statistics that are not 0 and 1: the exporter makes one of equal ones."""
    for parameter in network.parameters():
        parameter.data.add_(0.02 * torch.randn_like(parameter))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network.eval()


def number(value):
    return float(f"{value:.7g}")


cases = []
for name, network, shape, exports in (
    ("mobilenet", MobileNet(), (2, 3, 32, 32), ((9, False), (13, True))),
    ("vision-transformer", VisionTransformer(), (2, 3, 32, 32), ((11, True), (20, True))),
    ("detector", Detector(), (1, 3, 24, 32), ((9, False), (11, True), (18, True))),
    ("text", TextClassifier(), (2, 7), ((17, True),)),
):
    settle(network)
    count = torch.Size(shape).numel()
    is_text = name == "text"
    x = (torch.arange(count) % 50 if is_text else torch.sin(torch.arange(count) * 0.37)).reshape(shape)
    y = network(x)
    (y.flatten() * torch.cos(torch.arange(y.numel()))).sum().backward()
    gradients = {
        key: number((p.grad.flatten() * torch.sin(torch.arange(p.numel()) + 1.0)).sum())
        for key, p in network.named_parameters()
        if p.grad is not None
    }
    for opset, is_dynamic in exports:
        file = f"{name}-{opset}.onnx"
        open_axes = {0: "n"} if is_text or name.startswith("vision") else {0: "n", 2: "h", 3: "w"}
        torch.onnx.export(
            network, (x,), str(fixtures / "exports" / file), opset_version=opset, input_names=["x"], output_names=["y"],
            dynamo=False, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE,
            **({"dynamic_axes": {"x": open_axes}} if is_dynamic else {}),
        )
        cases.append({"file": file, "shape": list(shape), "y": [number(v) for v in y.flatten().tolist()], "gradients": gradients})

target = fixtures / "exported-models.json"
target.write_text(json.dumps(cases, separators=(",", ":")).replace('{"file"', '\n{"file"') + "\n")
print(f"{len(cases)} cases, {target.stat().st_size} bytes")
