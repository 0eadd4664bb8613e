"""Trains the starter's embeddings: a small bert whose vectors of two texts are near where the texts mean the same.

Reads tokens.u16, lengths.u16 (two texts a pair) and groups.i32 in the folder it runs in; writes weights.f32, the tensors
one after the other in the order of bertTensors (gguf/bert.ts).
"""

import argparse
import math
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy
import torch
from torch import nn
from torch.nn import functional

NORM_EPSILON = 1e-5
TEMPERATURE = 0.05
LONGEST = 128  # tokens of a text in training
WARM_UP_STEPS = 50
SHIFTED = 0.3  # of the batches begin at a later position, so that every position is learned


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("vocabulary", "embedding", "layers", "heads", "feed-forward", "context", "batch", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="processor time")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    return parser.parse_args()


options = arguments()
torch.manual_seed(options.seed)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
random = numpy.random.RandomState(options.seed)
WIDTH, HEADS = options.embedding, options.heads


def norm():
    return nn.LayerNorm(WIDTH, eps=NORM_EPSILON)


class Block(nn.Module):
    """Its parts are registered in the order of the file."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)
        self.attention_norm = norm()
        self.up = nn.Linear(WIDTH, options.feed_forward)
        self.down = nn.Linear(options.feed_forward, WIDTH)
        self.output_norm = norm()

    def attend(self, x, hidden):
        batch, length, _ = x.shape

        def split(projected):
            return projected.view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)

        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = query @ key.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + hidden
        return self.output((scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, WIDTH))

    def forward(self, x, hidden):
        x = self.attention_norm(x + self.attend(x, hidden))
        return self.output_norm(x + self.down(functional.gelu(self.up(x), approximate="tanh")))


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(options.vocabulary, WIDTH)
        self.positions = nn.Embedding(options.context, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = norm()
        self.blocks = nn.ModuleList(Block() for _ in range(options.layers))
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, 0, 0.05)
        nn.init.normal_(self.positions.weight, 0, 0.01)
        nn.init.zeros_(self.types.weight)

    def forward(self, tokens, present, shift):
        positions = torch.arange(tokens.shape[1]) + shift
        x = self.norm(self.tokens(tokens) + self.positions(positions) + self.types.weight[0])
        hidden = (1 - present)[:, None, None, :] * -1e9
        for block in self.blocks:
            x = block(x, hidden)
        mean = (x * present[:, :, None]).sum(1) / present.sum(1, keepdim=True)
        return functional.normalize(mean, dim=-1)


tokens = numpy.fromfile("tokens.u16", dtype=numpy.uint16).astype(numpy.int64)
lengths = numpy.fromfile("lengths.u16", dtype=numpy.uint16).astype(numpy.int64).reshape(-1, 2)
groups = numpy.fromfile("groups.i32", dtype=numpy.int32).astype(numpy.int64)
starts = numpy.concatenate(([0], numpy.cumsum(lengths.reshape(-1))[:-1])).reshape(-1, 2)

model = Bert()
optimizer = torch.optim.AdamW(model.parameters(), lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)


def side(pairs, which):
    sizes = numpy.minimum(lengths[pairs, which], LONGEST)
    read = numpy.zeros((len(pairs), sizes.max()), dtype=numpy.int64)
    for row, (start, size) in enumerate(zip(starts[pairs, which], sizes)):
        read[row, :size] = tokens[start : start + size]
    present = numpy.arange(sizes.max())[None, :] < sizes[:, None]
    return torch.from_numpy(read), torch.from_numpy(present.astype(numpy.float32))


def step_loss():
    pairs = random.randint(0, len(groups), options.batch)
    shift = random.randint(0, options.context - LONGEST) if random.rand() < SHIFTED else 0
    one, other = (model(*side(pairs, which), shift) for which in (0, 1))
    group = torch.from_numpy(groups[pairs])
    # Another pair of the same group is no counterexample.
    same = (group[:, None] == group[None, :]) & (group[:, None] >= 0)
    same.fill_diagonal_(False)
    scores = (one @ other.t() / TEMPERATURE).masked_fill(same, float("-inf"))
    expected = torch.arange(len(pairs))
    return (functional.cross_entropy(scores, expected) + functional.cross_entropy(scores.t(), expected)) / 2


def save():
    with open("weights.new", "wb") as file:
        for parameter in model.state_dict().values():
            file.write(parameter.detach().numpy().astype(numpy.float32).tobytes())
    os.replace("weights.new", "weights.f32")


print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(groups)} pairs", flush=True)
budget = options.minutes * 60
began, step, recent = time.process_time(), 0, 0.0
while (spent := time.process_time() - began) < budget:
    rate = min(1.0, (step + 1) / WARM_UP_STEPS, max(0.02, 1.5 * (1 - spent / budget)))
    for group in optimizer.param_groups:
        group["lr"] = options.learning_rate * rate
    loss = step_loss()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    recent += loss.item()
    step += 1
    if step % 50 == 0:
        print(f"step {step}, {spent / 60:.1f} of {options.minutes:g} min, loss {recent / 50:.4f}", flush=True)
        recent = 0.0
        save()
save()
print(f"done after {step} steps", flush=True)
