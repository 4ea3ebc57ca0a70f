"""Writes optimizers.csv: trajectories of Keras 3's optimizers on a small problem, in f64.

The problem: Rosenbrock's function in (x, y) plus a quadratic in three weights,

    f = (1 - x)² + 100 (y - x²)² + Σ c_i (w_i - t_i)²,  c = (1, 10, 0.1), t = (0.5, -2, 3),

from x = -1.2, y = 1, w = (1, 1, 1). Gradients are written out by hand. Every line holds the
parameters after one step: optimizer, step, x, y, w0, w1, w2.

Needs keras (3.x) and jax. Run: KERAS_BACKEND=jax JAX_ENABLE_X64=1 python optimizers.py > optimizers.csv
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras
import numpy as np

keras.config.set_floatx("float64")

C = np.array([1.0, 10.0, 0.1])
T = np.array([0.5, -2.0, 3.0])
STEPS = 60


def gradients(x, y, w):
    inner = y - x * x
    return (
        -2.0 * (1.0 - x) - 400.0 * x * inner,
        200.0 * inner,
        2.0 * C * (w - T),
    )


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(learning_rate=0.001),
    "momentum": lambda: keras.optimizers.SGD(learning_rate=0.001, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(learning_rate=0.001, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(),
    "adam_custom": lambda: keras.optimizers.Adam(0.05, beta_1=0.8, beta_2=0.99, epsilon=1e-4),
    "amsgrad": lambda: keras.optimizers.Adam(0.05, beta_2=0.9, amsgrad=True),
    "nadam": lambda: keras.optimizers.Nadam(),
    "nadam_custom": lambda: keras.optimizers.Nadam(0.05, beta_1=0.8, beta_2=0.99, epsilon=1e-4),
}

print("optimizer,step,x,y,w0,w1,w2")
for name, make in OPTIMIZERS.items():
    optimizer = make()
    variables = [
        keras.Variable(-1.2, dtype="float64"),
        keras.Variable(1.0, dtype="float64"),
        keras.Variable(np.ones(3), dtype="float64"),
    ]
    for step in range(1, STEPS + 1):
        x, y, w = (np.asarray(v.value) for v in variables)
        optimizer.apply([np.asarray(g) for g in gradients(x, y, w)], variables)
        x, y, w = (np.asarray(v.value) for v in variables)
        print(",".join([name, str(step)] + [repr(float(v)) for v in (x, y, *w)]))
