"""PyTorch's side of bench/front-end.js: times faster than the sound, round by round, as JSON. python3
front-end.py RATE SECONDS WIDTH HOP FFT BANDS ROUNDS"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
RATE, SECONDS, WIDTH, HOP, FFT, BANDS, ROUNDS = map(int, sys.argv[1:])


def mel(f):
    return 2595 * torch.log10(1 + f / 700)


def triangles():
    """[FFT/2 + 1, BANDS] weights of triangles that are equally wide in mel."""
    frequencies = torch.arange(FFT // 2 + 1) * (RATE / FFT)
    corners = torch.linspace(*mel(torch.tensor([20.0, RATE / 2])), BANDS + 2)
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    x = mel(frequencies)[:, None]
    return torch.minimum((x - left) / (middle - left), (right - x) / (right - middle)).clamp(min=0)


samples = (torch.arange(RATE * SECONDS) * 7919 % 2003 / 2003 - 0.5) / 4
window, weights = torch.hann_window(WIDTH), triangles()


def features():
    emphasized = samples - 0.97 * torch.nn.functional.pad(samples[:-1], (1, 0))
    spectrum = torch.stft(emphasized, FFT, HOP, WIDTH, window, center=False, return_complex=True)
    return (spectrum.abs().square().T @ weights).clamp(min=1e-10).log()


speeds = []
with torch.no_grad():
    for round in range(ROUNDS + 1):
        start = time.perf_counter()
        features()
        if round > 0:
            speeds.append(SECONDS / (time.perf_counter() - start))
print(json.dumps(speeds))
