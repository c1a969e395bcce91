"""
PyTorch's side of bench/cells.js, one thread: python3 cells.py T B I H O ROUNDS. Median milliseconds of a
step (forward, backward, gradient descent) by cell, as JSON: a loop over time in Python without a scan, inputs
multiplied for all steps at once; lstm, gru and rnn also by torch's own fused layers, as "… fused".
"""
import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
T, B, I, H, O, ROUNDS = map(int, sys.argv[1:7])
WARM_UP = 3


class Looped(nn.Module):
    """gates blocks of pre-activations from the input, `step` from them and the states to the next states."""

    def __init__(self, gates, states, recurrent, step):
        super().__init__()
        self.states, self.step = states, step
        self.enter = nn.Linear(I, gates * H)
        self.recurrent = nn.ModuleList(nn.Linear(H, blocks * H, bias=False) for blocks in recurrent)
        self.decay = nn.Parameter(torch.linspace(-3, 0, H))
        self.phase = nn.Parameter(torch.linspace(-2, 1, H))

    def forward(self, x):
        entered = self.enter(x).unbind(1)
        states = tuple(x.new_zeros(B, H) for _ in range(self.states))
        own = self.own()
        heard = []
        for now in entered:
            states = self.step(self, now, states, own)
            heard.append(states[0])
        return torch.stack(heard, 1)

    def own(self):
        size = torch.exp(-torch.exp(self.decay))
        angle = torch.exp(self.phase)
        return size * torch.cos(angle), size * torch.sin(angle), torch.sqrt(1 - size * size)


def lstm(m, now, states, _):
    h, c = states
    i, f, n, o = (now + m.recurrent[0](h)).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(n)
    return torch.sigmoid(o) * torch.tanh(c), c


def gru(m, now, states, _):
    (h,) = states
    r, z, n = now.chunk(3, 1)
    u, v, w = m.recurrent[0](h).chunk(3, 1)
    z = torch.sigmoid(z + v)
    return ((1 - z) * torch.tanh(n + torch.sigmoid(r + u) * w) + z * h,)


def rnn(m, now, states, _):
    return (torch.tanh(now + m.recurrent[0](states[0])),)


def min_gru(m, now, states, _):
    z, n = now.chunk(2, 1)
    return (torch.lerp(states[0], n, torch.sigmoid(z)),)


def min_lstm(m, now, states, _):
    i, f, n = now.chunk(3, 1)
    i, f = torch.sigmoid(i), torch.sigmoid(f)
    return ((f * states[0] + i * n) / (i + f),)


def lru(m, now, states, own):
    real, imaginary, gamma = own
    x, y = states
    a, b = now.chunk(2, 1)
    return real * x - imaginary * y + gamma * a, real * y + imaginary * x + gamma * b


def lem(m, now, states, _):
    y, z = states
    a, b, n, g = now.chunk(4, 1)
    u, v, w = m.recurrent[0](y).chunk(3, 1)
    z = torch.lerp(z, torch.tanh(n + w), torch.sigmoid(a + u))
    return torch.lerp(y, torch.tanh(g + m.recurrent[1](z)), torch.sigmoid(b + v)), z


def slstm(m, now, states, _):
    h, c, n, most = states
    i, f, z, o = (now + m.recurrent[0](h)).chunk(4, 1)
    f = nn.functional.logsigmoid(f) + most
    top = torch.maximum(f, i)
    f, i = torch.exp(f - top), torch.exp(i - top)
    c, n = f * c + i * torch.tanh(z), f * n + i
    return torch.sigmoid(o) * c / n, c, n, top


class Fused(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.layer = kind(I, H, batch_first=True)

    def forward(self, x):
        return self.layer(x)[0]


cells = {
    "lstm": lambda: Looped(4, 2, [4], lstm),
    "gru": lambda: Looped(3, 1, [3], gru),
    "rnn": lambda: Looped(1, 1, [1], rnn),
    "minGru": lambda: Looped(2, 1, [], min_gru),
    "minLstm": lambda: Looped(3, 1, [], min_lstm),
    "lru": lambda: Looped(2, 2, [], lru),
    "lem": lambda: Looped(4, 2, [3, 1], lem),
    "slstm": lambda: Looped(4, 4, [4], slstm),
    "lstm fused": lambda: Fused(nn.LSTM),
    "gru fused": lambda: Fused(nn.GRU),
    "rnn fused": lambda: Fused(nn.RNN),
}
x, target = torch.randn(B, T, I), torch.randn(B, T, O)


def measured(layer):
    net = nn.Sequential(layer, nn.Linear(H, O))
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4)
    times = []
    for _ in range(WARM_UP + ROUNDS):
        start = time.process_time()
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), target).backward()
        optimizer.step()
        times.append(1000 * (time.process_time() - start))
    return sorted(times[WARM_UP:])[ROUNDS // 2]


print(json.dumps({name: measured(make()) for name, make in cells.items()}))
