"""PyTorch's side of test/exchange/pytorch.js.

  python3 pytorch.py make DIR COUNT SEED UNITS   random nets: DIR/net-I.safetensors or .pt, and DIR/case-I.json
  python3 pytorch.py check DIR             runs the nets that toPyTorch wrote: DIR/ours-I.safetensors, DIR/ours-I.json
"""
import collections
import json
import pathlib
import random
import struct
import sys

import torch
from torch import nn

KINDS = {torch.float32: "F32", torch.float64: "F64"}
TYPES = {"F32": torch.float32, "F64": torch.float64}


def save_file(tensors, path):
    """What safetensors.torch.save_file writes, without that package."""
    header, body, at = {}, b"", 0
    for name, t in sorted(tensors.items()):
        data = t.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": KINDS[t.dtype], "shape": list(t.shape), "data_offsets": [at, at + len(data)]}
        body, at = body + data, at + len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def load_file(path):
    """Tensors and metadata of a safetensors file, without that package."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    metadata, tensors = header.pop("__metadata__"), {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = bytearray(raw[8 + length + begin : 8 + length + end])
        flat = torch.frombuffer(numbers, dtype=TYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors, metadata


# the net of a file that toPyTorch wrote: the snippet of docs/exchange.md
class Net(nn.Module):
    """What toPyTorch wrote: net = Net(tensors, metadata); y = net(x), x [batch, time, inputs] or symbols."""

    ACTIVATIONS = {"identity": lambda x: x, "tanh": torch.tanh, "logistic": torch.sigmoid, "relu": torch.relu}

    def __init__(self, tensors, metadata):
        super().__init__()
        self.description = json.loads(metadata["unrolled"])
        self.places = [{"module": p} if isinstance(p, str) else p for p in self.description["layers"]]
        self.starts = {k[8:]: v for k, v in tensors.items() if k.startswith("initial.")}
        for place in self.places:
            if "module" in place:
                self.add_module(place["module"], self.make(tensors, place))
        weights = {k: v for k, v in tensors.items() if not k.startswith("initial.")}
        self.to(next(iter(weights.values())).dtype).load_state_dict(weights)

    @staticmethod
    def make(tensors, place):
        name = place["module"]
        if "epsilon" in place:
            return nn.LayerNorm(tensors[f"{name}.weight"].shape[0], eps=place["epsilon"])
        if "causal" in place:
            rows, columns, width = tensors[f"{name}.weight"].shape
            return nn.Conv1d(columns, rows, width, place["stride"], dilation=place["dilation"])
        if f"{name}.weight" in tensors:
            rows, columns = tensors[f"{name}.weight"].shape
            if place["kind"] == "embedding":
                return nn.Embedding(rows, columns)
            return nn.Linear(columns, rows, bias=f"{name}.bias" in tensors)
        hidden = tensors[f"{name}.weight_hh_l0"].shape
        kind = {1: nn.RNN, 3: nn.GRU, 4: nn.LSTM}[hidden[0] // hidden[1]]
        extra = {"nonlinearity": place["activation"]} if kind is nn.RNN else {}
        both = f"{name}.weight_hh_l0_reverse" in tensors
        inputs = tensors[f"{name}.weight_ih_l0"].shape[1]
        return kind(inputs, hidden[1], batch_first=True, bidirectional=both, **extra)

    def forward(self, x):
        if isinstance(self.description["input"], dict) and self.places[0].get("kind") != "embedding":
            x = nn.functional.one_hot(x[..., 0], self.description["input"]["symbols"])
            x = x.to(next(self.parameters()).dtype)
        for place in self.places:
            x = self.run(place, x)
        ends = {"softmax": lambda z: torch.softmax(z, -1), "bernoulli": torch.sigmoid, "squared": lambda z: z}
        return ends.get(self.description["loss"], ends["softmax"])(x)

    def run(self, place, x):
        if place.get("type") == "dropout":
            return nn.functional.dropout(x, place["rate"], self.training)
        if place.get("type") == "delayTaps":
            zero = torch.zeros_like(x)
            shift = lambda k: torch.cat([zero[:, :k], x[:, : x.shape[1] - k]], 1)
            return torch.cat([shift(k) for k in range(place["taps"])], -1)
        if place.get("type") == "subsample":
            k = place["steps"]
            padded = nn.functional.pad(x, (0, 0, 0, -x.shape[1] % k))
            return padded.reshape(x.shape[0], -1, k * x.shape[2])
        name = place["module"]
        module = getattr(self, name)
        if isinstance(module, nn.Embedding):
            return module(x).flatten(2)
        if isinstance(module, nn.LayerNorm):
            return module(x)
        if isinstance(module, nn.Conv1d):
            reach = (module.kernel_size[0] - 1) * module.dilation[0]
            before = reach if place["causal"] else reach // 2
            padded = nn.functional.pad(x.transpose(1, 2), (before, reach - before))
            return self.ACTIVATIONS[place["activation"]](module(padded).transpose(1, 2))
        if isinstance(module, nn.Linear):
            y = self.ACTIVATIONS[place["activation"]](module(x))
            return torch.cat([y, x], -1) if place.get("skip") else y
        directions = 2 if module.bidirectional else 1
        zero = x.new_zeros(directions, 1, module.hidden_size)
        begins = [self.starts.get(f"{name}.{s}", zero) for s in ("h0", "c0")]
        h, c = [begin.expand(-1, x.shape[0], -1).contiguous() for begin in begins]
        return module(x, (h, c) if isinstance(module, nn.LSTM) else h)[0]


# end of the snippet


def make(folder, count, seed, units):
    for i in range(count):
        rng = random.Random(1000 * seed + i)
        torch.manual_seed(1000 * seed + i)
        dtype = [torch.float32, torch.float64][i % 2]
        modules, width, places, symbols = collections.OrderedDict(), rng.randint(1, 9), [], None
        inputs = width
        if rng.random() < 0.3:
            symbols, width = rng.randint(2, 9), rng.randint(1, 7)
            modules["embedding"] = nn.Embedding(symbols, width)
            places.append("embedding")
        describe = False
        if rng.random() < 0.3:
            out, kernel, dilation, stride = rng.randint(1, 9), rng.randint(1, 5), rng.randint(1, 3), rng.randint(1, 2)
            extra = {"stride": stride} if stride > 1 else {"padding": "same"}
            conv = nn.Conv1d(width, out, kernel, dilation=dilation, bias=rng.random() < 0.8, **extra)
            modules["conv"], width, describe = conv, out, True
            causal = stride > 1
            places.append({"module": "conv", "stride": stride, "dilation": dilation, "causal": causal, "activation": "relu"})
        if rng.random() < 0.3:
            modules["norm"], describe = nn.LayerNorm(width, eps=1e-4), True
            nn.init.normal_(modules["norm"].weight)
            nn.init.normal_(modules["norm"].bias)
            places.append({"module": "norm", "epsilon": 1e-4})
        for r in range(rng.randint(1, 2)):
            kind = rng.choice([nn.LSTM, nn.GRU, nn.RNN])
            extra = {"nonlinearity": rng.choice(["tanh", "relu"])} if kind is nn.RNN else {}
            hidden, both, layers = rng.randint(1, units), rng.random() < 0.4, rng.randint(1, 3)
            modules[f"rnn{r}"] = kind(
                width, hidden, layers, bidirectional=both, batch_first=True, bias=rng.random() < 0.8, **extra
            )
            relu = extra.get("nonlinearity") == "relu"
            describe = describe or relu or r > 0
            places.append({"module": f"rnn{r}", "activation": "relu"} if relu else f"rnn{r}")
            width = hidden * (2 if both else 1)
        acts = {}
        for d in range(rng.randint(0, 2)):
            out = rng.randint(1, 12)
            modules[f"fc{d}"] = nn.Linear(width, out, bias=rng.random() < 0.8)
            acts[f"fc{d}"] = rng.choice(["identity", "tanh", "logistic", "relu"])
            describe = describe or acts[f"fc{d}"] != "identity" or d > 0 or modules[f"fc{d}"].bias is None
            places.append({"module": f"fc{d}", "activation": acts[f"fc{d}"]})
            describe = describe or out == inputs  # it would fit in front too
            width = out
        net = nn.ModuleDict(modules).to(dtype).eval()
        time = rng.randint(1, 30)
        if symbols:
            x = torch.randint(symbols, (time,))
        else:
            x = torch.randn(time, inputs, dtype=dtype)
        y = x[None]
        for name, module in modules.items():
            if name == "conv":
                y = y.transpose(1, 2)
                if module.stride[0] > 1:
                    y = nn.functional.pad(y, ((module.kernel_size[0] - 1) * module.dilation[0], 0))
                y = torch.relu(module(y).transpose(1, 2))
                continue
            y = module(y)
            y = y[0] if isinstance(y, tuple) else y
            y = Net.ACTIVATIONS[acts[name]](y) if name in acts else y
        pickled = i % 4 > 1
        path = folder / (f"net-{i}.pt" if pickled else f"net-{i}.safetensors")
        torch.save(net.state_dict(), path) if pickled else save_file(net.state_dict(), path)
        case = {
            "file": path.name,
            "precision": str(dtype)[6:],
            "description": {"layers": places} if describe else None,
            "x": x.flatten().tolist(),
            "y": y.flatten().tolist(),
        }
        (folder / f"case-{i}.json").write_text(json.dumps(case))


def check(folder):
    results = []
    for path in sorted(folder.glob("ours-*.json")):
        case = json.loads(path.read_text())
        net = Net(*load_file(path.with_suffix(".safetensors"))).eval()
        dtype = torch.long if case["symbols"] else getattr(torch, case["precision"])
        x = torch.tensor(case["x"], dtype=dtype).reshape(1, case["steps"], -1)
        y = net(x).flatten()
        want = torch.tensor(case["y"], dtype=torch.float64)
        off = float("inf") if y.shape != want.shape else (y.double() - want).abs().max().item()
        results.append({"name": path.name, "precision": case["precision"], "off": off})
    print(json.dumps(results))


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[2])
    with torch.no_grad():
        if sys.argv[1] == "make":
            make(folder, *map(int, sys.argv[3:6]))
        else:
            check(folder)
