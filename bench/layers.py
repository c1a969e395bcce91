"""PyTorch's side of bench/layers.js: median milliseconds of one core for a step, by name, as JSON. python3 layers.py STEPS"""
import json
import sys
import time

import torch
from torch import distributions as D
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
T, B, C, STEPS, WARM_UP = 100, 16, 32, int(sys.argv[1]), 20


class Apply(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = f

    def forward(self, x):
        return self.f(x)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(C, C)

    def forward(self, x):
        return x + torch.tanh(self.inner(x))


class Conv(nn.Module):
    def __init__(self, pads, **form):
        super().__init__()
        self.pads, self.conv = pads, nn.Conv1d(C, C, 5, **form)

    def forward(self, x):
        return self.conv(F.pad(x.transpose(1, 2), self.pads)).transpose(1, 2)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.W, self.v = nn.Linear(C, 16), nn.Linear(16, 1, bias=False)

    def forward(self, x):
        return (torch.softmax(self.v(torch.tanh(self.W(x))), 1) * x).sum(1, keepdim=True)


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(C, C, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0]


over_time = {
    "none": lambda: Apply(lambda x: x),
    "layerNorm": lambda: nn.LayerNorm(C),
    "residual": Residual,
    "conv": lambda: Conv((2, 2)),
    "conv, causal": lambda: Conv((4, 0)),
    "conv, stride 2": lambda: Conv((2, 2), stride=2),
    "conv, dilation 4": lambda: Conv((8, 8), dilation=4),
    "pool of 4, max": lambda: Apply(lambda x: F.max_pool1d(x.transpose(1, 2), 4).transpose(1, 2)),
    "pool of 4, mean": lambda: Apply(lambda x: F.avg_pool1d(x.transpose(1, 2), 4).transpose(1, 2)),
    "pool, last": lambda: Apply(lambda x: x[:, -1:]),
    "pool, mean": lambda: Apply(lambda x: x.mean(1, keepdim=True)),
    "pool, max": lambda: Apply(lambda x: x.amax(1, keepdim=True)),
    "attention": Attention,
    "lstm": Lstm,
}


def quantile(y, target):
    levels = torch.tensor([0.1, 0.5, 0.9])
    off = target[..., None] - y.reshape(*target.shape, 3)
    return torch.maximum(levels * off, (levels - 1) * off).sum(-1).mean()


def student(y, target):
    df, mean, scale = y.reshape(*target.shape, 3).unbind(-1)
    return -D.StudentT(2 + F.softplus(df), mean, F.softplus(scale) + 1e-6).log_prob(target).mean()


def negative_binomial(y, target):
    mean, shape = (F.softplus(part) + 1e-6 for part in y.reshape(*target.shape, 2).unbind(-1))
    return -D.NegativeBinomial(shape, logits=torch.log(mean) - torch.log(shape)).log_prob(target).mean()


def mixture(y, target):
    weights, means, scales = y[..., :5], y[..., 5:15], y[..., 15:]
    parts = D.Independent(D.Normal(means.unflatten(-1, (5, 2)), scales.exp().unflatten(-1, (5, 2))), 1)
    return -D.MixtureSameFamily(D.Categorical(logits=weights), parts).log_prob(target).mean()


losses = {
    "squared": (2, lambda y, t: 0.5 * F.mse_loss(y, t)),
    "huber": (2, F.huber_loss),
    "quantile": (6, quantile),
    "studentT": (6, student),
    "negativeBinomial": (4, negative_binomial),
    "mixture": (25, mixture),
    "softmax, label smoothing": (10, lambda y, t: F.cross_entropy(y.flatten(0, 1), t.flatten(), label_smoothing=0.1)),
}


def measure(net, loss, target):
    x = torch.randn(B, T, C)
    optimizer = torch.optim.SGD(net.parameters(), 1e-3)
    times = []
    for _ in range(STEPS + WARM_UP):
        begin = time.process_time()
        optimizer.zero_grad()
        loss(net(x), target).backward()
        optimizer.step()
        times.append(time.process_time() - begin)
    return 1000 * sorted(times[WARM_UP:])[STEPS // 2]


found = {}
for name, make in over_time.items():
    net = nn.Sequential(nn.Linear(C, C), make(), nn.Linear(C, 1))
    found[name] = measure(net, F.mse_loss, torch.randn(net(torch.randn(B, T, C)).shape))
for name, (outputs, loss) in losses.items():
    target = torch.randn(B, T, 2)
    if name == "negativeBinomial":
        target = torch.randint(5, (B, T, 2)).float()
    if name.startswith("softmax"):
        target = torch.randint(10, (B, T))
    found["loss " + name] = measure(nn.Sequential(nn.Linear(C, C), nn.Linear(C, outputs)), loss, target)
print(json.dumps(found))
