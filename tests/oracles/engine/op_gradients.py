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


DTYPES = {torch.int64: "int64", torch.bool: "bool"}


def leaf_record(tensor):
    dtype = DTYPES.get(tensor.dtype)
    return {**({"dtype": dtype} if dtype else {}), **record(tensor)}


def case(op, name, inputs, compute, attributes=None, smooth=True, fixed=(), take=None):
    """`fixed` lists inputs that are not differentiated: conditions or scratch space; integers never are."""
    leaves = [x if x.dtype in DTYPES else torch.tensor(values(x)).reshape(x.shape) for x in inputs]
    fixed = [index for index, leaf in enumerate(leaves) if index in fixed or leaf.dtype in DTYPES]
    for index, leaf in enumerate(leaves):
        leaf.requires_grad_(index not in fixed)
    y = compute(*leaves).to(torch.float32)
    cotangent = torch.tensor(values(torch.randn_like(y))).reshape(y.shape)
    if len(fixed) < len(leaves):
        (y * cotangent).sum().backward()
    cases.append(
        {
            "op": op,
            "name": name,
            "attributes": attributes or {},
            "smooth": smooth,
            "inputs": [leaf_record(leaf) for leaf in leaves],
            **({"take": take} if take is not None else {}),
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
    "reversed",
    [randn(2, 4)],
    lambda x: x.flip(1),
    {"starts": [0, 3], "ends": [2, -1], "steps": [1, -1]},
)
case("Pad", "zeros", [randn(2, 3)], lambda x: F.pad(x, (2, 1, 0, 1), value=0.5), {"pads": [0, 2, 1, 1], "mode": "constant", "value": 0.5})
case("Pad", "cut and add", [randn(3, 4)], lambda x: F.pad(x, (-1, 1, 1, -1)), {"pads": [1, -1, -1, 1], "mode": "constant", "value": 0})
case("Cast", "float to float", [randn(2, 3)], lambda x: x.clone(), {"to": "float32"})
case("Identity", "plain", [randn(2, 3)], lambda x: x.clone())


# ConvTranspose, further
conv_transpose("output padding, uneven strides", randn(1, 2, 3, 4), randn(2, 3, 3, 2), randn(3), (3, 2), (1, 0, 1, 0), (2, 1))
conv_transpose("depthwise with output padding", randn(2, 3, 3, 3), randn(3, 1, 3, 3), None, (2, 2), (1, 1, 1, 1), (1, 1), group=3)
conv_transpose("dilated", randn(1, 2, 3, 3), randn(2, 2, 2, 2), None, (1, 1), (1, 1, 1, 1), dilations=(2, 2))
conv("one row, as a one-dimensional one is read", randn(2, 3, 1, 9), randn(4, 3, 1, 3), randn(4), strides=(1, 2), pads=(0, 1, 0, 1))

# activations
case("PRelu", "per channel", [away(2, 3, 4), randn(3, 1)], lambda x, s: torch.where(x > 0, x, s * x))
case("PRelu", "one slope", [away(2, 5), randn(1)], lambda x, s: F.prelu(x, s))
case("Elu", "alpha 1.5", [away(2, 9)], lambda x: F.elu(x, 1.5), {"alpha": 1.5})
case(
    "Selu",
    "plain",
    [away(2, 9)],
    F.selu,
    {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805},
)
case("Softsign", "plain", [away(2, 9)], F.softsign)
case("Mish", "plain", [randn(2, 9)], F.mish)
case("Sin", "plain", [randn(2, 5)], torch.sin)
case("Cos", "plain", [randn(2, 5)], torch.cos)
case("Mod", "positive", [positive(2, 3) * 5, positive(3)], lambda a, b: torch.fmod(a, b), {"fmod": True}, smooth=False)
# away from where the quotient jumps
case("Mod", "fmod, between the jumps", [torch.tensor([5.3, -5.3, 7.5]), torch.tensor([2.0, 2.0, -3.0])], torch.fmod, {"fmod": True})

# normalization
case(
    "InstanceNormalization",
    "pictures",
    [randn(2, 3, 4, 3), positive(3), randn(3)],
    lambda x, s, b: F.instance_norm(x, weight=s, bias=b, eps=1e-5),
    {"epsilon": 1e-5},
)
case(
    "InstanceNormalization",
    "one dimension",
    [randn(2, 3, 6), positive(3), randn(3)],
    lambda x, s, b: F.instance_norm(x, weight=s, bias=b, eps=1e-3),
    {"epsilon": 1e-3},
)
case(
    "LayerNormalization",
    "last axis",
    [randn(2, 3, 6), positive(6), randn(6)],
    lambda x, s, b: F.layer_norm(x, (6,), s, b, 1e-5),
    {"axis": 2, "epsilon": 1e-5},
)
case(
    "LayerNormalization",
    "two axes, no shift",
    [randn(2, 3, 4), positive(3, 4)],
    lambda x, s: F.layer_norm(x, (3, 4), s, None, 1e-5),
    {"axis": 1, "epsilon": 1e-5},
)
for size in (3, 5):
    case(
        "LRN",
        f"{size} channels",
        [randn(2, 6, 3, 2)],
        lambda x: x
        / (
            1.5
            + 0.3 / size * sum(F.pad(x * x, (0, 0, 0, 0, (size - 1) // 2, size // 2))[:, k : k + 6] for k in range(size))
        )
        ** 0.75,
        {"size": size, "alpha": 0.3, "beta": 0.75, "bias": 1.5},
    )

# reductions and pools
case("GlobalMaxPool", "plain", [randn(2, 3, 4, 5)], lambda x: x.amax((2, 3), keepdim=True))
for keep in (False, True):
    attributes = {"axes": [0, 2], "keepDims": keep}
    case("ReduceMin", f"keepDims {keep}", [randn(2, 3, 4)], lambda x: x.amin((0, 2), keepdim=keep), attributes)
    case("ReduceL2", f"keepDims {keep}", [randn(2, 3, 4)], lambda x: torch.linalg.vector_norm(x, 2, (0, 2), keepdim=keep), attributes)
    case("ReduceLogSumExp", f"keepDims {keep}", [randn(2, 3, 4)], lambda x: x.logsumexp((0, 2), keepdim=keep), attributes)
    case("ReduceProd", f"keepDims {keep}", [randn(2, 3, 4)], lambda x: x.prod(2, keepdim=keep).prod(0, keepdim=keep), attributes)
zeros = torch.tensor([[2.0, 0.0, 3.0], [0.0, 5.0, 0.0], [1.0, 2.0, 4.0]])
case("ReduceProd", "one and two zeros", [zeros], lambda x: x.prod(1), {"axes": [1], "keepDims": False}, smooth=False)
case("ReduceL2", "at the origin", [torch.zeros(2, 3)], lambda x: torch.linalg.vector_norm(x, 2, 1), {"axes": [1], "keepDims": False}, smooth=False)

# cutting and repeating
parts = {"axis": 1, "sizes": [2, 2]}
case("Split", "halves", [randn(2, 4, 3)], lambda x: x[:, :2] + 2 * x[:, 2:], parts, take="sum")
case("Split", "only one part read", [randn(2, 5)], lambda x: x[:, 3:4], {"axis": 1, "sizes": [3, 1, 1]}, take=1)
case("Tile", "two axes", [randn(2, 1, 3)], lambda x: x.repeat(2, 3, 1), {"repeats": [2, 3, 1]})
for mode, name in (("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")):
    case(
        "Pad",
        mode,
        [randn(1, 2, 4, 3)],
        lambda x: F.pad(x, (2, 1, 1, 3), mode=name),
        {"pads": [0, 0, 1, 2, 0, 0, 3, 1], "mode": mode, "value": 0},
    )
case("Pad", "one axis reflected", [randn(4)], lambda x: F.pad(x[None], (2, 1), mode="reflect")[0], {"pads": [2, 1], "mode": "reflect", "value": 0})

# looking up and scattering
rows = torch.tensor([[0, 2], [2, -1]])
case("Gather", "first axis, twice the same", [randn(4, 3), rows], lambda x, i: x[i % 4], {"axis": 0})
case("Gather", "middle axis", [randn(2, 4, 3), rows], lambda x, i: x[:, i % 4], {"axis": 1})
case("Gather", "one index", [randn(2, 4), torch.tensor(1)], lambda x, i: x[:, i], {"axis": 1})
elements = torch.tensor([[0, 1, 1], [2, 0, 2]])
case("GatherElements", "first axis", [randn(3, 3), elements], lambda x, i: x.gather(0, i), {"axis": 0})
case("GatherElements", "last axis, twice the same", [randn(2, 4), elements], lambda x, i: x.gather(1, i), {"axis": 1})
pairs = torch.tensor([[[0, 1], [2, -1]], [[0, 1], [1, 0]]])
case("GatherND", "pairs, twice the same", [randn(3, 2, 4), pairs], lambda x, i: x[i[..., 0], i[..., 1]], {"batchDims": 0})
case(
    "GatherND",
    "in batches",
    [randn(2, 3, 4), torch.tensor([[[1], [1]], [[2], [0]]])],
    lambda x, i: torch.stack([x[b][i[b, :, 0]] for b in range(2)]),
    {"batchDims": 1},
)
places = torch.tensor([[0, 2], [1, 0]])
for reduction in ("none", "add"):
    case(
        "ScatterElements",
        reduction,
        [randn(3, 2), places, randn(2, 2)],
        lambda x, i, u: x.scatter(0, i, u) if reduction == "none" else x.scatter_add(0, i, u),
        {"axis": 0, "reduction": reduction},
    )
    case(
        "ScatterND",
        reduction,
        [randn(4, 3), torch.tensor([[2], [0]]), randn(2, 3)],
        lambda x, i, u: x.index_put((i[:, 0],), u, accumulate=reduction == "add"),
        {"reduction": reduction},
    )
case(
    "ScatterElements",
    "add, twice the same",
    [randn(2, 4), torch.tensor([[1, 1, 3], [0, 0, 0]]), randn(2, 3)],
    lambda x, i, u: x.scatter_add(1, i, u),
    {"axis": 1, "reduction": "add"},
)
case("TopK", "largest", [randn(3, 5)], lambda x: x.topk(2, 1).values, {"axis": 1, "k": 2, "largest": True})
case("TopK", "smallest, first axis", [randn(4, 2)], lambda x: x.topk(3, 0, False).values, {"axis": 0, "k": 3, "largest": False})
case("TopK", "indices", [randn(3, 5)], lambda x: x.topk(2, 1).indices, {"axis": 1, "k": 2, "largest": True}, take=1, fixed=(0,))

# rearranging
def depth_to_space(x, block, mode):
    n, c, h, w = x.shape
    depth = c // block**2
    if mode == "DCR":
        return x.reshape(n, block, block, depth, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, depth, h * block, w * block)
    return F.pixel_shuffle(x, block)


for mode in ("DCR", "CRD"):
    case("DepthToSpace", mode, [randn(2, 8, 2, 3)], lambda x: depth_to_space(x, 2, mode), {"blockSize": 2, "mode": mode})
case(
    "SpaceToDepth",
    "plain",
    [randn(2, 2, 4, 6)],
    lambda x: x.reshape(2, 2, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(2, 8, 2, 3),
    {"blockSize": 2},
)
for name, upper, k in (("upper", True, 0), ("lower, below", False, -1), ("upper, above", True, 1)):
    case("Trilu", name, [randn(2, 3, 4)], lambda x: (torch.triu if upper else torch.tril)(x, k), {"upper": upper, "k": k})
case("CumSum", "plain", [randn(3, 4)], lambda x: x.cumsum(1), {"axis": 1, "exclusive": False, "reverse": False})
case("CumSum", "exclusive, reverse", [randn(3, 4)], lambda x: x.flip(0).cumsum(0).flip(0) - x, {"axis": 0, "exclusive": True, "reverse": True})


def resize(name, x, size, mode, coordinates, nearest="floor", smooth=True, compute=None):
    sizes = list(x.shape[:2]) + list(size)
    torch_mode = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}[mode]
    align = {} if mode == "nearest" else {"align_corners": coordinates == "align_corners"}
    case(
        "Resize",
        name,
        [x],
        compute or (lambda x: F.interpolate(x, size, mode=torch_mode, **align)),
        {
            "sizes": sizes,
            "scales": [1, 1, size[0] / x.shape[2], size[1] / x.shape[3]],
            "mode": mode,
            "coordinates": coordinates,
            "nearest": nearest,
            "cubicCoefficient": -0.75,
            "excludeOutside": False,
        },
        smooth,
    )


resize("nearest, twice", randn(1, 2, 3, 4), (6, 8), "nearest", "asymmetric")
resize("nearest, uneven", randn(1, 2, 4, 3), (6, 7), "nearest", "asymmetric")
resize("nearest, smaller", randn(1, 2, 6, 5), (3, 2), "nearest", "asymmetric")
resize("nearest-exact", randn(1, 1, 4, 3), (7, 5), "nearest", "half_pixel", "round_prefer_ceil", compute=lambda x: F.interpolate(x, (7, 5), mode="nearest-exact"))
resize("linear, larger", randn(1, 2, 3, 4), (6, 7), "linear", "half_pixel")
resize("linear, smaller", randn(1, 2, 6, 7), (3, 4), "linear", "half_pixel")
resize("linear, corners aligned", randn(1, 2, 3, 4), (5, 7), "linear", "align_corners")
resize("cubic", randn(1, 1, 4, 5), (7, 8), "cubic", "half_pixel")
resize("cubic, corners aligned", randn(1, 1, 4, 5), (6, 3), "cubic", "align_corners")

# Einstein sums
for name, equation, *shapes in (
    ("matrix product", "ij,jk->ik", (2, 3), (3, 4)),
    ("batched, transposed", "bij,bkj->bik", (2, 3, 4), (2, 5, 4)),
    ("attention heads", "bqhd,bkhd->bhqk", (1, 3, 2, 4), (1, 2, 2, 4)),
    ("a summed axis", "ijk->j", (2, 3, 2)),
    ("diagonal", "bii->bi", (2, 3, 3)),
    ("trace times vector", "ii,j->j", (3, 3), (2,)),
    ("outer product", "i,j->ij", (2,), (3,)),
    ("three factors", "ij,jk,k->i", (2, 3), (3, 4), (4,)),
):
    case("Einsum", name, [randn(*shape) for shape in shapes], lambda *x: torch.einsum(equation, *x), {"equation": equation})

case("Dropout", "in running", [randn(2, 3)], lambda x: x.clone(), {"ratio": 0.5})

# operations without gradient
some = torch.tensor([-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.3])
for op, compute in (("Sign", torch.sign), ("Floor", torch.floor), ("Ceil", torch.ceil), ("Round", torch.round)):
    case(op, "plain", [some], compute, fixed=(0,))
case("IsNaN", "plain", [some], torch.isnan, fixed=(0,))
other = torch.tensor([-2.5, 1.0, -0.7, 0.0, 2.0, 1.5, 2.2])
for op, compute in (
    ("Greater", torch.gt),
    ("Less", torch.lt),
    ("Equal", torch.eq),
    ("GreaterOrEqual", torch.ge),
    ("LessOrEqual", torch.le),
):
    case(op, "plain", [some, other], compute, fixed=(0, 1))
yes, no = torch.tensor([True, True, False, False]), torch.tensor([True, False, True, False])
for op, compute in (("And", torch.logical_and), ("Or", torch.logical_or), ("Xor", torch.logical_xor)):
    case(op, "plain", [yes, no], compute)
case("Not", "plain", [yes], torch.logical_not)
best = {"axis": 1, "keepDims": False, "selectLast": False}
case("ArgMax", "plain", [randn(3, 4)], lambda x: x.argmax(1), best, fixed=(0,))
case("ArgMin", "plain", [randn(3, 4)], lambda x: x.argmin(1), best, fixed=(0,))
case(
    "OneHot",
    "last axis",
    [torch.tensor([2, 0, 1]), torch.tensor([0.0, 5.0])],
    lambda i, v: F.one_hot(i, 3) * 5.0,
    {"axis": 1, "depth": 3},
    fixed=(1,),
)

case("Atan", "plain", [randn(2, 9)], torch.atan)
case("StopGradient", "plain", [some], torch.clone, fixed=(0,))


def suppress(boxes, scores, overlap, least):
    """Greedy suppression, class by class, in plain loops."""
    kept = torch.zeros_like(scores)
    for n in range(scores.shape[0]):
        for c in range(scores.shape[1]):
            chosen = []
            for a in scores[n, c].argsort(descending=True).tolist():
                x1, y1, x2, y2 = boxes[n, a].tolist()
                overlaps = []
                for b in chosen:
                    u1, v1, u2, v2 = boxes[n, b].tolist()
                    inner = max(0, min(x2, u2) - max(x1, u1)) * max(0, min(y2, v2) - max(y1, v1))
                    overlaps.append(inner / ((x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - inner))
                if scores[n, c, a] > least and all(other <= overlap for other in overlaps) and len(chosen) < 3:
                    chosen.append(a)
                    kept[n, c, a] = scores[n, c, a]
    return kept


corner = torch.rand(2, 8, 2, generator=torch.Generator().manual_seed(3)) * 6
case(
    "NonMaxSuppression",
    "at most three of a class",
    [
        torch.cat([corner, corner + torch.tensor([5.0, 4.0])], 2),
        torch.rand(2, 2, 8, generator=torch.Generator().manual_seed(4)),
        torch.tensor([0.4]),
        torch.tensor([0.2]),
    ],
    suppress,
    {"maxPerClass": 3},
    fixed=(0, 1, 2, 3),
)

inside = torch.rand(2, 5) * 1.6 - 0.8
for op, x in (
    ("Tan", inside), ("Asin", inside), ("Acos", inside), ("Sinh", randn(2, 5)), ("Cosh", randn(2, 5)),
    ("Asinh", randn(2, 5)), ("Acosh", positive(2, 5) + 1), ("Atanh", inside),
):
    case(op, "plain", [x], getattr(torch, op.lower()))

# reductions of scattering: two updates at one place, one place without, ties and zeros
places = torch.tensor([[0, 2, 0], [1, 2, 3]])
rows = torch.tensor([[1], [0], [1]])
for reduction, name in (("mul", "prod"), ("min", "amin"), ("max", "amax")):
    case(
        "ScatterElements",
        f"{reduction}, twice the same place",
        [away(2, 4), places, away(2, 3)],
        lambda x, i, u: x.scatter_reduce(1, i, u, name),
        {"axis": 1, "reduction": reduction},
    )
    case(
        "ScatterElements",
        f"{reduction}, ties and zeros",
        [torch.tensor([[0.0, 1.0, 0.0, 2.0]]), torch.tensor([[0, 0, 1, 2, 2]]), torch.tensor([[0.0, 3.0, 1.0, 2.0, 5.0]])],
        lambda x, i, u: x.scatter_reduce(1, i, u, name),
        {"axis": 1, "reduction": reduction},
        smooth=False,
    )
    case(
        "ScatterND",
        f"{reduction}, twice the same row",
        [away(3, 2), rows, away(3, 2)],
        lambda x, i, u: x.scatter_reduce(0, i.expand(-1, 2), u, name),
        {"reduction": reduction},
    )

target = Path(__file__).parents[2] / "fixtures" / "engine" / "op-gradients.json"
target.write_text(json.dumps(cases, separators=(",", ":")).replace('{"op"', '\n{"op"') + "\n")
print(f"{len(cases)} cases, {target.stat().st_size} bytes")
