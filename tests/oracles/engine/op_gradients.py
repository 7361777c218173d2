"""Golden values and gradients of each operation from PyTorch: tests/fixtures/engine/op-gradients.json.

Run with a Python that has torch: python tests/oracles/engine/op_gradients.py
A case states the operation and attributes as the engine names them, its inputs, a cotangent c, and, by autograd,
the output y and d sum(y c) / d input. `smooth` is false where finite differences do not hold (ties).
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(20261121)
cases = []


def values(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


def record(tensor):
    return {"shape": list(tensor.shape), "values": values(tensor)}


def case(op, name, inputs, compute, attributes=None, smooth=True, fixed=()):
    """`fixed` lists inputs that are not differentiated: 'bool' conditions or scratch space."""
    leaves = [torch.tensor(values(x)).reshape(x.shape) for x in inputs]
    for index, leaf in enumerate(leaves):
        leaf.requires_grad_(index not in fixed)
    y = compute(*leaves)
    cotangent = torch.tensor(values(torch.randn_like(y))).reshape(y.shape)
    (y * cotangent).sum().backward()
    cases.append(
        {
            "op": op,
            "name": name,
            "attributes": attributes or {},
            "smooth": smooth,
            "inputs": [record(leaf) for leaf in leaves],
            "cotangent": record(cotangent),
            "output": record(y),
            "gradients": [None if i in fixed else record(leaf.grad) for i, leaf in enumerate(leaves)],
        }
    )


def randn(*shape):
    return torch.randn(*shape)


def away(*shape):
    """Normal numbers at least 0.1 from zero, where kinks are."""
    x = torch.randn(*shape)
    return x + 0.1 * torch.sign(x)


def positive(*shape):
    return torch.rand(*shape) * 2 + 0.3


def window(strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1)):
    return {"strides": list(strides), "pads": list(pads), "dilations": list(dilations)}


def padded(x, pads, value=0.0):
    top, left, bottom, right = pads
    return F.pad(x, (left, right, top, bottom), value=value)


def conv(name, x, w, bias, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), group=1):
    attributes = {**window(strides, pads, dilations), "group": group}
    inputs = [x, w] + ([bias] if bias is not None else [])

    def compute(x, w, b=None):
        return F.conv2d(padded(x, pads), w, b, strides, 0, dilations, group)

    case("Conv", name, inputs, compute, attributes)


conv("3x3 padded, bias", randn(2, 3, 5, 6), randn(4, 3, 3, 3), randn(4), pads=(1, 1, 1, 1))
conv("1x1", randn(2, 3, 4, 4), randn(5, 3, 1, 1), None)
conv("1x1 stride 2", randn(2, 3, 5, 4), randn(2, 3, 1, 1), None, strides=(2, 2))
conv("3x3 stride 2, odd size", randn(2, 2, 7, 6), randn(3, 2, 3, 3), None, strides=(2, 2), pads=(1, 1, 1, 1))
conv("5x3 uneven pads and strides", randn(1, 2, 9, 7), randn(3, 2, 5, 3), randn(3), strides=(3, 2), pads=(2, 0, 1, 1))
conv("dilated", randn(1, 2, 8, 8), randn(3, 2, 3, 3), None, pads=(2, 2, 2, 2), dilations=(2, 2))
conv("two groups", randn(2, 4, 5, 5), randn(6, 2, 3, 3), randn(6), pads=(1, 1, 1, 1), group=2)
conv("two groups, stride 2", randn(2, 4, 6, 6), randn(4, 2, 3, 3), None, strides=(2, 2), pads=(1, 1, 1, 1), group=2)
conv("depthwise", randn(2, 3, 5, 5), randn(3, 1, 3, 3), None, pads=(1, 1, 1, 1), group=3)
conv("depthwise stride 2", randn(2, 3, 6, 5), randn(3, 1, 3, 3), None, strides=(2, 2), pads=(1, 1, 1, 1), group=3)
conv("more pads than reach", randn(1, 2, 4, 4), randn(2, 2, 1, 1), None, pads=(1, 1, 1, 1))
conv("large picture", randn(1, 2, 18, 17), randn(2, 2, 3, 3), None, pads=(1, 1, 1, 1))
conv("large picture, stride 2", randn(1, 2, 35, 34), randn(2, 2, 3, 3), None, strides=(2, 2), pads=(1, 1, 1, 1))


def conv_transpose(name, x, w, bias, strides, pads, output_padding=(0, 0), dilations=(1, 1), group=1):
    attributes = {**window(strides, pads, dilations), "group": group, "outputPadding": list(output_padding)}
    inputs = [x, w] + ([bias] if bias is not None else [])

    def compute(x, w, b=None):
        return F.conv_transpose2d(x, w, b, strides, (pads[0], pads[1]), output_padding, group, dilations)

    case("ConvTranspose", name, inputs, compute, attributes)


conv_transpose("stride 2", randn(2, 3, 4, 3), randn(3, 2, 3, 3), randn(2), (2, 2), (1, 1, 1, 1), (1, 1))
conv_transpose("two groups", randn(1, 4, 3, 3), randn(4, 2, 2, 2), None, (2, 2), (0, 0, 0, 0), group=2)

scale, shift = positive(3), randn(3)
mean, variance = randn(3), positive(3)
case(
    "BatchNormalization",
    "frozen",
    [randn(2, 3, 4, 3), scale, shift, mean, variance],
    lambda x, s, b, m, v: (x - m[:, None, None]) / torch.sqrt(v[:, None, None] + 1e-5) * s[:, None, None]
    + b[:, None, None],
    {"epsilon": 1e-5},
)
for name, shape in (("pictures", (3, 3, 4, 3)), ("vectors", (6, 3))):
    case(
        "BatchNormalizationTraining",
        name,
        [randn(*shape), scale, shift, torch.zeros(3), torch.ones(3)],
        lambda x, s, b, m, v: F.batch_norm(x, None, None, s, b, True, 0.1, 1e-5),
        {"epsilon": 1e-5},
        fixed=(3, 4),
    )

case("Relu", "plain", [away(2, 9)], F.relu)
case("LeakyRelu", "plain", [away(2, 9)], lambda x: F.leaky_relu(x, 0.1), {"alpha": 0.1})
case("Sigmoid", "plain", [randn(2, 9)], torch.sigmoid)
case("QuickGelu", "SiLU", [randn(2, 9)], F.silu, {"alpha": 1})
case("QuickGelu", "alpha 1.702", [randn(2, 9)], lambda x: x * torch.sigmoid(1.702 * x), {"alpha": 1.702})
kinks = torch.tensor([-4.0, -2.2, -0.7, 0.3, 1.1, 2.3, 3.6, 4.2])
case("HardSigmoid", "as PyTorch", [kinks], F.hardsigmoid, {"alpha": 1 / 6, "beta": 0.5})
case("HardSigmoid", "ONNX's own", [kinks], lambda x: torch.clamp(0.2 * x + 0.5, 0, 1), {"alpha": 0.2, "beta": 0.5})
case("HardSwish", "plain", [kinks], F.hardswish)
case("Tanh", "plain", [randn(2, 9)], torch.tanh)
case("Gelu", "exact", [randn(2, 9)], F.gelu, {"approximate": "none"})
case("Gelu", "tanh", [randn(2, 9)], lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"})
case("Erf", "plain", [randn(2, 9)], torch.erf)
case("Softplus", "plain", [randn(2, 9)], F.softplus)
case("Clip", "both bounds", [kinks], lambda x: torch.clamp(x, -1, 2), {"min": -1, "max": 2})
case("Clip", "on the bounds", [torch.tensor([-1.0, 0.0, 2.0])], lambda x: torch.clamp(x, -1, 2), {"min": -1, "max": 2}, smooth=False)
case("Exp", "plain", [randn(2, 5)], torch.exp)
case("Log", "plain", [positive(2, 5)], torch.log)
case("Sqrt", "plain", [positive(2, 5)], torch.sqrt)
case("Reciprocal", "plain", [positive(2, 5)], torch.reciprocal)
case("Abs", "plain", [away(2, 5)], torch.abs)
case("Neg", "plain", [randn(2, 5)], torch.neg)
for op, compute in (("Add", torch.add), ("Sub", torch.sub), ("Mul", torch.mul), ("Div", torch.div)):
    case(op, "same shape", [randn(2, 3), positive(2, 3)], compute)
    case(op, "both broadcast", [randn(2, 1, 4), positive(3, 1)], compute)
    case(op, "with a scalar", [randn(2, 3), positive(1).reshape(())], compute)
case("Pow", "both", [positive(2, 3), randn(3)], torch.pow)
case("Min", "broadcast", [randn(2, 3), randn(3)], torch.minimum)
case("Max", "broadcast", [randn(2, 3), randn(3)], torch.maximum)
case("Max", "ties share", [torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])], torch.maximum, smooth=False)
condition = (torch.randn(2, 3) > 0).float()
case("Where", "broadcast", [condition, randn(2, 3), randn(3)], lambda c, a, b: torch.where(c > 0.5, a, b), fixed=(0,))
case("MatMul", "matrices", [randn(3, 4), randn(4, 2)], torch.matmul)
case("MatMul", "batch by matrix", [randn(2, 3, 4), randn(4, 2)], torch.matmul)
case("MatMul", "batches broadcast", [randn(2, 1, 3, 4), randn(3, 4, 2)], torch.matmul)
for trans_a in (False, True):
    for trans_b in (False, True):
        a = randn(4, 3) if trans_a else randn(3, 4)
        b = randn(2, 4) if trans_b else randn(4, 2)
        case(
            "Gemm",
            f"{'A transposed' if trans_a else 'A'}, {'B transposed' if trans_b else 'B'}",
            [a, b, randn(2)],
            lambda a, b, c: 0.5 * (a.T if trans_a else a) @ (b.T if trans_b else b) + 2 * c,
            {"alpha": 0.5, "beta": 2, "transA": trans_a, "transB": trans_b},
        )
case("Softmax", "last axis", [randn(2, 5)], lambda x: F.softmax(x, 1), {"axis": 1})
case("Softmax", "middle axis", [randn(2, 5, 3)], lambda x: F.softmax(x, 1), {"axis": 1})
case("LogSoftmax", "last axis", [randn(2, 5)], lambda x: F.log_softmax(x, 1), {"axis": 1})


def max_pool(name, x, kernel, strides, pads=(0, 0, 0, 0), smooth=True):
    case(
        "MaxPool",
        name,
        [x],
        lambda x: F.max_pool2d(padded(x, pads, -math.inf), kernel, strides),
        {**window(strides, pads), "kernel": list(kernel)},
        smooth,
    )


max_pool("2x2", randn(2, 2, 4, 6), (2, 2), (2, 2))
max_pool("3x3 stride 2 padded", randn(1, 2, 6, 5), (3, 3), (2, 2), (1, 1, 1, 1))
max_pool("first of ties", torch.randint(0, 3, (1, 2, 5, 5)).float(), (3, 3), (1, 1), smooth=False)


def average_pool(name, x, kernel, strides, pad, counts):
    case(
        "AveragePool",
        name,
        [x],
        lambda x: F.avg_pool2d(x, kernel, strides, pad, count_include_pad=counts),
        {**window(strides, (pad, pad, pad, pad)), "kernel": list(kernel), "countIncludesPads": counts},
    )


average_pool("2x2", randn(2, 2, 4, 6), (2, 2), (2, 2), 0, False)
average_pool("3x3 stride 2, pads counted", randn(1, 2, 6, 5), (3, 3), (2, 2), 1, True)
average_pool("3x3 stride 1, pads not counted", randn(1, 2, 4, 5), (3, 3), (1, 1), 1, False)
case("GlobalAveragePool", "plain", [randn(2, 3, 4, 5)], lambda x: x.mean((2, 3), keepdim=True))
for keep in (False, True):
    attributes = {"axes": [0, 2], "keepDims": keep}
    case("ReduceSum", f"keepDims {keep}", [randn(2, 3, 4)], lambda x: x.sum((0, 2), keepdim=keep), attributes)
    case("ReduceMean", f"keepDims {keep}", [randn(2, 3, 4)], lambda x: x.mean((0, 2), keepdim=keep), attributes)
    case("ReduceMax", f"keepDims {keep}", [randn(2, 3, 4)], lambda x: x.amax((0, 2), keepdim=keep), attributes)
tied = torch.tensor([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])
case("ReduceMax", "ties share", [tied], lambda x: x.amax(1), {"axes": [1], "keepDims": False}, smooth=False)
case("Reshape", "plain", [randn(2, 6)], lambda x: x.reshape(3, 4), {"shape": [3, 4]})
case("Flatten", "axis 1", [randn(2, 3, 2)], lambda x: x.flatten(1), {"axis": 1})
case("Expand", "two axes", [randn(3, 1)], lambda x: x.expand(2, 3, 4), {"shape": [2, 3, 4]})
case("Transpose", "three axes", [randn(2, 3, 4)], lambda x: x.permute(2, 0, 1), {"permutation": [2, 0, 1]})
case("Concat", "three parts", [randn(2, 1), randn(2, 3), randn(2, 2)], lambda *p: torch.cat(p, 1), {"axis": 1})
case(
    "Slice",
    "two axes, step 2",
    [randn(3, 7, 6)],
    lambda x: x[:, 1:6:2, 2:5],
    {"starts": [0, 1, 2], "ends": [3, 6, 5], "steps": [1, 2, 1]},
)
case(
    "Slice",
    "backwards by 2",
    [randn(2, 7)],
    lambda x: x.flip(1)[:, 1:6:2],
    {"starts": [0, 5], "ends": [2, 0], "steps": [1, -2]},
)
case(
    "Slice",
    "reversed",
    [randn(2, 4)],
    lambda x: x.flip(1),
    {"starts": [0, 3], "ends": [2, -1], "steps": [1, -1]},
)
case("Pad", "zeros", [randn(2, 3)], lambda x: F.pad(x, (2, 1, 0, 1), value=0.5), {"pads": [0, 2, 1, 1], "mode": "constant", "value": 0.5})
case("Pad", "cut and add", [randn(3, 4)], lambda x: F.pad(x, (-1, 1, 1, -1)), {"pads": [1, -1, -1, 1], "mode": "constant", "value": 0})
case("Cast", "float to float", [randn(2, 3)], lambda x: x.clone(), {"to": "float32"})
case("Identity", "plain", [randn(2, 3)], lambda x: x.clone())

target = Path(__file__).parents[2] / "fixtures" / "engine" / "op-gradients.json"
target.write_text(json.dumps(cases, separators=(",", ":")).replace('{"op"', '\n{"op"') + "\n")
print(f"{len(cases)} cases, {target.stat().st_size} bytes")
