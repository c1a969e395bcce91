"""CTC losses and gradients of PyTorch's CTCLoss in double precision: /usr/bin/python3 test/golden/ctc.py > test/golden/ctc.json

Logits come from a rule that any language repeats exactly: z[b][t][k] = ((37 b + 11 t + 7 k + 5 t k) mod 23) / 4 - 2.75.
"""
import json
import torch

K = 6
CASES = [(9, [1, 2, 3]), (8, [4, 4]), (7, []), (6, [0, 1, 1, 2]), (5, [3, 3, 3]), (1, [2])]

result = {"torch": torch.__version__, "K": K, "cases": []}
for b, (T, labels) in enumerate(CASES):
    z = torch.tensor([[((37 * b + 11 * t + 7 * k + 5 * t * k) % 23) / 4 - 2.75 for k in range(K)] for t in range(T)], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.ctc_loss(z.log_softmax(1).unsqueeze(1), torch.tensor([labels], dtype=torch.long).reshape(1, len(labels)),
                                        torch.tensor([T]), torch.tensor([len(labels)]), blank=K - 1, reduction="sum")
    loss.backward()
    result["cases"].append({"steps": T, "labels": labels, "loss": loss.item(), "gradient": z.grad.tolist()})
print(json.dumps(result))
