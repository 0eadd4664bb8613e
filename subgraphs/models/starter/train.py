"""Trains the starter model: a small llama with tied embeddings, on what prepare.ts wrote.

Reads tokens.u16, learned.u8 and starts.u32 in the folder it runs in; writes weights.f32, the tensors one after the
other in the order of llamaTensors (gguf/llama.ts). Nothing is permuted: rotary positions turn even and odd dimensions
as pairs, which is how llama.cpp does it for this architecture. checkpoint.pt lets it go on after it was stopped.
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

from muon import Muon

NORM_EPSILON = 1e-5
ROPE_BASE = 10000.0
HELD_OUT = 300  # conversations that are not trained on
WARM_UP_STEPS = 40
CHECKPOINT_STEPS = 100
LONG_EVERY = 8  # of so many steps one sees long windows
FULL_EVERY = 32  # and of so many one sees the whole context
SLOW_GFLOPS = 10


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    names = ("vocabulary", "embedding", "layers", "heads", "kv-heads", "feed-forward", "window", "context", "batch", "seed")
    for name in names:
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--minutes", type=float, required=True, help="processor time")
    parser.add_argument("--learning-rate", type=float, default=1.5e-3, help="of embeddings and norms")
    parser.add_argument("--matrix-rate", type=float, default=5e-3, help="of Muon")
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
        angles = torch.outer(torch.arange(options.context).float(), frequencies)
        self.cos, self.sin = angles.cos(), angles.sin()

    def __call__(self, x):  # batch, heads, time, head
        even, odd = x[..., 0::2], x[..., 1::2]
        cos, sin = self.cos[: x.shape[2]], self.sin[: x.shape[2]]
        return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


HEAD = options.embedding // options.heads
ROTATE = Rotation(HEAD)
CAUSAL = torch.full((options.context, options.context), float("-inf")).triu(1)


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

    def forward(self, tokens, wanted):
        """Scores of the next token, for those places only whose are wanted: they cost as much as a block."""
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return self.norm(x[wanted]) @ self.embedding.weight.t()


tokens = numpy.fromfile("tokens.u16", dtype=numpy.uint16).astype(numpy.int64)
learned = numpy.fromfile("learned.u8", dtype=numpy.uint8).astype(bool)
starts = numpy.fromfile("starts.u32", dtype=numpy.uint32).astype(numpy.int64)
lengths = numpy.diff(numpy.append(starts, len(tokens)))
training, held_out = starts[:-HELD_OUT], starts[-HELD_OUT:]
# A conversation that is longer than a window would lose its answer, so those are seen in windows of their own.
is_long = lengths[:-HELD_OUT] > options.window
short, long = training[~is_long], training[is_long]

model = Llama()
matrices = [p for block in model.blocks for p in block.parameters() if p.dim() > 1]
others = [model.embedding.weight] + [p for p in model.parameters() if p.dim() == 1]
optimizers = [
    Muon(matrices, options.matrix_rate),
    torch.optim.AdamW(others, lr=options.learning_rate, betas=(0.9, 0.95), weight_decay=0.0),
]


def windows(beginnings, length):
    """Windows that begin with a conversation, as a chat does."""
    count = max(1, options.batch * options.window // length)
    chosen = numpy.minimum(beginnings[random.randint(0, len(beginnings), count)], len(tokens) - length - 1)
    index = chosen[:, None] + numpy.arange(length + 1)
    read = torch.from_numpy(tokens[index])
    return read[:, :-1], read[:, 1:], torch.from_numpy(learned[index[:, 1:]])


def loss_of(read, expected, answer):
    """Mean loss of the tokens that the assistant writes; what is said to it is not learned."""
    return functional.cross_entropy(model(read, answer), expected[answer])


@torch.no_grad()
def held_out_loss():
    """Mean loss of the assistant's tokens in conversations that were not trained on."""
    return sum(loss_of(*windows(held_out, options.window)).item() for _ in range(4)) / 4


def save(step, spent):
    with open("weights.new", "wb") as file:
        for parameter in model.state_dict().values():
            file.write(parameter.detach().numpy().astype(numpy.float32).tobytes())
    os.replace("weights.new", "weights.f32")
    state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers]}
    torch.save({**state, "step": step, "spent": spent, "random": random.get_state()}, "checkpoint.new")
    os.replace("checkpoint.new", "checkpoint.pt")


def resume():
    if not os.path.exists("checkpoint.pt"):
        return 0, 0.0
    state = torch.load("checkpoint.pt")
    model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"]):
        optimizer.load_state_dict(saved)
    random.set_state(state["random"])
    return state["step"], state["spent"]


warn_when_slow()
print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(tokens)} tokens", flush=True)
step, before = resume()
rates = [options.matrix_rate, options.learning_rate]
budget = options.minutes * 60
began = time.process_time()
while (spent := before + time.process_time() - began) < budget:
    # Steady for most of the time, then down to nothing: what is learned settles while the rate falls.
    rate = min(1.0, (step + 1) / WARM_UP_STEPS, max(0.02, 2.0 * (1 - spent / budget)))
    for optimizer, highest in zip(optimizers, rates):
        for group in optimizer.param_groups:
            group["lr"] = highest * rate
    far = len(long) > 0 and step % LONG_EVERY == LONG_EVERY - 1
    reach = options.context if step % FULL_EVERY == FULL_EVERY - 1 else options.context // 2
    loss = loss_of(*(windows(long, reach) if far else windows(short, options.window)))
    model.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        optimizer.step()
    step += 1
    if step % CHECKPOINT_STEPS == 0:
        print(f"step {step}, {spent / 60:.1f} of {options.minutes:g} min, held-out loss {held_out_loss():.4f}", flush=True)
        save(step, spent)
save(step, budget)
print(f"done after {step} steps, held-out loss {held_out_loss():.4f}", flush=True)
