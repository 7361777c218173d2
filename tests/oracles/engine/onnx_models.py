"""Small ONNX models as other tools write them, with PyTorch's outputs and gradients: tests/fixtures/engine/onnx-models.json.

Run with a Python that has torch and onnx: python tests/oracles/engine/onnx_models.py
A case states the model's bytes in base64, its inputs by name, and by autograd the output y, a cotangent c and
d sum(y c) / d input for the float inputs. Models are written in ONNX's own text form and checked by its checker.
"""

import base64
import json
from pathlib import Path

import onnx
import onnx.parser
import torch
import torch.nn.functional as F

torch.manual_seed(20261122)
cases = []
DTYPES = {torch.int64: "int64", torch.bool: "bool", torch.float16: "float16"}


def values(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


def record(tensor):
    dtype = DTYPES.get(tensor.dtype)
    return {**({"dtype": dtype} if dtype else {}), "shape": list(tensor.shape), "values": values(tensor)}


def parse(opset, text, domains=""):
    model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : {opset}{domains}]>\n{text}')
    # opset 18's own GroupNormalization was withdrawn again; files with it exist
    if "GroupNormalization" not in text or opset >= 21:
        onnx.checker.check_model(model)
    return model


def case(name, model, inputs, compute):
    leaves = {key: torch.tensor(values(x)).reshape(x.shape).requires_grad_() for key, x in inputs.items()}
    y = compute(*leaves.values())
    cotangent = torch.tensor(values(torch.randn_like(y))).reshape(y.shape)
    (y * cotangent).sum().backward()
    cases.append(
        {
            "name": name,
            "model": base64.b64encode(model.SerializeToString()).decode(),
            "inputs": {key: record(leaf) for key, leaf in leaves.items()},
            "cotangent": record(cotangent),
            "output": record(y),
            "gradients": {key: record(leaf.grad) for key, leaf in leaves.items()},
        }
    )


def shape_text(tensor):
    return f"float[{','.join(map(str, tensor.shape))}]" if tensor.ndim else "float"


def one_node(name, opset, node, inputs, compute):
    """A model of one line, or of several with semicolons, whose result is y."""
    arguments = ", ".join(f"{shape_text(x)} {key}" for key, x in inputs.items())
    with torch.no_grad():
        y = compute(*inputs.values())
    case(name, parse(opset, f"m ({arguments}) => ({shape_text(y)} y) {{ {node} }}"), inputs, compute)


def randn(*shape):
    return torch.randn(*shape)


def away(*shape):
    x = torch.randn(*shape)
    return x + 0.1 * torch.sign(x)


# windows
one_node("Conv in one dimension", 13, "y = Conv <pads=[1,2], strides=[2], dilations=[2]> (x, w, b)",
         {"x": randn(2, 3, 12), "w": randn(4, 3, 3), "b": randn(4)},
         lambda x, w, b: F.conv1d(F.pad(x, (1, 2)), w, b, 2, 0, 2))
one_node("Conv in one dimension, groups", 7, "y = Conv <group=2> (x, w)",
         {"x": randn(2, 4, 7), "w": randn(6, 2, 3)}, lambda x, w: F.conv1d(x, w, groups=2))
one_node("Conv SAME_UPPER", 13, 'y = Conv <auto_pad="SAME_UPPER", strides=[2,2]> (x, w)',
         {"x": randn(1, 2, 6, 5), "w": randn(3, 2, 3, 3)}, lambda x, w: F.conv2d(F.pad(x, (1, 1, 0, 1)), w, None, 2))
one_node("Conv SAME_LOWER", 13, 'y = Conv <auto_pad="SAME_LOWER", strides=[2,2]> (x, w)',
         {"x": randn(1, 2, 6, 5), "w": randn(3, 2, 3, 3)}, lambda x, w: F.conv2d(F.pad(x, (1, 1, 1, 0)), w, None, 2))
one_node("ConvTranspose in one dimension", 13, "y = ConvTranspose <strides=[2], pads=[1,1], output_padding=[1]> (x, w, b)",
         {"x": randn(2, 3, 5), "w": randn(3, 2, 3), "b": randn(2)},
         lambda x, w, b: F.conv_transpose1d(x, w, b, 2, 1, 1))
