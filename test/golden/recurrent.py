"""Golden values for test/golden/recurrent.test.ts: outputs, losses and every gradient of torch.nn.RNN, LSTM and GRU in float64.

Run with Debian's python3-torch (made with 1.13): python3 test/golden/recurrent.py > test/golden/recurrent.json
"""
import json
import torch

torch.manual_seed(7)
T, B, I, H, O = 6, 3, 3, 4, 2
numbers = lambda t: t.detach().reshape(-1).tolist()
cases = {}
for name, make in {
    "rnn-tanh": lambda: torch.nn.RNN(I, H),
    "rnn-relu": lambda: torch.nn.RNN(I, H, nonlinearity="relu"),
    "lstm": lambda: torch.nn.LSTM(I, H),
    "gru": lambda: torch.nn.GRU(I, H),
}.items():
    for loss in ("squared", "bernoulli", "softmax"):
        net, out = make().double(), torch.nn.Linear(H, O).double()
        x = torch.randn(T, B, I, dtype=torch.float64)
        states = 2 if name == "lstm" else 1
        start = [torch.randn(H, dtype=torch.float64, requires_grad=True) for _ in range(states)]
        full = [s.expand(1, B, H).contiguous() for s in start]
        h, _ = net(x, tuple(full) if states == 2 else full[0])
        z = out(h)
        if loss == "squared":
            y = torch.randn(T, B, O, dtype=torch.float64)
            value = 0.5 * ((z - y) ** 2).sum() / (T * B)
        elif loss == "bernoulli":
            y = torch.randint(0, 2, (T, B, O)).double()
            value = torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / (T * B)
        else:
            y = torch.randint(0, O, (T, B))
            value = torch.nn.functional.cross_entropy(z.reshape(-1, O), y.reshape(-1))
        value.backward()
        named = {**dict(net.named_parameters()), "W_out": out.weight, "b_out": out.bias, **{f"state{i}": s for i, s in enumerate(start)}}
        cases[f"{name} {loss}"] = {
            "cell": name, "loss": loss, "x": numbers(x), "y": numbers(y), "z": numbers(z), "value": value.item(),
            "parameters": {k: numbers(p) for k, p in named.items()}, "gradients": {k: numbers(p.grad) for k, p in named.items()},
        }
print(json.dumps({"torch": torch.__version__, "T": T, "B": B, "I": I, "H": H, "O": O, "cases": cases}))
