"""Trains the starter model: a small llama with tied embeddings, on what prepare.ts wrote.

Reads tokens.u16, learned.u8 and starts.u32 in the folder it runs in; writes weights.f32, the tensors one after the
other in the order of llamaTensors (gguf/llama.ts). Nothing is permuted: rotary positions turn even and odd dimensions
as pairs, which is how llama.cpp does it for this architecture.
"""

import argparse
import math
import os
import time

# More threads are slower at this size.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy
import torch
from torch import nn
from torch.nn import functional

NORM_EPSILON = 1e-5
ROPE_BASE = 10000.0
HELD_OUT = 300  # conversations that are not trained on
LEARNED_WEIGHT = 1.0  # of a token that the assistant writes
OTHER_WEIGHT = 0.1
WARM_UP_STEPS = 50
SLOW_GFLOPS = 10


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("vocabulary", "embedding", "layers", "heads", "kv-heads", "feed-forward", "window", "batch", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="processor time")
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    return parser.parse_args()


options = arguments()
torch.manual_seed(options.seed)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
random = numpy.random.RandomState(options.seed)


def warn_when_slow():
    matrix = torch.rand(512, 512)
    matrix @ matrix
    began = time.perf_counter()
    for _ in range(4):
        matrix @ matrix
    gflops = 4 * 2 * 512**3 / (time.perf_counter() - began) / 1e9
    if gflops < SLOW_GFLOPS:
        print(f"warning: {gflops:.0f} GFLOPS; libopenblas0-pthread makes it some 20 times faster", flush=True)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(options.embedding))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + NORM_EPSILON) * self.weight


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Rotation:
    def __init__(self, head):
        frequencies = 1.0 / (ROPE_BASE ** (torch.arange(0, head, 2).float() / head))
        angles = torch.outer(torch.arange(options.window).float(), frequencies)
        self.cos, self.sin = angles.cos(), angles.sin()

    def __call__(self, x):  # batch, heads, time, head
        even, odd = x[..., 0::2], x[..., 1::2]
        cos, sin = self.cos[: x.shape[2]], self.sin[: x.shape[2]]
        return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


HEAD = options.embedding // options.heads
ROTATE = Rotation(HEAD)
CAUSAL = torch.full((options.window, options.window), float("-inf")).triu(1)


class Block(nn.Module):
    """Its parts are registered in the order of the file."""

    def __init__(self):
        super().__init__()
        width, shared = options.embedding, options.kv_heads * HEAD
        self.attention_norm = Norm()
        self.query = linear(width, width)
        self.key = linear(width, shared)
        self.value = linear(width, shared)
        self.output = linear(width, width)
        self.feed_norm = Norm()
        self.gate = linear(width, options.feed_forward)
        self.up = linear(width, options.feed_forward)
        self.down = linear(options.feed_forward, width)

    def attend(self, x):
        batch, length, _ = x.shape

        def split(projected, heads):
            return projected.view(batch, length, heads, HEAD).transpose(1, 2)

        repeats = options.heads // options.kv_heads
        query = ROTATE(split(self.query(x), options.heads))
        key = ROTATE(split(self.key(x), options.kv_heads)).repeat_interleave(repeats, 1)
        value = split(self.value(x), options.kv_heads).repeat_interleave(repeats, 1)
        scores = query @ key.transpose(-1, -2) / math.sqrt(HEAD) + CAUSAL[:length, :length]
        mixed = (scores.softmax(-1) @ value).transpose(1, 2)
        return self.output(mixed.reshape(batch, length, options.embedding))

    def forward(self, x):
        x = x + self.attend(self.attention_norm(x))
        h = self.feed_norm(x)
        return x + self.down(functional.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(options.vocabulary, options.embedding)
        self.blocks = nn.ModuleList(Block() for _ in range(options.layers))
        self.norm = Norm()
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, 0, 0.02)
        for block in self.blocks:
            for part in (block.output, block.down):
                nn.init.normal_(part.weight, 0, 0.02 / math.sqrt(2 * options.layers))

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.embedding.weight.t()


tokens = numpy.fromfile("tokens.u16", dtype=numpy.uint16).astype(numpy.int64)
learned = numpy.fromfile("learned.u8", dtype=numpy.uint8).astype(numpy.float32)
starts = numpy.fromfile("starts.u32", dtype=numpy.uint32).astype(numpy.int64)
last_start = len(tokens) - options.window - 2
first_held_out = starts[-HELD_OUT]
training = starts[starts < first_held_out - options.window - 1]
held_out = starts[-HELD_OUT:]

model = Llama()
optimizer = torch.optim.AdamW(
    [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.05},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ],
    lr=options.learning_rate,
    betas=(0.9, 0.95),
)


def windows(beginnings):
    """Windows that begin with a conversation, as a chat does."""
    chosen = numpy.minimum(beginnings[random.randint(0, len(beginnings), options.batch)], last_start)
    index = chosen[:, None] + numpy.arange(options.window + 1)
    read = torch.from_numpy(tokens[index])
    return read[:, :-1], read[:, 1:], torch.from_numpy(learned[index[:, 1:]])


def losses(read, expected):
    scores = model(read).reshape(-1, options.vocabulary)
    return functional.cross_entropy(scores, expected.reshape(-1), reduction="none")


@torch.no_grad()
def held_out_loss():
    """Mean loss of the assistant's tokens in conversations that were not trained on."""
    total = count = 0.0
    for _ in range(4):
        read, expected, answer = windows(held_out)
        answer = answer.reshape(-1)
        total += (losses(read, expected) * answer).sum().item()
        count += answer.sum().item()
    return total / count


def save():
    with open("weights.f32", "wb") as file:
        for parameter in model.state_dict().values():
            file.write(parameter.detach().numpy().astype(numpy.float32).tobytes())


warn_when_slow()
print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(tokens)} tokens", flush=True)
budget = options.minutes * 60
began, step = time.process_time(), 0
while (spent := time.process_time() - began) < budget:
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    rate = options.learning_rate * warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * spent / budget)))
    for group in optimizer.param_groups:
        group["lr"] = rate
    read, expected, answer = windows(training)
    weight = (OTHER_WEIGHT + (LEARNED_WEIGHT - OTHER_WEIGHT) * answer).reshape(-1)
    loss = (losses(read, expected) * weight).sum() / weight.sum()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    step += 1
    if step % 100 == 0:
        print(f"step {step}, {spent / 60:.1f} of {options.minutes:g} min, held-out loss {held_out_loss():.4f}", flush=True)
        save()
save()
print(f"done after {step} steps, held-out loss {held_out_loss():.4f}", flush=True)