one_node("ConvTranspose to an output shape", 13, "y = ConvTranspose <strides=[2,2], output_shape=[6,6]> (x, w)",
         {"x": randn(1, 2, 3, 3), "w": randn(2, 2, 3, 3)}, lambda x, w: F.conv_transpose2d(x, w, None, 2)[:, :, 1:, 1:])
one_node("MaxPool in one dimension", 12, "y = MaxPool <kernel_shape=[3], strides=[2]> (x)",
         {"x": randn(2, 3, 9)}, lambda x: F.max_pool1d(x, 3, 2))
one_node("AveragePool rounded up", 19, "y = AveragePool <kernel_shape=[2,2], strides=[2,2], ceil_mode=1> (x)",
         {"x": randn(1, 2, 5, 5)}, lambda x: F.avg_pool2d(x, 2, 2, ceil_mode=True, count_include_pad=False))
one_node("GlobalAveragePool in one dimension", 13, "y = GlobalAveragePool (x)", {"x": randn(2, 3, 5)},
         lambda x: x.mean(2, keepdim=True))
one_node("GlobalMaxPool in one dimension", 13, "y = GlobalMaxPool (x)", {"x": randn(2, 3, 5)},
         lambda x: x.amax(2, keepdim=True))
one_node("Upsample", 8, 'y = Upsample <mode="nearest", scales=[1.0,1.0,2.0,3.0]> (x)', {"x": randn(1, 2, 2, 3)},
         lambda x: F.interpolate(x, scale_factor=(2, 3)))

# normalizations
one_node("GroupNormalization, per group", 18, "y = GroupNormalization <num_groups=2> (x, s, b)",
         {"x": randn(2, 4, 3, 2), "s": randn(2), "b": randn(2)},
         lambda x, s, b: F.group_norm(x, 2, s.repeat_interleave(2), b.repeat_interleave(2)))
one_node("GroupNormalization, per channel", 21, "y = GroupNormalization <num_groups=2> (x, s, b)",
         {"x": randn(2, 4, 3, 2), "s": randn(4), "b": randn(4)}, lambda x, s, b: F.group_norm(x, 2, s, b))

# products
for name, a, b in (("row by matrix", (4,), (4, 3)), ("matrix by column", (3, 4), (4,)), 
                   ("batch by column", (2, 3, 4), (4,))):
    one_node(f"MatMul, {name}", 13, "y = MatMul (a, b)", {"a": randn(*a), "b": randn(*b)}, torch.matmul)
one_node("Gemm with a scalar addend", 9, "y = Gemm <alpha=0.5, beta=2.0, transB=1> (a, b, c)",
         {"a": randn(2, 4), "b": randn(3, 4), "c": randn(1)}, lambda a, b, c: 0.5 * a @ b.T + 2 * c)
one_node("Slice backwards by three", 13,
         "s = Constant <value_ints=[-2]> () n = Constant <value_ints=[-100]> () a = Constant <value_ints=[1]> () "
         "t = Constant <value_ints=[-3]> () y = Slice (x, s, n, a, t)",
         {"x": randn(2, 9)}, lambda x: x.flip(1)[:, 1::3])
one_node("Einsum with an ellipsis", 13, 'y = Einsum <equation="...ij,...jk->...ik"> (a, b)',
         {"a": randn(2, 3, 4), "b": randn(4, 5)}, lambda a, b: torch.einsum("...ij,...jk->...ik", a, b))
one_node("Einsum where an axis of one repeats", 13, 'y = Einsum <equation="ij,ij->ij"> (a, b)',
         {"a": randn(2, 3), "b": randn(1, 3)}, lambda a, b: a * b)
one_node("Einsum without an output", 13, 'y = Einsum <equation="ij, jk"> (a, b)',
         {"a": randn(3, 4), "b": randn(4, 2)}, lambda a, b: a @ b)

# element-wise
one_node("Sum of three", 13, "y = Sum (a, b, c)", {"a": randn(2, 3), "b": randn(3), "c": randn(2, 1)}, lambda a, b, c: a + b + c)
one_node("Mean of three", 13, "y = Mean (a, b, c)", {"a": randn(2, 3), "b": randn(3), "c": randn(2, 1)},
         lambda a, b, c: (a + b + c) / 3)
