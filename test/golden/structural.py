"""Maximum likelihood of structural and ARIMA models by statsmodels: writes structural.json.

python3 structural.py > structural.json   (Debian: python3-statsmodels)
"""
import json
import warnings

import numpy as np
import statsmodels
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.statespace.structural import UnobservedComponents

warnings.filterwarnings("ignore")

# international airline passengers, thousands a month, 1949 to 1960 (Box & Jenkins 1976, series G)
air = [
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
    145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
    196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
    315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
    360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
]
y = np.log(np.array(air, dtype=float))
names = lambda fit: dict(zip(fit.model.param_names, map(float, fit.params)))
out = {"made": f"statsmodels {statsmodels.__version__}", "logAir": y.tolist(), "models": {}}


def note(name, fit):
    out["models"][name] = {"logLikelihood": float(fit.llf), "parameters": names(fit)}


options = dict(disp=0, maxiter=1000, method="bfgs", gtol=1e-7)
airline = SARIMAX(y, order=(0, 1, 1), seasonal_order=(0, 1, 1, 12), simple_differencing=True)
note("airline", airline.fit(**options))
arma = SARIMAX(np.diff(y), order=(2, 0, 0), trend="c", simple_differencing=True)
note("arma", arma.fit(**options))
for name, kind in [("level", dict(level="local level")), ("seasonal", dict(level="lltrend", seasonal=12))]:
    model = UnobservedComponents(y, use_exact_diffuse=True, **kind)
    start = np.full(model.k_params, 1e-3)
    note(name, model.fit(start, **options))
trig = UnobservedComponents(
    y, level="local level", freq_seasonal=[{"period": 12, "harmonics": 3}], use_exact_diffuse=True
)
note("trigonometric", trig.fit(np.full(trig.k_params, 1e-3), **options))
print(json.dumps(out, indent=1))
