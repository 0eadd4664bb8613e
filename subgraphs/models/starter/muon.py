"""Muon: momentum whose step of a matrix is made orthogonal, which learns in about half of Adam's steps at this size."""

import torch

MOMENTUM = 0.95
# Of the quintic iteration that pulls all singular values towards one (Keller Jordan's).
A, B, C = 3.4445, -4.7750, 2.0315
ITERATIONS = 5


def orthogonal(matrix):
    x = matrix / (matrix.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    for _ in range(ITERATIONS):
        squared = x @ x.t()
        x = A * x + (B * squared + C * squared @ squared) @ x
    return x.t() if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay=0.01):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                momentum = state.setdefault("momentum", torch.zeros_like(parameter))
                momentum.lerp_(parameter.grad, 1 - MOMENTUM)
                update = orthogonal(parameter.grad.lerp(momentum, MOMENTUM))
                scale = max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update, alpha=-group["lr"] * scale)
