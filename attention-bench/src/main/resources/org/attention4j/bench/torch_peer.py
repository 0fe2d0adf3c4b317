"""PyTorch's side of the race: runs named workloads on the CPU, one request a line, one JSON answer a line.

    WORKLOAD THREADS MILLISECONDS   times runs for about so long: workload, threads, flops, bytes, ms (each run)
    check WORKLOAD THREADS          one run: workload, threads, outputs (size, norm and a sample of each)

`torch_peer.py --list` prints the workloads. Inputs and parameters come from the generator `numbers`, which the other side
has too, so that both compute on the same numbers. What can be made beforehand is: inputs, parameters, and the output where
PyTorch takes one.
"""
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional

HEADS, HEAD_WIDTH, WIDTH, TIME, CONV_TIME = 8, 64, 512, 512, 2048
SAMPLE = 1024
LIST = (
    [f"gemm:{sizes}" for sizes in ("512:512:512", "1024:1024:1024", "2048:2048:2048", "512:512:64", "1:2048:2048")]
    + [f"attention:{n}" for n in (128, 512, 1024, 2048, 4096, 8192)]
    + [f"attention:{n}:causal" for n in (128, 512, 1024, 2048, 4096, 8192)]
    + ["attention-gradient:1024", "attention-gradient:1024:causal"]
    + [f"decode:{n}" for n in (512, 4096, 32768)]
    + [f"multi-head:{n}" for n in (1, 128, 512, 2048)]
    + [f"{kind}:{batch}:{hidden}" for kind in ("lstm", "gru", "rnn") for batch in (1, 32) for hidden in (256, 512)]
    + [f"{kind}-gradient:{batch}:256" for kind in ("lstm", "gru") for batch in (1, 32)]
    + [f"{kind}-step:{hidden}" for kind in ("lstm", "gru") for hidden in (256, 512)]
    + ["conv:512:3", "conv-gradient:512:3", "depthwise:512:4"]
)
GATES = {"lstm": 4, "gru": 3, "rnn": 1}
LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
CELLS = {"lstm": nn.LSTMCell, "gru": nn.GRUCell}


