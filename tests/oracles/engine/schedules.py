"""Learning rates of PyTorch's schedulers: tests/fixtures/engine/schedules.json.

Run with a Python that has torch: python tests/oracles/engine/schedules.py
"""

import json
from pathlib import Path

import torch
from torch.optim import lr_scheduler as lr

STEPS = 40


def rates(make, peak):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    schedule = make(optimizer)
    found = []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def warmed(count, make):
    def build(optimizer):
        first = lr.LinearLR(optimizer, start_factor=1 / count, total_iters=count - 1)
        return lr.SequentialLR(optimizer, [first, make(optimizer)], [count])

    return build


def constant(optimizer):
    return lr.ConstantLR(optimizer, factor=1)


cases = [
    ({"kind": "constant", "peakLearningRate": 0.3, "warmupSteps": 6}, warmed(6, constant)),
    ({"kind": "step", "peakLearningRate": 0.1, "everySteps": 7, "factor": 0.4}, lambda o: lr.StepLR(o, 7, 0.4)),
    (
        {"kind": "step", "peakLearningRate": 0.1, "everySteps": 9, "factor": 0.5, "warmupSteps": 5},
        warmed(5, lambda o: lr.StepLR(o, 9, 0.5)),
    ),
    (
        {"kind": "cosine", "peakLearningRate": 2, "totalSteps": STEPS, "finalFraction": 0.05},
        lambda o: lr.CosineAnnealingLR(o, STEPS - 1, eta_min=0.1),
    ),
    (
        {"kind": "cosine", "peakLearningRate": 1, "totalSteps": STEPS, "warmupSteps": 8},
        warmed(8, lambda o: lr.CosineAnnealingLR(o, STEPS - 1 - 8)),
    ),
    ({"kind": "one-cycle", "peakLearningRate": 0.01, "totalSteps": STEPS + 1}, lambda o: lr.OneCycleLR(o, 0.01, STEPS + 1)),
    (
        {
            "kind": "one-cycle", "peakLearningRate": 1, "totalSteps": STEPS + 1,
            "risingShare": 0.5, "startDivisor": 10, "endDivisor": 100,
        },
        lambda o: lr.OneCycleLR(o, 1, STEPS + 1, pct_start=0.5, div_factor=10, final_div_factor=100),
    ),
]

target = Path(__file__).parents[2] / "fixtures" / "engine" / "schedules.json"
text = json.dumps([{"options": options, "rates": rates(make, options["peakLearningRate"])} for options, make in cases])
target.write_text(text.replace('{"options"', '\n{"options"') + "\n")
print(len(cases), "cases")
