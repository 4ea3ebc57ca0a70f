"""The gradients by JAX, on one processor: a server that `src/jax.rs` asks.

A loss is sent as a line of JSON, {"loss": name, "at": n, "columns": k, "rows": m}, and the numbers: n, k times m, and
m. Then "gradient" is answered with n numbers, and "time c" with a line, the nanoseconds of one of c calls. All numbers
are doubles, the lowest byte first.
"""

import json
import os
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax  # noqa: E402
import jax.numpy as np  # noqa: E402
import numpy  # noqa: E402

jax.config.update("jax_enable_x64", True)


def rosenbrock(at, x, y):
    rise, rest = at[1:] - at[:-1] ** 2, 1.0 - at[:-1]
    return np.sum(100.0 * rise**2 + rest**2)


def parabola(at, x, y):
    return np.sum((at[0] * x[0] ** 2 + at[1] * x[0] + at[2] - y) ** 2)


def logistic(at, x, y):
    score = at @ x
    return np.sum(np.log(np.exp(score) + 1.0) - score * y)


LOSSES = {"rosenbrock": rosenbrock, "parabola": parabola, "logistic": logistic}


def numbers(count):
    return numpy.frombuffer(sys.stdin.buffer.read(8 * count), dtype="<f8")


def main():
    print("ready", flush=True)
    for line in sys.stdin.buffer:
        words = line.decode().split(" ")
        if words[0].startswith("{"):
            ask = json.loads(line)
            at = np.asarray(numbers(ask["at"]))
            x = np.asarray(numbers(ask["columns"] * ask["rows"]).reshape(ask["columns"], ask["rows"]))
            y = np.asarray(numbers(ask["rows"]))
            gradient = jax.jit(jax.grad(LOSSES[ask["loss"]]))
        elif words[0] == "time":
            calls = int(words[1])
            start = time.perf_counter()
            for _ in range(calls):
                gradient(at, x, y).block_until_ready()
            print(1e9 * (time.perf_counter() - start) / calls, flush=True)
        else:
            sys.stdout.buffer.write(numpy.asarray(gradient(at, x, y), dtype="<f8").tobytes())
            sys.stdout.buffer.flush()


main()
