"""Golden values of src-main/statistics from SciPy, NumPy and scikit-learn.

Run: python tests/oracles/statistics/make_golden.py  (needs numpy, scipy, scikit-learn)
Writes: tests/fixtures/statistics/golden.json
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics

rng = np.random.default_rng(20261121)
warnings.filterwarnings("ignore")


def quantiles():
    shares = [1e-12, 1e-6, 0.001, 0.02425, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.995, 1 - 1e-9]
    return [{"probability": p, "z": float(stats.norm.ppf(p))} for p in shares]


def wilson():
    cases = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 3), (97, 105), (9913, 10000), (5, 10)]
    result = []
    for successes, count in cases:
        for confidence in (0.9, 0.95, 0.99):
            interval = stats.binomtest(successes, count).proportion_ci(confidence, method="wilson")
            result.append(
                {
                    "successes": successes,
                    "count": count,
                    "confidence": confidence,
                    "interval": [float(interval.low), float(interval.high)],
                }
            )
    return result


def mcnemar():
    cases = [(0, 0), (0, 1), (1, 0), (3, 3), (0, 8), (5, 17), (40, 60), (250, 251), (900, 1100), (4000, 6000)]
    result = []
    for a, b in cases:
        p = 1.0 if a + b == 0 else float(stats.binomtest(min(a, b), a + b, 0.5).pvalue)
        result.append({"onlyARight": a, "onlyBRight": b, "pValue": p})
    return result


def percentiles():
    result = []
    for size in (1, 2, 3, 10, 101):
        values = rng.lognormal(size=size)
        ranks = [0, 2.5, 5, 50, 95, 97.5, 99, 100]
        result.append(
            {"values": values.tolist(), "ranks": ranks, "percentiles": np.percentile(values, ranks).tolist()}
        )
    return result


def bootstrap():
    """Exact interval of the resampled difference, by convolution of the multinomial's two counts."""
    result = []
    for a, b, count in ((0, 0, 50), (3, 9, 100), (20, 55, 1000), (40, 80, 10000), (70, 20, 105)):
        sample = rng.multinomial(count, [a / count, b / count, 1 - (a + b) / count], size=2_000_000)
        difference = (sample[:, 1] - sample[:, 0]) / count
        low, high = np.percentile(difference, [2.5, 97.5])
        result.append(
            {"onlyARight": a, "onlyBRight": b, "count": count, "interval": [float(low), float(high)]}
        )
    return result


def classification(class_count, size, skew, absent=()):
    present = [c for c in range(class_count) if c not in absent]
    truth = rng.choice(present, size=size)
    logits = rng.normal(size=(size, class_count)) * skew
    logits[np.arange(size), truth] += 1
    for c in absent:
        logits[:, c] -= 100
    probabilities = (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32)
    predicted = probabilities.argmax(1)
    labels = list(range(class_count))
    with_support = sorted(set(truth.tolist()))
    eps = np.finfo(np.float32).eps
    clipped = np.clip(probabilities, eps, 1 - eps).astype(np.float64)

    def per_class(function):
        values = function(truth, predicted, labels=labels, average=None, zero_division=np.nan)
        return [None if np.isnan(v) else float(v) for v in values]

    def macro(function):
        return float(function(truth, predicted, labels=with_support, average="macro", zero_division=0))

    return {
        "classCount": class_count,
        "trueClasses": truth.tolist(),
        "probabilities": [float(v) for v in probabilities.ravel()],
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        "precision": macro(metrics.precision_score),
        "recall": macro(metrics.recall_score),
        "f1": macro(metrics.f1_score),
        "logLoss": -float(np.log(clipped[np.arange(size), truth]).mean()),
        "sklearnLogLoss": float(metrics.log_loss(truth, clipped / clipped.sum(1, keepdims=True), labels=labels)),
        "perClassPrecision": per_class(metrics.precision_score),
        "perClassRecall": per_class(metrics.recall_score),
        "perClassF1": per_class(metrics.f1_score),
        "confusion": metrics.confusion_matrix(truth, predicted, labels=labels).tolist(),
    }


golden = {
    "madeWith": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__},
    "quantiles": quantiles(),
    "wilson": wilson(),
    "mcnemar": mcnemar(),
    "percentiles": percentiles(),
    "bootstrap": bootstrap(),
    "classification": [
        classification(2, 40, 1.0),
        classification(5, 120, 1.5),
        classification(4, 60, 8.0, absent=(2,)),
        classification(3, 6, 2.0),
    ],
}
target = Path(__file__).parents[2] / "fixtures" / "statistics" / "golden.json"
target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(target, target.stat().st_size, "bytes")
