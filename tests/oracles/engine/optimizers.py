"""Several steps of PyTorch's optimizers on given gradients: tests/fixtures/engine/optimizers.json."""

import json
import math
from pathlib import Path

import torch

LENGTH, STEPS = 6, 8
initial = [math.sin(1.7 * i + 0.3) for i in range(LENGTH)]
gradients = [[math.cos(0.9 * i + 1.3 * step) * (1 + step % 3) for i in range(LENGTH)] for step in range(STEPS)]
rates = [0.01 * (1 + step % 4) for step in range(STEPS)]
# the last third is spared from decay, as biases are
decayed = LENGTH - 2


def run(make, clip_norm=None):
    heads = torch.tensor(initial[:decayed], requires_grad=True)
    tails = torch.tensor(initial[decayed:], requires_grad=True)
    optimizer = make(heads, tails)
    trace = []
    for step in range(STEPS):
        gradient = torch.tensor(gradients[step])
        heads.grad, tails.grad = gradient[:decayed].clone(), gradient[decayed:].clone()
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_([heads, tails], clip_norm)
        for group in optimizer.param_groups:
            group["lr"] = rates[step]
        optimizer.step()
        trace.append(heads.tolist() + tails.tolist())
    return trace


def adamw(weight_decay, betas=(0.9, 0.999), eps=1e-8):
    return lambda heads, tails: torch.optim.AdamW(
        [{"params": [heads], "weight_decay": weight_decay}, {"params": [tails], "weight_decay": 0.0}],
        lr=0.01, betas=betas, eps=eps,
    )


def sgd(weight_decay, momentum, nesterov=False):
    return lambda heads, tails: torch.optim.SGD(
        [{"params": [heads], "weight_decay": weight_decay}, {"params": [tails], "weight_decay": 0.0}],
        lr=0.01, momentum=momentum, nesterov=nesterov,
    )


cases = [
    {"options": {"kind": "adamw", "weightDecay": 0.1}, "trace": run(adamw(0.1))},
    {
        "options": {"kind": "adamw", "weightDecay": 0, "betas": [0.8, 0.95], "epsilon": 1e-4},
        "trace": run(adamw(0, (0.8, 0.95), 1e-4)),
    },
    {"options": {"kind": "adamw", "weightDecay": 0.05, "clipNorm": 0.5}, "trace": run(adamw(0.05), 0.5)},
    {"options": {"kind": "sgd", "weightDecay": 0.1, "momentum": 0.9}, "trace": run(sgd(0.1, 0.9))},
    {"options": {"kind": "sgd", "weightDecay": 0, "momentum": 0}, "trace": run(sgd(0, 0))},
    {
        "options": {"kind": "sgd", "weightDecay": 0.1, "momentum": 0.8, "nesterov": True},
        "trace": run(sgd(0.1, 0.8, True)),
    },
    {"options": {"kind": "sgd", "weightDecay": 0.1, "momentum": 0.9, "clipNorm": 2}, "trace": run(sgd(0.1, 0.9), 2)},
]


def grouped(make, **options):
    return lambda heads, tails: make(
        [{"params": [heads], "weight_decay": options.pop("decay", 0)}, {"params": [tails], "weight_decay": 0.0}],
        lr=0.01, **options,
    )


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2; PyTorch has none."""

    def __init__(self, params, lr, betas):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                state = self.state.setdefault(p, {"m": torch.zeros_like(p)})
                m = state["m"]
                direction = (beta1 * m + (1 - beta1) * p.grad).sign() + group["weight_decay"] * p
                p.sub_(group["lr"] * direction)
                state["m"] = beta2 * m + (1 - beta2) * p.grad


optim = torch.optim
cases += [
    {"options": {"kind": "adam", "weightDecay": 0.1}, "trace": run(grouped(optim.Adam, decay=0.1))},
    {
        "options": {"kind": "adam", "weightDecay": 0, "betas": [0.7, 0.9], "amsgrad": True},
        "trace": run(grouped(optim.Adam, betas=(0.7, 0.9), amsgrad=True)),
    },
    {
        "options": {"kind": "adamw", "weightDecay": 0.1, "betas": [0.7, 0.9], "amsgrad": True},
        "trace": run(grouped(optim.AdamW, decay=0.1, betas=(0.7, 0.9), amsgrad=True)),
    },
    {"options": {"kind": "rmsprop", "weightDecay": 0.1}, "trace": run(grouped(optim.RMSprop, decay=0.1))},
    {
        "options": {"kind": "rmsprop", "weightDecay": 0, "smoothing": 0.8, "momentum": 0.5, "epsilon": 1e-4},
        "trace": run(grouped(optim.RMSprop, alpha=0.8, momentum=0.5, eps=1e-4)),
    },
    {
        "options": {"kind": "rmsprop", "weightDecay": 0.1, "smoothing": 0.8, "centered": True, "epsilon": 1e-2},
        "trace": run(grouped(optim.RMSprop, decay=0.1, alpha=0.8, centered=True, eps=1e-2)),
    },
    {"options": {"kind": "lion", "weightDecay": 0.1}, "trace": run(grouped(Lion, decay=0.1, betas=(0.9, 0.99)))},
]


def multiplied(make, factor, **options):
    """The last third learns at another rate, 0 for frozen."""

    def build(heads, tails):
        optimizer = make([{"params": [heads]}, {"params": [tails]}], lr=0.01, **options)
        step = optimizer.step

        def scaled():
            optimizer.param_groups[1]["lr"] *= factor
            step()

        optimizer.step = scaled
        return optimizer

    return build


for kind, make, options in (("adamw", optim.AdamW, {"weight_decay": 0.1}), ("sgd", optim.SGD, {"momentum": 0.9, "weight_decay": 0.1})):
    for factor in (0.1, 0):
        cases.append(
            {
                "options": {"kind": kind, "weightDecay": 0.1},
                "decayed": LENGTH,
                "factor": factor,
                "trace": run(multiplied(make, factor, **options)),
            }
        )
fixture = {"initial": initial, "gradients": gradients, "rates": rates, "decayed": decayed, "cases": cases}
target = Path(__file__).parents[2] / "fixtures" / "engine" / "optimizers.json"
target.write_text(json.dumps(fixture) + "\n")
