# Features of speech by numpy and scipy, for test/speech/front-end.test.ts: python3 test/golden/front-end.py
import json
import numpy as np
import scipy, scipy.fft, scipy.signal

def signal(rate, seconds):
    """A chirp, a hum and noise from a small generator, the same numbers in any language."""
    n = int(rate * seconds)
    state, noise = 12345, np.empty(n)
    for i in range(n):
        state = (1103515245 * state + 12345) % 2**31
        noise[i] = state / 2**30 - 1
    t = np.arange(n) / rate
    return np.round((0.3 * np.sin(2 * np.pi * (200 + 900 * t) * t) + 0.2 * np.sin(2 * np.pi * 120 * t)
                     + 0.05 * noise) * 32768).astype(int)

def mel_bands(bands, low, high, fft, rate):
    mel = lambda f: 1127 * np.log1p(f / 700)
    corners = 700 * np.expm1(np.linspace(mel(low), mel(high), bands + 2) / 1127)
    f = np.arange(fft // 2 + 1) * rate / fft
    up = (f[:, None] - corners[:-2]) / (corners[1:-1] - corners[:-2])
    down = (corners[2:] - f[:, None]) / (corners[2:] - corners[1:-1])
    return np.maximum(0, np.minimum(up, down))

def deltas(c):
    p = np.pad(c, ((2, 2), (0, 0)), mode="edge")
    T = len(c)
    return sum(n * (p[2 + n:2 + n + T] - p[2 - n:2 - n + T]) for n in (1, 2)) / 10

def pcen(e, s=0.025, alpha=0.98, delta=2, r=0.5):
    m, out = np.empty_like(e), e[0]
    for t in range(len(e)):
        out = e[t] if t == 0 else (1 - s) * out + s * e[t]
        m[t] = out
    return (e / (1e-6 + m) ** alpha + delta) ** r - delta ** r

def features(x, rate, bands, window="hann", fft=None, energy="log", cepstra=0, order=0, low=20):
    width, hop = round(0.025 * rate), round(0.01 * rate)
    fft = fft or 2 ** int(np.ceil(np.log2(width)))
    x = scipy.signal.lfilter([1, -0.97], [1], x)
    frames = np.lib.stride_tricks.sliding_window_view(x, width)[::hop] * scipy.signal.get_window(window, width)
    power = np.abs(np.fft.rfft(frames, fft)) ** 2
    e = power @ mel_bands(bands, low, rate / 2, fft, rate)
    if energy == "log": e = np.log(np.maximum(e, 1e-10))
    if energy == "pcen": e = pcen(e)
    if cepstra: e = scipy.fft.dct(e, type=2, norm="ortho")[:, :cepstra]
    out = [e]
    for _ in range(order): out.append(deltas(out[-1]))
    return np.concatenate(out, axis=1)

def resampled(x, up, down):
    half = 16 * max(up, down)
    h = scipy.signal.firwin(2 * half + 1, 1 / max(up, down), window=("kaiser", 8))
    return scipy.signal.resample_poly(x, up, down, window=h)

wide, narrow = signal(16000, 0.4) / 32768, signal(8000, 0.4) / 32768
round_ = lambda a: [float(f"{v:.12g}") for v in np.asarray(a).ravel()]
cases = {
    "log bands at 16 kHz": ({"rate": 16000}, features(wide, 16000, 40)),
    "cepstra with second differences at 8 kHz": (
        {"rate": 8000, "cepstra": 13, "deltas": 2, "window": "hamming"},
        features(narrow, 8000, 26, window="hamming", cepstra=13, order=2)),
    "a transform of 400 points": ({"rate": 16000, "fft": 400, "bands": 20}, features(wide, 16000, 20, fft=400)),
    "per-channel energy normalization": (
        {"rate": 16000, "energy": "pcen", "bands": 23}, features(wide, 16000, 23, energy="pcen")),
}
json.dump({
    "versions": f"numpy {np.__version__}, scipy {scipy.__version__}",
    "signals": {"16000": signal(16000, 0.4).tolist(), "8000": signal(8000, 0.4).tolist()},
    "cases": [{"name": n, "options": o, "columns": f.shape[1], "rows": {str(t): round_(f[t]) for t in (0, 1, 17, len(f) - 1)},
               "count": len(f)} for n, (o, f) in cases.items()],
    "resampled": [{"from": a, "to": b, "values": round_(resampled(wide[:600], u, d)[:400])}
                  for a, b, u, d in ((16000, 8000, 1, 2), (44100, 16000, 160, 441), (8000, 16000, 2, 1))],
}, open(__file__.replace(".py", ".json"), "w"))