one_node("Max of three", 13, "y = Max (a, b, c)", {"a": randn(2, 3), "b": randn(3), "c": randn(2, 1)},
         lambda a, b, c: torch.maximum(torch.maximum(a, b), c))
one_node("Celu", 12, "y = Celu <alpha=1.5> (x)", {"x": away(2, 7)}, lambda x: F.celu(x, 1.5))
one_node("ThresholdedRelu", 10, "y = ThresholdedRelu <alpha=0.7> (x)", {"x": away(2, 7)}, lambda x: F.threshold(x, 0.7, 0))
one_node("Clip by attributes", 7, "y = Clip <min=-0.5, max=0.5> (x)", {"x": away(2, 7)}, lambda x: x.clamp(-0.5, 0.5))
one_node("Clip by computed bounds", 13, "y = Clip (x, l, h)", {"x": randn(2, 7), "l": torch.tensor([-0.4]), "h": torch.tensor([0.6])},
         lambda x, l, h: torch.minimum(torch.maximum(x, l), h))
one_node("Softmax over several axes", 11, "y = Softmax <axis=1> (x)", {"x": randn(2, 3, 4)},
         lambda x: F.softmax(x.flatten(1), 1).reshape(x.shape))
one_node("Pow with an integer", 13, "t = Constant <value = int64 {2}> () y = Pow (x, t)", {"x": randn(2, 3)}, lambda x: x**2)

# reductions
one_node("ReduceL1", 13, "y = ReduceL1 <axes=[1], keepdims=0> (x)", {"x": away(2, 3, 4)}, lambda x: x.abs().sum(1))
one_node("ReduceSumSquare", 11, "y = ReduceSumSquare <axes=[-1]> (x)", {"x": randn(2, 3)}, lambda x: (x * x).sum(1, keepdim=True))
one_node("ReduceLogSum", 13, "y = ReduceLogSum <axes=[0,1], keepdims=0> (x)", {"x": torch.rand(2, 3, 4) + 0.5},
         lambda x: x.sum((0, 1)).log())
one_node("ReduceMean by input axes", 18, "t = Constant <value_ints=[-1]> () y = ReduceMean (x, t)", {"x": randn(2, 3)},
         lambda x: x.mean(1, keepdim=True))

# shape arithmetic, as PyTorch and Keras export it
one_node(
    "a flattening by Shape, Gather, Unsqueeze and Concat", 11,
    """s = Shape (x)
       zero = Constant <value = int64 {0}> ()
       n = Gather <axis=0> (s, zero)
       n1 = Unsqueeze <axes=[0]> (n)
       rest = Constant <value = int64[1] {-1}> ()
       wanted = Concat <axis=0> (n1, rest)
       y = Reshape (x, wanted)""",
    {"x": randn(2, 3, 4)}, lambda x: x.flatten(1))
one_node(
    "a scale from the shape", 13,
    """s = Shape (x)
       last = Constant <value = int64[1] {-1}> ()
       d = Gather <axis=0> (s, last)
       f = Cast <to=1> (d)
       root = Sqrt (f)
       y = Div (x, root)""",
    {"x": randn(2, 4)}, lambda x: x / 2)
one_node(
    "a branch that the shape decides", 13,
    """s = Size (x)
       six = Constant <value = int64 {6}> ()
       c = Equal (s, six)
       y = If (c) <
         then_branch = t () => (float[2,3] a) { a = Exp (x) },
         else_branch = e () => (float[2,3] a) { a = Neg (x) }
       >""",
    {"x": randn(2, 3)}, torch.exp)

# functions
function = """m (float[2,3] x) => (float[2,3] y) {
  h = local.twice <slope = 0.25> (x)
  y = local.twice <slope = 0.5> (h)
}
<domain: "local", opset_import: ["" : 13]>
twice <slope> (a) => (b) {
  t = LeakyRelu <alpha : float = @slope> (a)
  b = Add (t, a)
}"""
def twice(x, slope):
    return F.leaky_relu(x, slope) + x
case("a function, called twice with its attribute", parse(13, function, ', "local" : 1, "unused" : 3'), {"x": away(2, 3)},
     lambda x: twice(twice(x, 0.25), 0.5))

