"""Golden values for test/golden/optimizers.test.ts: paths of torch.optim's optimizers on a function of six numbers, and its schedules.

Run with Debian's python3-torch (made with 1.13): /usr/bin/python3 test/golden/optimizers.py > test/golden/optimizers.json
"""
import json
import torch

torch.set_default_dtype(torch.float64)
STEPS = 15
CURVATURES = [1.0, 3.0, 10.0, 0.3, 5.0, 0.0]
START = [1.0, -1.0, 0.5, 1.0, -0.7, 0.2]


def value(x):
    return (0.5 * torch.tensor(CURVATURES) * x**2 + 0.1 * x**4).sum() + 0.5 * x[0] * x[3] + 0.01 * x[5]


def path(make):
    """All six numbers, the first three a parameter a and the others b, after every step."""
    a, b = (torch.tensor(part, requires_grad=True) for part in (START[:3], START[3:]))
    made = make(a, b)
    optimizer, schedule = made if isinstance(made, tuple) else (made, None)
    points = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value(torch.cat([a, b])).backward()
        optimizer.step()
        if schedule:
            schedule.step()
        points.append(torch.cat([a, b]).tolist())
    return points


def scheduled(schedule):
    """The rate at every step."""
    p = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.4)
    at = schedule(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        at.step()
    return rates


O, S = torch.optim, torch.optim.lr_scheduler
paths = {
    "sgd": path(lambda a, b: O.SGD([a, b], lr=0.05, weight_decay=0.1)),
    "momentum": path(lambda a, b: O.SGD([a, b], lr=0.05, momentum=0.8)),
    "nesterov": path(lambda a, b: O.SGD([a, b], lr=0.02, momentum=0.9, nesterov=True)),
    "adam": path(lambda a, b: O.Adam([a, b], lr=0.1, weight_decay=0.2)),
    "adamW": path(lambda a, b: O.AdamW([a, b], lr=0.1, weight_decay=0.2)),
    "adamW betas": path(lambda a, b: O.AdamW([a, b], lr=0.1, betas=(0.8, 0.95), eps=1e-3)),
    "rmsprop": path(lambda a, b: O.RMSprop([a, b], lr=0.02, alpha=0.9)),
    "groups": path(lambda a, b: O.AdamW([{"params": [a], "lr": 0.03}, {"params": [b], "weight_decay": 0.0}], lr=0.1, weight_decay=0.3)),
    "frozen": path(lambda a, b: O.AdamW([a], lr=0.1)),
    "cosine": path(lambda a, b: (lambda o: (o, S.CosineAnnealingLR(o, 12, 0.01)))(O.AdamW([a, b], lr=0.1))),
}
rates = {
    "cosine": scheduled(lambda o: S.CosineAnnealingLR(o, STEPS, 0.02)),
    "oneCycle": scheduled(lambda o: S.OneCycleLR(o, max_lr=0.5, total_steps=STEPS + 1)),
    "oneCycle late": scheduled(lambda o: S.OneCycleLR(o, max_lr=0.5, total_steps=STEPS + 1, pct_start=0.5, div_factor=10, final_div_factor=100)),
    "warmUp": scheduled(lambda o: S.LinearLR(o, start_factor=0.25, total_iters=3)),
}
print(json.dumps({"torch": torch.__version__, "start": START, "curvatures": CURVATURES, "paths": paths, "rates": rates}))
