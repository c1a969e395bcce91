"""Closed-form inference in vectorized numpy and in statsmodels' compiled Kalman code, on data that bench/inference.js writes.

    /usr/bin/python3 bench/reference/inference.py FOLDER REPEATS    (Debian: python3-numpy, python3-statsmodels)

Prints one line of JSON: milliseconds of every repeat, and results to compare.
"""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

folder, repeats = sys.argv[1], int(sys.argv[2])
sizes = json.load(open(os.path.join(folder, "sizes.json")))


def load(name, *shape):
    return np.fromfile(os.path.join(folder, name + ".f64")).reshape(shape)


def baum_welch(pi, A, B, y):
    """One scaled forward-backward pass and the new parameters: the time loop does two products with A a step, all else is whole-array."""
    T, N, M = len(y), len(pi), B.shape[1]
    b = np.ascontiguousarray(B.T)[y]
    alpha, w, c = np.empty((T, N)), np.empty((T, N)), np.empty(T)
    a = pi * b[0]
    for t in range(T):
        if t:
            a = (a @ A) * b[t]
        s = a.sum()
        a = a / s
        alpha[t], c[t] = a, s
    beta, gamma = np.ones(N), np.empty((T, N))
    gamma[T - 1] = alpha[T - 1]
    for t in range(T - 2, -1, -1):
        v = b[t + 1] * beta / c[t + 1]
        w[t + 1] = v
        beta = A @ v
        gamma[t] = alpha[t] * beta
    xi = A * (alpha[:-1].T @ w[1:])
    counts = np.zeros((M, N))
    np.add.at(counts, y, gamma)
    return np.log(c).sum(), gamma[0], xi / xi.sum(1, keepdims=True), (counts / counts.sum(0)).T


def viterbi(pi, A, B, y):
    T, N = len(y), len(pi)
    with np.errstate(divide="ignore"):
        logA, logb, delta = np.log(A).T.copy(), np.ascontiguousarray(np.log(B).T)[y], np.log(pi)
    back = np.empty((T, N), dtype=np.int64)
    delta, rows = delta + logb[0], np.arange(N)
    for t in range(1, T):
        scores = logA + delta
        best = scores.argmax(1)
        back[t] = best
        delta = scores[rows, best] + logb[t]
    path = np.empty(T, dtype=np.int64)
    path[-1] = delta.argmax()
    for t in range(T - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return delta.max(), path


def kalman(A, C, Q, R, m, P, y):
    """Filter with Joseph form, then Rauch-Tung-Striebel smoother with lag-one covariances."""
    T, n, p = len(y), len(A), len(C)
    mp, Pp, mf, Pf, I, ll = np.empty((T, n)), np.empty((T, n, n)), np.empty((T, n)), np.empty((T, n, n)), np.eye(n), 0.0
    for t in range(T):
        mp[t], Pp[t] = m, P
        PC = P @ C.T
        F = C @ PC + R
        K = np.linalg.solve(F, PC.T).T
        v = y[t] - C @ m
        L = I - K @ C
        m, P = m + K @ v, L @ P @ L.T + K @ R @ K.T
        mf[t], Pf[t] = m, P
        ll -= 0.5 * (p * np.log(2 * np.pi) + np.linalg.slogdet(F)[1] + v @ np.linalg.solve(F, v))
        m, P = A @ m, A @ P @ A.T + Q
    ms, Ps, lag = mf.copy(), Pf.copy(), np.zeros((T, n, n))
    for t in range(T - 2, -1, -1):
        J = np.linalg.solve(Pp[t + 1], A @ Pf[t]).T
        ms[t] += J @ (ms[t + 1] - mp[t + 1])
        Ps[t] += J @ (Ps[t + 1] - Pp[t + 1]) @ J.T
        lag[t] = Ps[t + 1] @ J.T
    return ll, ms, Ps


def compiled(A, C, Q, R, m, P, y):
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother, SMOOTHER_STATE, SMOOTHER_STATE_COV
    k = KalmanSmoother(k_endog=len(C), k_states=len(A), k_posdef=len(A))
    k.bind(np.asfortranarray(y.T))
    k["transition"], k["design"], k["selection"], k["state_cov"], k["obs_cov"] = A, C, np.eye(len(A)), Q, R
    k.initialize_known(m, P)
    k.smoother_output = SMOOTHER_STATE | SMOOTHER_STATE_COV

    def run():
        result = k.smooth()
        return result.llf_obs.sum(), result.smoothed_state.T, result.smoothed_state_cov.T
    return run


def timed(run):
    ms, result = [], None
    for _ in range(repeats):
        begin = time.perf_counter()
        result = run()
        ms.append(1000 * (time.perf_counter() - begin))
    return ms, result


N, M, T = sizes["states"], sizes["symbols"], sizes["steps"]
n, p = sizes["state"], sizes["output"]
chain = load("pi", N), load("A", N, N), load("B", N, M), load("symbols", T).astype(np.int64)
system = load("lds-A", n, n), load("lds-C", p, n), load("lds-Q", n, n), load("lds-R", p, p), load("lds-mean", n), load("lds-covariance", n, n), load("y", T, p)
out = {"numpy": np.__version__}
out["baum-welch"], result = timed(lambda: baum_welch(*chain))
out["baum-welch result"] = [float(result[0]), float(result[2][0, 0]), float(result[3][0, 0])]
out["viterbi"], result = timed(lambda: viterbi(*chain))
out["viterbi result"] = [float(result[0]), [int(s) for s in result[1][:50]]]
out["kalman"], result = timed(lambda: kalman(*system))
out["kalman result"] = [float(result[0]), float(result[1][0, 0]), float(result[2][0, 0, 0])]
try:
    import statsmodels
    out["statsmodels"], result = timed(compiled(*system))
    out["statsmodels result"] = [float(result[0]), float(result[1][0, 0]), float(result[2][0, 0, 0])]
    out["statsmodels version"] = statsmodels.__version__
except ImportError:
    pass
print(json.dumps(out))
