"""Computes the polynomial coefficients of autodiff-core/src/special/coefficients.rs.

Each table approximates a smooth function g on an interval [a, b] by its interpolant at Chebyshev
nodes, written as a polynomial in u = (2 x - a - b) / (b - a), lowest power first. The degree is the
smallest whose error is below 2e-18 relative to max |g|, far below the rounding of f64.

Needs mpmath. Run: python special_coefficients.py > ../../autodiff-core/src/special/coefficients.rs
"""

from mpmath import mp, mpf, cos, pi, erf, erfc, exp, loggamma, psi, findroot, sqrt, matrix, lu_solve

mp.dps = 60


def fit(g, a, b, tolerance=mpf("2e-18")):
    """Coefficients in u, lowest power first, and the relative error reached."""
    a, b = mpf(a), mpf(b)
    x_of = lambda u: ((b - a) * u + a + b) / 2
    checks = [mpf(k) / 60 for k in range(-60, 61)]
    exact = [g(x_of(u)) for u in checks]
    scale = max(abs(v) for v in exact)
    for degree in range(4, 40):
        n = degree + 1
        nodes = [cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
        system = matrix(n, n)
        right = matrix(n, 1)
        for i, u in enumerate(nodes):
            for j in range(n):
                system[i, j] = u**j
            right[i] = g(x_of(u))
        c = list(lu_solve(system, right))
        error = max(
            abs(sum(ck * u**k for k, ck in enumerate(c)) - v) for u, v in zip(checks, exact)
        )
        if error < tolerance * scale:
            return c, error / scale
    raise ValueError("no fit")


def table(name, doc, g, a, b):
    c, error = fit(g, a, b)
    print(f"/// {doc}")
    print(f"/// Relative error {mp.nstr(error, 2)}.")
    print(f"pub(super) const {name}: Fit<{len(c)}> = Fit {{")
    middle, half = (mpf(a) + mpf(b)) / 2, (mpf(b) - mpf(a)) / 2
    print(f"    middle: {float(middle)!r},")
    print(f"    scale: {float(1 / half)!r},")
    print("    coefficients: [")
    for value in c:
        print(f"        {float(value)!r},")
    print("    ],\n};\n")


erfcx = lambda x: exp(x * x) * erfc(x)
root = findroot(lambda x: psi(0, x), mpf("1.46163"))
high = mpf(float(root))

print("//! Polynomials for the special functions, computed by tests/references/special_coefficients.py.")
print("#![allow(clippy::excessive_precision, clippy::unreadable_literal)]\n")
print("use super::Fit;\n")
print("/// The positive zero of digamma, rounded to `f64`.")
print(f"pub(super) const DIGAMMA_ZERO: f64 = {float(root)!r};")
print("/// What [`DIGAMMA_ZERO`] lacks of it.")
print(f"pub(super) const DIGAMMA_ZERO_REST: f64 = {float(root - high)!r};\n")

limit = lambda y: 2 / sqrt(pi) if y == 0 else erf(sqrt(y)) / sqrt(y)
table("ERF_SMALL", "erf(√y) / √y for y in [0, 1/4].", limit, 0, "0.25")
table("ERF_MIDDLE", "erf(√y) / √y for y in [1/4, 1].", limit, "0.25", 1)
table("ERFC_SMALL", "exp(x²) erfc(x) for x in [1/2, 1].", erfcx, "0.5", 1)
table("ERFC_MIDDLE", "exp(x²) erfc(x) for x in [1, 2].", erfcx, 1, 2)
table("ERFC_LARGE", "exp(x²) erfc(x) for x in [2, 4].", erfcx, 2, 4)
tail = lambda y: 1 / sqrt(pi) if y == 0 else erfcx(1 / sqrt(y)) / sqrt(y)
table("ERFC_TAIL", "exp(x²) erfc(x) x at x = 1/√y for y in [0, 1/16].", tail, 0, "0.0625")


def gamma_quotient(z):
    if z == 0:
        return psi(0, mpf(2))
    if z == -1:
        return -psi(0, mpf(1))
    return loggamma(2 + z) / (z * (1 + z))


table("LN_GAMMA_LOW", "ln Γ(2 + z) / (z (1 + z)) for z in [-1, 0].", gamma_quotient, -1, 0)
table("LN_GAMMA_HIGH", "ln Γ(2 + z) / (z (1 + z)) for z in [0, 1].", gamma_quotient, 0, 1)


def digamma_quotient(x):
    return psi(1, root) if x == root else psi(0, x) / (x - root)


table("DIGAMMA_LOW", "ψ(x) / (x - x₀) for x in [1, 2], with x₀ the zero.", digamma_quotient, 1, 2)
table("DIGAMMA_HIGH", "ψ(x) / (x - x₀) for x in [2, 4], with x₀ the zero.", digamma_quotient, 2, 4)
