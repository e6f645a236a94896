"""Writes scores.json: small samples and what scikit-learn and SciPy say of them.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python scores.py > scores.json
"""
import json

import numpy as np
from scipy import stats
from sklearn import metrics

rng = np.random.default_rng(1)


def ranking(scores, positive):
    return {
        "scores": list(map(float, scores)), "positive": list(map(bool, positive)),
        "auroc": metrics.roc_auc_score(positive, scores), "ap": metrics.average_precision_score(positive, scores),
    }


labels = rng.random(60) < 0.3
continuous = rng.normal(size=60) + labels
sample, x = np.round(rng.normal(size=40), 1), np.round(rng.normal(size=15), 1)
levels = [0, 0.01, 0.25, 0.5, 0.9, 1]
ranks, draws, bins = rng.integers(0, 20, 100), 19, 10
skewed = np.minimum(rng.integers(0, 20, 100), rng.integers(0, 20, 100))
even, bent = rng.random(80), rng.beta(2, 1, 80)
a, b = rng.normal(size=30), rng.normal(1, 2, size=20)


def kolmogorov(values):
    test = stats.kstest(values, "uniform", method="asymp")
    return {"values": list(values), "statistic": test.statistic, "p": test.pvalue}


def chi(ranks):
    counts = np.bincount(ranks * bins // (draws + 1), minlength=bins)
    test = stats.chisquare(counts)
    return {"ranks": ranks.tolist(), "statistic": test.statistic, "p": test.pvalue}


print(json.dumps({
    "rankings": [
        ranking(continuous, labels), ranking(np.round(2 * continuous), labels), ranking(-continuous, labels),
        ranking([1, 1, 1, 1], [True, False, True, False]), ranking([3, 2, 1], [True, False, False]),
    ],
    "sample": sample.tolist(), "x": x.tolist(),
    "percentiles": [stats.percentileofscore(sample, v, kind="mean") for v in x],
    "levels": levels, "quantiles": np.quantile(sample, levels).tolist(),
    "draws": draws, "bins": bins, "chi": [chi(ranks), chi(skewed)],
    "kolmogorov": [kolmogorov(even), kolmogorov(bent), kolmogorov(bent[:5])],
    "a": a.tolist(), "b": b.tolist(), "energy": stats.energy_distance(a, b),
}))
