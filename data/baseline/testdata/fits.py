"""Writes fits.json: rows, and what scikit-learn and SciPy say of others after a fit.

    pip install scikit-learn==1.9.1 scipy==1.17.1
    python fits.py > fits.json
"""
import json
import warnings

import numpy as np
from scipy import stats
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")  # of fits that are stopped early
rng = np.random.default_rng(1)
labels = np.repeat([0, 1, 2], [20, 15, 10])
centres = np.array([[0, 0, 5], [300, 0.1, 5], [0, 0.2, 8]])
x = np.round(centres[labels] + rng.normal(size=(45, 3)) @ [[80, 0.02, 0], [0, 0.05, 0.5], [0, 0, 1]], 4)
test = np.vstack([x[:3] + 0.01, np.round(centres + [1, 0.01, 0.5], 4), [[5000, -1, 40]]])

scaler = StandardScaler().fit(x)
z, zt = scaler.transform(x), scaler.transform(test)
log_det = -np.log(scaler.scale_).sum()
guess = np.roll(labels, 4)  # not the true ones, so that EM has something to do


def mixture(components, **settings):
    covariances = [np.cov(z[guess == k].T, bias=True) + 1e-6 * np.eye(3) for k in range(3)]
    start = {} if components == 1 else {
        "weights_init": np.bincount(guess) / len(guess),
        "means_init": np.array([z[guess == k].mean(0) for k in range(3)]),
        "precisions_init": np.linalg.inv(covariances),
    }
    m = GaussianMixture(components, **start, **settings).fit(z)
    return {
        "logprob": (m.score_samples(zt) + log_det).tolist(), "weights": m.weights_.tolist(),
        "means": scaler.inverse_transform(m.means_).tolist(), "steps": m.n_iter_, "converged": bool(m.converged_),
        "bic": m.bic(z) - 2 * len(z) * log_det,
    }


def kernel(bandwidth):
    return (KernelDensity(bandwidth=bandwidth).fit(z).score_samples(zt) + log_det).tolist()


print(json.dumps({
    "x": x.ravel().tolist(), "test": test.ravel().tolist(), "guess": guess.tolist(),
    "gaussian": mixture(1), "five": mixture(3, max_iter=5, tol=0), "settled": mixture(3, tol=1e-3),
    "scott": kernel("scott"), "silverman": kernel("silverman"), "third": kernel(1 / 3),
    "full_scott": stats.gaussian_kde(x.T, "scott").logpdf(test.T).tolist(),
    "full_silverman": stats.gaussian_kde(x.T, "silverman").logpdf(test.T).tolist(),
}))
