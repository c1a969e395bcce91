"""PyTorch 1.13 as Debian packages it, one thread: nn.LSTM and nn.RNN, gradient descent. The same protocol as measure.js."""
import argparse, json, math, os, time
import numpy as np
import torch

parser = argparse.ArgumentParser()
for name in ("workload", "material", "samples", "seconds", "clock"):
    parser.add_argument("--" + name)
given = parser.parse_args()
torch.set_num_threads(1)
now = time.process_time if given.clock == "cpu" else time.perf_counter
here = os.path.dirname(os.path.abspath(__file__))
w = json.load(open(os.path.join(here, "..", "workloads.json")))[given.workload]
T, B, I, H, O = (w[k] for k in "TBIHO")
G = 4 if w["cell"] == "lstm" else 1
shapes = {"x": (T, B, I), "target": (B, O) if w["when"] == "last" else (T, B, O), "Wx": (I, G * H), "Wh": (H, G * H), "b": (G * H,), "Wo": (H, O), "bo": (O,)}
raw, at, a = np.fromfile(os.path.join(given.material, given.workload + ".f32"), np.float32), 0, {}
for key, shape in shapes.items():
    n = math.prod(shape)
    a[key] = torch.from_numpy(raw[at:at + n].reshape(shape).copy())
    at += n
rate = 0.01


class Logistic(torch.nn.Module):
    """nn.RNN has no logistic units: a loop over a product and a sigmoid."""
    def __init__(self):
        super().__init__()
        self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0 = (torch.nn.Parameter(p) for p in (a["Wx"].clone(), a["Wh"].clone(), a["b"].clone()))

    def forward(self, x):
        z, h, states = x @ self.weight_ih_l0 + self.bias_ih_l0, x.new_zeros(B, H), []
        for t in range(T):
            h = torch.sigmoid(z[t] + h @ self.weight_hh_l0)
            states.append(h)
        return torch.stack(states), h


if w["cell"] == "logistic":
    cell = Logistic()
else:
    cell = torch.nn.LSTM(I, H) if w["cell"] == "lstm" else torch.nn.RNN(I, H, nonlinearity="tanh")
    with torch.no_grad():
        cell.weight_ih_l0.copy_(a["Wx"].t())
        cell.weight_hh_l0.copy_(a["Wh"].t())
        cell.bias_ih_l0.copy_(a["b"])
        cell.bias_hh_l0.zero_()
    cell.bias_hh_l0.requires_grad_(False)

if w["loss"] == "none":
    state, t = None, 0

    @torch.no_grad()
    def step():
        global state, t
        y, state = cell(a["x"][t % T].unsqueeze(0), state)
        t += 1
        return float(y.mean())
else:
    out = torch.nn.Linear(H, O)
    with torch.no_grad():
        out.weight.copy_(a["Wo"].t())
        out.bias.copy_(a["bo"])
    parameters = [p for p in [*cell.parameters(), *out.parameters()] if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=rate)

    def step():
        optimizer.zero_grad()
        y = cell(a["x"])[0]
        y = out(y if w["when"] == "every" else y[-1])
        loss = 0.5 * torch.nn.functional.mse_loss(y, a["target"]) if w["loss"] == "squared" \
            else torch.nn.functional.binary_cross_entropy_with_logits(y, a["target"])
        loss.backward()
        optimizer.step()
        return float(loss.detach())

began = time.perf_counter()
first = [step()]
firstMs = (time.perf_counter() - began) * 1000
first += [step(), step()]
each = max(1, math.ceil(0.005 / ((time.perf_counter() - began) / 3)))


def run():
    start = now()
    for _ in range(each):
        step()
    return (now() - start) / each * 1000


if time.perf_counter() - began < 1:
    warm = time.perf_counter()
    while time.perf_counter() - warm < 0.6:
        run()
ms, timed, samples = [], time.perf_counter(), int(given.samples)
while len(ms) < min(5, samples) or (len(ms) < samples and time.perf_counter() - timed < float(given.seconds)):
    ms.append(run())
print(json.dumps({"workload": given.workload, "first": first, "firstMs": firstMs, "ms": sorted(ms)[len(ms) // 2], "least": min(ms), "samples": len(ms)}))
