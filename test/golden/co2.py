"""A structural model of the carbon dioxide over Mauna Loa, by statsmodels: writes co2.json.

python3 co2.py > co2.json   (Debian: python3-statsmodels)

Monthly means of the weekly values that statsmodels has (Keeling & Whorf 2004), 1958 to 2001, null where a
month has none; a trend of level and slope and a season of 12, all with noise and exact diffuse starts.
"""
import json
import warnings

import numpy as np
import statsmodels
from statsmodels.datasets import co2
from statsmodels.tsa.statespace.structural import UnobservedComponents

warnings.filterwarnings("ignore")
y = co2.load_pandas().data["co2"].resample("MS").mean().to_numpy().round(4)
model = UnobservedComponents(y, "lltrend", seasonal=12, use_exact_diffuse=True)
fit = model.fit(np.array([0.02, 0.05, 1e-5, 1e-4]), disp=0, maxiter=2000, method="nm", xtol=1e-10, ftol=1e-12)
fit = model.fit(fit.params, disp=0, maxiter=1000, method="bfgs", gtol=1e-8)
print(json.dumps({
    "statsmodels": statsmodels.__version__,
    "co2": [None if x != x else x for x in y.tolist()],
    "parameters": dict(zip(model.param_names, map(float, fit.params))),
    "logLikelihood": float(fit.llf),
}))
