"""One EM step of a hidden Markov model with one covariance: hmmlearn where it is, and its operations."""
import ctypes, json, sys, time
import numpy as np
import scipy
from scipy.linalg import solve_triangular

folder = sys.argv[1]
task = json.load(open(folder + "/start.json"))
K, D, T, rounds = (task[k] for k in ("K", "D", "T", "rounds"))
y = np.fromfile(folder + "/y.f64").reshape(T, D)
lib = ctypes.CDLL(folder + "/hmm-tied.so")
lib.passes_log.restype = lib.passes_scaled.restype = ctypes.c_double
p = lambda x: x.ctypes.data_as(ctypes.c_void_p)
start = np.array(task["startprob"])
A = np.array(task["transmat"])
means = np.array(task["means"])
covariance = np.array(task["covariance"])


def log_densities():
    L = np.linalg.cholesky(covariance)
    out = np.empty((T, K))
    constant = D * np.log(2 * np.pi) + 2 * np.log(np.diag(L)).sum()
    for k in range(K):
        z = solve_triangular(L, (y - means[k]).T, lower=True)
        out[:, k] = -0.5 * ((z * z).sum(axis=0) + constant)
    return out


def maximize(gamma, pairs, moments):
    """What hmmlearn adds up and divides: Σγ, Σγy, Σγyyᵀ of every state, then one covariance."""
    weight = gamma.sum(axis=0)
    first = gamma.T @ y
    if moments == "einsum":
        second = np.einsum("ij,ik,il->jkl", gamma, y, y).sum(axis=0)
    else:
        second = y.T @ y
    new = first / weight[:, None]
    cross = new.T @ first
    tied = (second - cross - cross.T + new.T @ (weight[:, None] * new)) / weight.sum()
    return gamma[0], pairs / pairs.sum(axis=1, keepdims=True), new, tied


def logarithms():
    f = log_densities()
    a, b, pairs = np.empty((T, K)), np.empty((T, K)), np.empty((K, K))
    la, lA = np.log(start), np.log(A)
    ln = lib.passes_log(T, K, p(la), p(lA), p(f), p(a), p(b))
    gamma = a + b
    gamma -= gamma.max(axis=1, keepdims=True)
    np.exp(gamma, out=gamma)
    gamma /= gamma.sum(axis=1, keepdims=True)
    lib.pairs_log(T, K, p(a), p(lA), p(b), p(f), ctypes.c_double(ln), p(pairs))
    maximize(gamma, np.exp(pairs), "einsum")
    return ln


def scaled(moments):
    f = log_densities()
    top = f.max(axis=1, keepdims=True)
    density = np.exp(f - top)
    a, b, pairs = np.empty((T, K)), np.empty((T, K)), np.empty((K, K))
    ln = lib.passes_scaled(T, K, p(start), p(A), p(density), p(a), p(b), p(pairs))
    gamma = a * b
    gamma /= gamma.sum(axis=1, keepdims=True)
    maximize(gamma, pairs, moments)
    return ln + top.sum()


def measured(name, work):
    work()
    seconds = []
    for _ in range(rounds):
        before = time.process_time()
        value = work()
        seconds.append(time.process_time() - before)
    return {"name": name, "seconds": seconds, "logLikelihood": float(value)}


ways = [
    measured("hmmlearn's operations, logarithms, C and numpy", logarithms),
    measured("hmmlearn's operations, scaled, C and numpy", lambda: scaled("einsum")),
    measured("the same, second moments by one product", lambda: scaled("product")),
]
versions = f"numpy {np.__version__}, scipy {scipy.__version__}"
try:
    import hmmlearn
    from hmmlearn.hmm import GaussianHMM

    def real(implementation):
        model = GaussianHMM(K, "tied", n_iter=1, tol=0, init_params="", implementation=implementation, covars_prior=0)
        model.startprob_, model.transmat_, model.means_, model.covars_ = start, A, means, covariance
        model.fit(y)
        return model.monitor_.history[0]

    versions += f", hmmlearn {hmmlearn.__version__}"
    ways += [measured(f"hmmlearn, {way}", lambda way=way: real(way)) for way in ("log", "scaling")]
except ImportError:
    versions += ", no hmmlearn here"
print(json.dumps({"versions": versions, "ways": ways}))
