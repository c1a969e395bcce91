"""Clark's (1987) unobserved components of American GDP, as in Kim and Nelson (1999): writes clark.json.

python3 clark.py > clark.json   (Debian: python3-statsmodels)

The series, 1947:I to 1995:III, and what Kim and Nelson's own program printed, as statsmodels carries them for
its tests: standard deviations of the level, the cycle and the slope, coefficients of the cycle, ln p after
the first 20 values, and level, cycle and slope given the values so far from then on.
"""
import json
import statsmodels
from statsmodels.tsa.statespace.tests.results.results_kalman_filter import uc_uni

print(json.dumps({
    "statsmodels": statsmodels.__version__,
    "gdp": uc_uni["data"],
    "skipped": uc_uni["start"],
    "parameters": uc_uni["parameters"],
    "logLikelihood": uc_uni["loglike"],
    "states": uc_uni["states"],
}))
