"""Hamilton's (1989) model of American output, by statsmodels: writes switching.json.

python3 switching.py > switching.json   (Debian: python3-statsmodels)

The series is the growth of real GNP, 1951:II to 1984:IV, as statsmodels carries it for its own tests; the
parameters are those that it finds (its documentation prints them), the numbers its filter's.
"""
import json
import numpy as np
import statsmodels
from statsmodels.tsa.regime_switching.markov_autoregression import MarkovAutoregression
from statsmodels.tsa.regime_switching.tests.test_markov_autoregression import rgnp

y = np.asarray(rgnp, float)
model = MarkovAutoregression(y, k_regimes=2, order=4, switching_ar=False)
parameters = [0.754673, 0.095915, -0.358811, 1.163517, 0.591365, 0.013486, -0.057521, -0.246983, -0.212923]
result = model.smooth(np.asarray(parameters))
print(json.dumps({
    "statsmodels": statsmodels.__version__,
    "names": list(model.param_names),
    "rgnp": y.tolist(),
    "parameters": parameters,
    "logLikelihood": float(result.llf),
    "recession": np.asarray(result.filtered_marginal_probabilities)[:, 0].tolist(),
}))