def mix(x):
    """A hash of 32 bits, in tensors of 64."""
    for _ in range(2):
        x = ((x ^ (x >> 16)) * 0x045D9F3B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def stream(name):
    """FNV-1a."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def numbers(name, *shape, scale=1.0):
    """Multiples of 2^-23 in [-1, 1), times a power of two: exact on both sides."""
    x = mix((torch.arange(math.prod(shape)) + stream(name)) & 0xFFFFFFFF) >> 8
    return ((x.to(torch.float32) * 2.0**-23 - 1) * scale).reshape(shape)


def scale(fan):
    return 2.0 ** -(fan.bit_length() // 2)


def fill(layer, fan):
    for name, parameter in layer.named_parameters():
        parameter.data = numbers(name.removesuffix("_l0"), *parameter.shape, scale=scale(fan))
    return layer.eval()


class Workload:
    """What to run, what a run costs, and what came out of the last one, by name."""

    def __init__(self, run, outputs, flops, traffic=0):
        self.run, self.outputs, self.flops, self.bytes = run, outputs, int(flops), int(traffic)


class Forward(Workload):
    def __init__(self, call, flops, traffic=0, view=lambda y: y):
        self.y = None

        def run():
            self.y = call()

        super().__init__(run, lambda: {"y": view(self.y)}, flops, traffic)


class Gradient(Workload):
    """Forward and backward; gradients are made anew by each run."""

    def __init__(self, call, leaves, cotangent, flops, traffic=0, views={}):
        def run():
            for leaf in leaves.values():
                leaf.grad = None
            with torch.enable_grad():
                call().backward(cotangent)

        def outputs():
            return {name: views.get(name, lambda g: g)(leaf.grad) for name, leaf in leaves.items()}

        super().__init__(run, outputs, flops, traffic)


def gemm(m, n, k):
    a, b, c = numbers("a", m, k), numbers("b", k, n, scale=scale(k)), torch.empty(m, n)
    return Workload(lambda: torch.mm(a, b, out=c), lambda: {"y": c}, 2 * m * n * k, 4 * (m * k + k * n + m * n))


def attention(n, causal, gradient):
    q, k, v = (numbers(name, 1, HEADS, n, HEAD_WIDTH).requires_grad_(gradient) for name in "qkv")
    pairs = n * (n + 1) / 2 if causal else n * n
    flops = 4 * HEADS * HEAD_WIDTH * pairs

    def call():
        return functional.scaled_dot_product_attention(q, k, v, is_causal=causal)

    if gradient:
        return Gradient(call, {"q": q, "k": k, "v": v}, numbers("g", 1, HEADS, n, HEAD_WIDTH), 3.5 * flops)
    return Forward(call, flops)


def decode(n):
    q, k, v = (numbers(name, 1, HEADS, rows, HEAD_WIDTH) for name, rows in (("q", 1), ("k", n), ("v", n)))
    work = HEADS * n * HEAD_WIDTH
    return Forward(lambda: functional.scaled_dot_product_attention(q, k, v), 4 * work, 2 * 4 * work)


def multi_head(n):
    """The faster of PyTorch's two inference paths, chosen for each number of threads."""
    layer = fill(nn.MultiheadAttention(WIDTH, HEADS, batch_first=True), WIDTH)
    x, faster = numbers("x", 1, n, WIDTH), {}

    def call(fast):
        torch.backends.mha.set_fastpath_enabled(fast)
        return layer(x, x, x, need_weights=False)[0]

    def cost(fast):
        times = []
        for _ in range(5):
            before = time.perf_counter()
            call(fast)
            times.append(time.perf_counter() - before)
        return min(times)

    def choose():
        threads = torch.get_num_threads()
        if threads not in faster:
            faster[threads] = min((True, False), key=cost)
        return call(faster[threads])

    return Forward(choose, 8 * n * WIDTH * WIDTH + 4 * HEADS * n * n * HEAD_WIDTH, 4 * 4 * WIDTH * WIDTH + 8 * n * WIDTH)


def recurrent(kind, batch, hidden, gradient):
    layer = fill(LAYERS[kind](hidden, hidden, batch_first=True), hidden)
    x = numbers("x", batch, TIME, hidden).requires_grad_(gradient)
    flops = 4 * TIME * batch * GATES[kind] * hidden * hidden
    if gradient:
        leaves = {"x": x, **dict(layer.named_parameters())}
        return Gradient(lambda: layer(x)[0], leaves, numbers("g", batch, TIME, hidden), 3 * flops)
    return Forward(lambda: layer(x)[0], flops)


def step(kind, hidden):
    """One position of one sequence, from a given state."""
    cell = fill(CELLS[kind](hidden, hidden), hidden)
    x, h, c = (numbers(name, 1, hidden) for name in "xhc")
    weights = 2 * GATES[kind] * hidden * hidden
    call = (lambda: cell(x, (h, c))[0]) if kind == "lstm" else (lambda: cell(x, h))
    return Forward(call, 2 * weights, 4 * weights)


def conv(channels, kernel, depthwise, gradient):
    """All positions that see an input: kernel - 1 zeros on either side."""
    groups = channels if depthwise else 1
    layer = fill(nn.Conv1d(channels, channels, kernel, padding=kernel - 1, groups=groups), channels // groups * kernel)

    def channels_first(name, rows):
        return numbers(name, 1, rows, channels).transpose(1, 2).contiguous()

    x = channels_first("x", CONV_TIME).requires_grad_(gradient)
    flops, traffic = 2 * channels * kernel * CONV_TIME * channels // groups, 2 * channels * CONV_TIME * 4

    def rows_first(y):
        return y.transpose(1, 2).contiguous()

    if gradient:
        leaves = {"x": x, **dict(layer.named_parameters())}
        cotangent = channels_first("g", CONV_TIME + kernel - 1)
        return Gradient(lambda: layer(x), leaves, cotangent, 3 * flops, traffic, {"x": rows_first})
    return Forward(lambda: layer(x), flops, traffic, rows_first)


def make(name):
    kind, *arguments = name.split(":")
    causal = arguments[-1:] == ["causal"]
    sizes = [int(size) for size in arguments[: len(arguments) - causal]]
    base, gradient = kind.removesuffix("-gradient"), kind.endswith("-gradient")
    if base in LAYERS:
        return recurrent(base, *sizes, gradient)
    if base == "attention":
        return attention(*sizes, causal, gradient)
    if base == "conv":
        return conv(*sizes, False, gradient)
    if kind.endswith("-step"):
        return step(kind.removesuffix("-step"), *sizes)
    if kind == "depthwise":
        return conv(*sizes, True, False)
    return {"gemm": gemm, "decode": decode, "multi-head": multi_head}[kind](*sizes)


def summary(tensor):
    flat = tensor.detach().reshape(-1)
    count = min(SAMPLE, flat.numel())
    return {
        "size": flat.numel(),
        "norm": flat.double().norm().item(),
        "sample": flat[mix(torch.arange(count)) % flat.numel()].tolist(),
    }


class Peer:
    def __init__(self):
        self.ready = {}

    def workload(self, name, threads):
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if name not in self.ready:
            self.ready[name] = make(name)
        return self.ready[name]

    def check(self, name, threads):
        workload = self.workload(name, threads)
        workload.run()
        outputs = {key.removesuffix("_l0"): summary(value) for key, value in workload.outputs().items()}
        return {"workload": name, "threads": threads, "outputs": outputs}

    def time(self, name, threads, milliseconds):
        workload = self.workload(name, threads)
        workload.run()
        times, end = [], time.perf_counter() + milliseconds / 1e3
        while not times or time.perf_counter() < end:
            before = time.perf_counter()
            workload.run()
            times.append(round((time.perf_counter() - before) * 1e3, 5))
        return {"workload": name, "threads": threads, "flops": workload.flops, "bytes": workload.bytes, "ms": times}

    def answer(self, line):
        try:
            first, second, third = line.split()
            if first == "check":
                return self.check(second, int(third))
            return self.time(first, int(second), float(third))
        except (KeyError, TypeError, ValueError) as error:
            return {"error": f"{type(error).__name__}: {error}", "request": line.strip()}


def main():
    if sys.argv[1:] == ["--list"]:
        print(*LIST, sep="\n")
        return
    torch.set_grad_enabled(False)
    peer = Peer()
    for line in sys.stdin:
        print(json.dumps(peer.answer(line)), flush=True)


if __name__ == "__main__":
    main()