# what the reader writes out in simpler operations
one_node("Shrink", 9, "y = Shrink <lambd=0.6, bias=0.2> (x)", {"x": away(2, 7)},
         lambda x: torch.where(x > 0.6, x - 0.2, torch.where(x < -0.6, x + 0.2, torch.zeros(()))))
one_node("MeanVarianceNormalization", 13, "y = MeanVarianceNormalization (x)", {"x": randn(2, 3, 4, 2)},
         lambda x: (x - x.mean((0, 2, 3), keepdim=True)) / x.var((0, 2, 3), unbiased=False, keepdim=True).sqrt())
one_node("ReverseSequence", 10, "n = Constant <value = int64[3] {2,4,1}> () y = ReverseSequence <time_axis=1, batch_axis=0> (x, n)",
         {"x": randn(3, 4, 2)},
         lambda x: torch.stack([torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(x, (2, 4, 1))]))
classes = torch.tensor([[2, 0], [1, 3], [3, 2]])
kept = [(n, k) for n in range(3) for k in range(2) if classes[n, k] != 3]


def weighted_likelihood(x, w):
    """F.nll_loss, which does not differentiate its weights."""
    return -sum(w[classes[n, k]] * x[n, classes[n, k], k] for n, k in kept) / sum(w[classes[n, k]] for n, k in kept)


one_node("NegativeLogLikelihoodLoss, weights and ignored targets", 13,
         "t = Constant <value = int64[3,2] {2,0,1,3,3,2}> () y = NegativeLogLikelihoodLoss <ignore_index=3> (x, t, w)",
         {"x": randn(3, 4, 2), "w": torch.rand(4) + 0.5}, weighted_likelihood)
one_node("SoftmaxCrossEntropyLoss", 13,
         "t = Constant <value = int64[3,2] {2,0,1,3,3,2}> () y = SoftmaxCrossEntropyLoss (x, t)",
         {"x": randn(3, 4, 2)}, lambda x: F.cross_entropy(x, classes))
one_node("SoftmaxCrossEntropyLoss of each target", 13,
         't = Constant <value = int64[3,2] {2,0,1,3,3,2}> () y = SoftmaxCrossEntropyLoss <reduction="none"> (x, t)',
         {"x": randn(3, 4, 2)}, lambda x: F.cross_entropy(x, classes, reduction="none"))
for padding in ("zeros", "border", "reflection"):
    for aligned in (0, 1):
        one_node(f"GridSample, {padding}, aligned {aligned}", 16,
                 f'y = GridSample <padding_mode="{padding}", align_corners={aligned}> (x, g)',
                 {"x": randn(2, 2, 4, 5), "g": randn(2, 3, 3, 2) * 0.9},
                 lambda x, g: F.grid_sample(x, g, padding_mode=padding, align_corners=bool(aligned)))
one_node("GridSample, nearest", 16, 'p = GridSample <mode="nearest"> (x, g) t = ReduceSum <keepdims=0> (g) y = Add (p, t)',
         {"x": randn(1, 2, 4, 5), "g": randn(1, 3, 3, 2) * 0.7},
         lambda x, g: F.grid_sample(x, g, mode="nearest", align_corners=False) + g.sum())


def looped(x, w):
    rounds = []
    for _ in range(3):
        x = torch.tanh(x) * w
        rounds.append(torch.exp(x))
    return torch.stack(rounds)


def scanned(state, x):
    rounds = []
    for column in x.flip(1).unbind(1):
        state = torch.tanh(state + column)
        rounds.append(state * column)
    return torch.stack(rounds[::-1], 1)


one_node(
    "a loop of three rounds, with what each made", 13,
    """n = Constant <value = int64 {3}> ()
       c = Constant <value = bool {1}> ()
       last, y = Loop (n, c, x) <
         body = b (int64 i, bool going, float[2,3] h) => (bool on, float[2,3] next, float[2,3] out) {
           on = Identity (going)
           half = Tanh (h)
           next = Mul (half, w)
           out = Exp (next)
         }
       >""",
    {"x": randn(2, 3), "w": randn(2, 3)},
    looped)
