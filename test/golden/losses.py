"""Values and gradients of losses in PyTorch, float64, for test/losses/optional.test.ts.

Run with Debian's python3-torch (made with 1.13): /usr/bin/python3 test/golden/losses.py > test/golden/losses.json
"""
import json
import torch
import torch.distributions as D
from torch.nn.functional import cross_entropy, ctc_loss, huber_loss, softplus

torch.manual_seed(11)
double = torch.float64
R = 7
flat = lambda t: t.detach().reshape(-1).tolist()
cases = []


def case(name, loss, outputs, target, each, weight_columns, ids=False):
    z = (1.5 * torch.randn(R, outputs, dtype=double)).requires_grad_()
    w = torch.rand(R, weight_columns, dtype=double)
    w[2] = 0
    value = (w * each(z, target).reshape(R, weight_columns)).sum()
    value.backward()
    cases.append({"name": name, "loss": loss, "rows": R, "columns": outputs, "z": flat(z), "target": flat(target),
                  "ids": ids, "weight": flat(w), "value": value.item(), "gradient": flat(z.grad)})


normal = lambda *shape: 2 * torch.randn(*shape, dtype=double)
case("huber", {"kind": "huber", "delta": 0.7}, 3, normal(R, 3),
     lambda z, y: huber_loss(z, y, reduction="none", delta=0.7), 3)
levels = torch.tensor([0.1, 0.5, 0.9], dtype=double)
pinball = lambda z, y: torch.maximum(levels * (y.unsqueeze(2) - z.reshape(R, 2, 3)), (levels - 1) * (y.unsqueeze(2) - z.reshape(R, 2, 3))).sum(2)
case("quantile", {"kind": "quantile", "levels": levels.tolist()}, 6, normal(R, 2), pinball, 2)


def student(z, y):
    p = z.reshape(R, 2, 3)
    return -D.StudentT(2 + softplus(p[..., 2]), p[..., 0], softplus(p[..., 1])).log_prob(y)


case("studentT", {"kind": "studentT"}, 6, normal(R, 2), student, 2)


def negative_binomial(z, y):
    p = z.reshape(R, 2, 2)
    mean, dispersion = softplus(p[..., 0]), 1e-6 + softplus(p[..., 1])
    return -D.NegativeBinomial(1 / dispersion, logits=(mean * dispersion).log()).log_prob(y)


case("negativeBinomial", {"kind": "negativeBinomial"}, 4, torch.poisson(torch.full((R, 2), 3.0, dtype=double)), negative_binomial, 2)


def mixture(z, y, M=3, d=2):
    means, deviations = z[:, M:M + M * d].reshape(R, M, d), z[:, M + M * d:].reshape(R, M, d).exp()
    return -D.MixtureSameFamily(D.Categorical(logits=z[:, :M]), D.Independent(D.Normal(means, deviations), 1)).log_prob(y)


case("mixture", {"kind": "mixture", "components": 3}, 15, normal(R, 2), mixture, 1)


def pen(z, y, M=2):
    end, logits, means = z[:, 0], z[:, 1:1 + M], z[:, 1 + M:1 + 3 * M].reshape(R, M, 2)
    s = z[:, 1 + 3 * M:1 + 5 * M].exp().reshape(R, M, 2)
    rho = z[:, 1 + 5 * M:].tanh()
    cross = rho * s[..., 0] * s[..., 1]
    covariance = torch.stack([torch.stack([s[..., 0] ** 2, cross], -1), torch.stack([cross, s[..., 1] ** 2], -1)], -2)
    offsets = D.MixtureSameFamily(D.Categorical(logits=logits), D.MultivariateNormal(means, covariance))
    return -offsets.log_prob(y[:, :2]) - D.Bernoulli(logits=end).log_prob(y[:, 2])


case("pen", {"kind": "mixture", "components": 2, "over": "pen"}, 13,
     torch.cat([normal(R, 2), torch.randint(0, 2, (R, 1)).double()], 1), pen, 1)
case("labelSmoothing", {"kind": "softmax", "labelSmoothing": 0.2}, 4, torch.randint(0, 4, (R,)),
     lambda z, y: cross_entropy(z, y, reduction="none", label_smoothing=0.2), 1, True)

labels, lengths = [[2, 2, 1], [3]], [5, 4]
z = torch.randn(5, 2, 4, dtype=double).requires_grad_()
value = ctc_loss(z.log_softmax(2), torch.tensor(sum(labels, [])), torch.tensor(lengths), torch.tensor([3, 1]), blank=0, reduction="mean")
value.backward()
ctc = {"labels": labels, "lengths": lengths, "z": flat(z), "value": value.item(), "gradient": flat(z.grad)}
print(json.dumps({"torch": torch.__version__, "cases": cases, "ctc": ctc}))
