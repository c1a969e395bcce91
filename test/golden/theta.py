"""The theta model of two series by statsmodels: writes theta.json.

python3 theta.py > theta.json   (Debian: python3-statsmodels)

The logarithms of airline passengers (structural.json), whose season is taken off by the classical additive
decomposition, and the flow of the Nile, which has none. As in R's thetaf the first level of the smoothing is
estimated with alpha; statsmodels' own fit takes the first value for it.
"""
import json
import warnings
from pathlib import Path

import numpy as np
import statsmodels
from statsmodels.datasets import nile
from statsmodels.tsa.forecasting.theta import ThetaModel, ThetaModelResults
from statsmodels.tsa.holtwinters import SimpleExpSmoothing
from statsmodels.tsa.seasonal import seasonal_decompose

warnings.filterwarnings("ignore")


def theta(y, period):
    x, pattern = y, np.empty(0)
    if period > 1:
        pattern = seasonal_decompose(y, model="additive", period=period).seasonal[:period]
        x = y - np.resize(pattern, len(y))
    slope = np.polyfit(np.arange(len(x)), x, 1)[0]
    smoothed = SimpleExpSmoothing(x, initialization_method="estimated").fit(
        method="basinhopping", minimize_kwargs={"minimizer_kwargs": {"method": "L-BFGS-B", "tol": 1e-14}}
    )
    alpha = float(smoothed.params["smoothing_level"])
    model = ThetaModel(y, period=max(2, period), deseasonalize=period > 1, method="additive", use_test=False)
    found = ThetaModelResults(slope, alpha, None, smoothed.forecast(1), pattern, False, model)
    return {"alpha": alpha, "slope": slope, "forecast": [float(v) for v in found.forecast(15, theta=2)]}


air = np.array(json.loads((Path(__file__).parent / "structural.json").read_text())["logAir"])
volume = nile.load_pandas().data["volume"].to_numpy()
print(json.dumps({
    "statsmodels": statsmodels.__version__,
    "nile": volume.tolist(),
    "models": {"air": theta(air, 12), "nile": theta(volume, 1)},
}))
