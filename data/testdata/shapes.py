"""Writes shapes.json: what scikit-learn 1.x and SciPy make of a few columns, for TestShapesAgainstScikitLearn.

    python3 -m venv venv && venv/bin/pip install scikit-learn && venv/bin/python shapes.py > shapes.json
"""
import json

import numpy as np
import sklearn
from scipy.stats.mstats import winsorize
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, RobustScaler, StandardScaler

rng = np.random.default_rng(1)
n = 60
columns = {
    "lognormal": rng.lognormal(0, 0.7, n),
    "far from zero": 1e3 + 1e-3 * rng.gamma(8, 1, n),
    "left": -rng.gamma(3, 5, n),
    "both sides": rng.standard_t(4, n),
    "normal": rng.normal(3, 2, n),
}
cases = []
for name, x in columns.items():
    x = np.round(x, 9)
    model = make_pipeline(RobustScaler(), PowerTransformer(method="yeo-johnson"))
    z = model.fit_transform(x[:, None])[:, 0]
    log = None
    if x.min() > 0:
        log = make_pipeline(FunctionTransformer(np.log), StandardScaler()).fit_transform(x[:, None])[:, 0].tolist()
    cases.append({
        "name": name, "x": x.tolist(), "lambda": float(model[-1].lambdas_[0]), "yeo_johnson": z.tolist(), "log": log,
        "standard": StandardScaler().fit_transform(x[:, None])[:, 0].tolist(),
        "winsorised": np.asarray(winsorize(x, limits=(0.05, 0.05))).tolist(),
    })
print(json.dumps({"version": sklearn.__version__, "cases": cases}))
