"""Writes special.csv: values of the special functions at f64 points, computed with 40 digits.

Needs mpmath. Run: python special.py > special.csv
"""

import random
from mpmath import mp, mpf, erf, erfc, ncdf, loggamma, re, psi, sech, nstr

mp.dps = 60
random.seed(20240229)


def points(low, high, count):
    return [low + (high - low) * random.random() for _ in range(count)]


around_zero = [s * 10.0**-k for s in (1, -1) for k in (1, 3, 8, 16, 100, 300, 310)]
edges = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0]
near_edges = [e * (1 + s * 2.0**-52) for e in edges for s in (-1, 0, 1)]

FUNCTIONS = {
    "erf": (erf, around_zero + near_edges + points(-6.5, 6.5, 60)),
    "erfc": (
        erfc,
        around_zero + near_edges + [-e for e in near_edges] + points(-6.5, 6.5, 40) + points(6, 26.5, 40),
    ),
    "norm_cdf": (
        ncdf,
        around_zero + near_edges + [-e for e in near_edges] + points(-8.5, 8.5, 40) + points(-37.4, -8, 40),
    ),
    "ln_gamma": (
        lambda x: re(loggamma(x)),
        [abs(x) for x in around_zero]
        + near_edges
        + [1 + 1e-5, 1 - 1e-5, 2 + 1e-5, 2 - 1e-5, 1 + 1e-12, 2 - 1e-12]
        + points(0, 4, 40)
        + points(4, 30, 30)
        + [1e2, 1e5, 1e10, 1e100, 1e300]
        + points(-20, 0, 30),
    ),
    "digamma": (
        lambda x: psi(0, x),
        around_zero
        + near_edges
        + [1.46163214496836, 1.4616321449683622, 1.4616321449683625, 1.4616]
        + points(0, 4, 40)
        + points(4, 30, 30)
        + [1e2, 1e5, 1e10, 1e100, 1e300]
        + points(-20, 0, 30),
    ),
    "trigamma": (
        lambda x: psi(1, x),
        [x for x in around_zero if abs(x) > 1e-100]
        + near_edges
        + points(0, 30, 40)
        + [1e2, 1e5, 1e10, 1e100, 1e300]
        + points(-20, 0, 30),
    ),
    "polygamma_2": (lambda x: psi(2, x), near_edges + points(0, 30, 20) + points(-10, 0, 20)),
    "polygamma_3": (lambda x: psi(3, x), near_edges + points(0, 30, 20) + points(-10, 0, 20)),
    "polygamma_10": (lambda x: psi(10, x), near_edges + points(0, 30, 20) + points(-10, 0, 20)),
    "sech_squared": (
        lambda x: sech(x) ** 2,
        around_zero + near_edges + points(-20, 20, 60) + points(20, 354, 20) + [-371.5, 800.0, 1e300],
    ),
}

print("function,x,value")
for name, (function, xs) in FUNCTIONS.items():
    for x in xs:
        print(f"{name},{x!r},{nstr(function(mpf(x)), 40)}")
