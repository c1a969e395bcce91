"""Training speed of a bidirectional LSTM with CTC in PyTorch, on batches and weights that bench/handwriting.js writes.

    /usr/bin/python3 bench/reference/handwriting.py FOLDER THREADS ROUNDS    (Debian: python3-torch, python3-numpy)

Packed sequences, Adam at 1e-4, the loss of a batch is the mean over its lines. Prints one line of JSON: seconds of the best
sweep over all batches, after one for warming up, and the losses.
"""
import json
import os
import sys
import time

import numpy as np
import torch

folder, threads, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
data = json.load(open(os.path.join(folder, "data.json")))
classes, H = data["classes"], 100


def weights(name, *shape):
    return torch.from_numpy(np.fromfile(os.path.join(folder, name + ".f32"), np.float32).reshape(shape))


lstm, out = torch.nn.LSTM(4, H, bidirectional=True), torch.nn.Linear(2 * H, classes)
with torch.no_grad():
    for ours, suffix in (("forward", "l0"), ("backward", "l0_reverse")):
        getattr(lstm, f"weight_ih_{suffix}").copy_(weights(f"bidirectional1.{ours}.Wx", 4, 4 * H).t())
        getattr(lstm, f"weight_hh_{suffix}").copy_(weights(f"bidirectional1.{ours}.Wh", H, 4 * H).t())
        getattr(lstm, f"bias_ih_{suffix}").copy_(weights(f"bidirectional1.{ours}.b", 4 * H))
        getattr(lstm, f"bias_hh_{suffix}").zero_().requires_grad_(False)
    out.weight.copy_(weights("dense2.W", 2 * H, classes).t())
    out.bias.copy_(weights("dense2.b", classes))
optimizer = torch.optim.Adam([p for p in [*lstm.parameters(), *out.parameters()] if p.requires_grad], lr=1e-4)
batches = []
for items in data["batches"]:
    items = sorted(items, key=lambda item: -len(item["input"]))
    inputs = [torch.tensor(item["input"]).reshape(-1, 4) for item in items]
    packed = torch.nn.utils.rnn.pack_sequence(inputs)
    targets = torch.tensor([k for item in items for k in item["target"]])
    lengths = torch.tensor([len(x) for x in inputs])
    batches.append((packed, targets, lengths, torch.tensor([len(item["target"]) for item in items])))


def step(packed, targets, lengths, target_lengths):
    optimizer.zero_grad()
    y, _ = torch.nn.utils.rnn.pad_packed_sequence(lstm(packed)[0])
    p = torch.log_softmax(out(y), dim=2)
    loss = torch.nn.functional.ctc_loss(p, targets, lengths, target_lengths, blank=classes - 1, reduction="sum") / len(lengths)
    loss.backward()
    optimizer.step()
    return float(loss)


def sweep():
    start = time.perf_counter()
    losses = [step(*batch) for batch in batches]
    return time.perf_counter() - start, losses


first = sweep()[1]
print(json.dumps({"version": torch.__version__, "seconds": min(sweep()[0] for _ in range(rounds)), "losses": first}))