one_node(
    "a scan backwards over the second axis", 13,
    """last, y = Scan <num_scan_inputs=1, scan_input_axes=[1], scan_input_directions=[1], scan_output_axes=[1],
                       scan_output_directions=[1], body = b (float[2] h, float[2] entry) => (float[2] next, float[2] out) {
           sum = Add (h, entry)
           next = Tanh (sum)
           out = Mul (next, entry)
         }
       > (s, x)""",
    {"s": randn(2), "x": randn(2, 3)},
    scanned)

one_node("RMSNormalization", 23, "y = RMSNormalization <epsilon=0.001> (x, s)", {"x": randn(2, 3, 5), "s": randn(5)},
         lambda x, s: F.rms_norm(x, (5,), s, 0.001))
one_node("LpNormalization, p 1", 13, "y = LpNormalization <axis=1, p=1> (x)", {"x": away(2, 3, 2)}, lambda x: F.normalize(x, 1, 1))
one_node("LpNormalization, p 2", 13, "y = LpNormalization (x)", {"x": randn(2, 3)}, lambda x: F.normalize(x, 2, 1))
one_node("Attention, four axes and causal", 23, "y = Attention <is_causal=1> (q, k, v)",
         {"q": randn(2, 2, 4, 3), "k": randn(2, 2, 5, 3), "v": randn(2, 2, 5, 3)},
         lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True))
one_node("Attention, three axes, a mask and shared keys", 23,
         "y = Attention <q_num_heads=4, kv_num_heads=2, scale=0.3> (q, k, v, m)",
         {"q": randn(2, 3, 8), "k": randn(2, 5, 4), "v": randn(2, 5, 4), "m": randn(3, 5)},
         lambda q, k, v, m: F.scaled_dot_product_attention(
             *(x.unflatten(2, (-1, 2)).transpose(1, 2) for x in (q, k, v)), attn_mask=m, scale=0.3, enable_gqa=True
         ).transpose(1, 2).flatten(2))
one_node("Attention, truths for a mask and a cap", 23,
         "m = Constant <value = bool[2,3] {1,0,1,1,1,0}> () y = Attention <softcap=1.5> (q, k, v, m)",
         {"q": randn(1, 2, 2, 3), "k": randn(1, 2, 3, 3), "v": randn(1, 2, 3, 3)},
         lambda q, k, v: (1.5 * torch.tanh(q @ k.transpose(2, 3) / 3**0.5 / 1.5)).masked_fill(
             torch.tensor([[False, True, False], [False, False, True]]), float("-inf")).softmax(3) @ v)

one_node("LRN of one dimension", 13, "y = LRN <size=3, alpha=0.3, beta=0.75, bias=1.5> (x)", {"x": randn(2, 5, 4)},
         lambda x: F.local_response_norm(x, 3, 0.3, 0.75, 1.5))

one_node("Conv in three dimensions", 13,
         "y = Conv <pads=[1,0,2,0,1,1], strides=[2,1,2], dilations=[1,2,1], group=2> (x, w, b)",
         {"x": randn(2, 2, 5, 6, 4), "w": randn(4, 1, 3, 2, 3), "b": randn(4)},
         lambda x, w, b: F.conv3d(F.pad(x, (2, 1, 0, 1, 1, 0)), w, b, (2, 1, 2), 0, (1, 2, 1), 2))
one_node("MaxPool in three dimensions", 12, "y = MaxPool <kernel_shape=[2,3,2], strides=[1,2,2], pads=[1,1,0,1,1,0]> (x)",
         {"x": randn(2, 2, 4, 5, 4)}, lambda x: F.max_pool3d(x, (2, 3, 2), (1, 2, 2), (1, 1, 0)))
one_node("AveragePool in three dimensions", 12, "y = AveragePool <kernel_shape=[3,2,2], strides=[2,1,2], pads=[1,0,1,1,0,1]> (x)",
         {"x": randn(2, 2, 5, 3, 4)},
         lambda x: F.avg_pool3d(x, (3, 2, 2), (2, 1, 2), (1, 0, 1), count_include_pad=False))

target = Path(__file__).parents[2] / "fixtures" / "engine" / "onnx-models.json"
target.write_text(json.dumps(cases, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
print(f"{len(cases)} cases, {target.stat().st_size} bytes")
