"""Computes the coefficients and split constants of autodiff-core/src/lanes/coefficients.rs.

A table approximates a smooth function g on [a, b] by its interpolant at Chebyshev nodes, written in powers of
the argument, lowest first. The stated error is that of the whole kernel the table stands in (such as
1 + r + r² g(r) for the exponential), before rounding. A constant in parts is the sum of its parts; the leading
ones have trailing zeros, so that their products with small integers are exact.

Needs mpmath. Run: python lanes_coefficients.py > ../../autodiff-core/src/lanes/coefficients.rs
"""

from mpmath import asin, atan, atanh, cos, exp, log, matrix, lu_solve, mp, mpf, pi, sin, sinh, sqrt, floor

mp.dps = 80


def interpolant(g, a, b, count):
    nodes = [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * k + 1) / (2 * count)) for k in range(count)]
    system = matrix(count, count)
    right = matrix(count, 1)
    for i, x in enumerate(nodes):
        for j in range(count):
            system[i, j] = x**j
        right[i] = g(x)
    return list(lu_solve(system, right))


def table(name, doc, g, a, b, count, whole, exact):
    """whole(x, p) is the kernel with p in place of g(x)."""
    a, b = mpf(a), mpf(b)
    rounded = [mpf(float(c)) for c in interpolant(g, a, b, count)]
    error = mpf(0)
    for k in range(1, 400):
        x = a + (b - a) * k / 400
        if abs(x) > mpf(10) ** -9:
            p = sum(c * x**j for j, c in enumerate(rounded))
            error = max(error, abs(whole(x, p) / exact(x) - 1))
    print(f"/// {doc}")
    print(f"/// Relative error of the kernel {mp.nstr(error, 2)}.")
    print(f"pub(super) const {name}: [f64; {count}] = [")
    for c in rounded:
        print(f"    {float(c)!r},")
    print("];\n")


def truncated(x, bits):
    """x with its leading bits only."""
    scale = mpf(2) ** (bits - 1 - int(floor(log(abs(x), 2))))
    return floor(x * scale) / scale if x > 0 else -floor(-x * scale) / scale


def parts(name, doc, x, widths):
    values = []
    for bits in widths:
        value = truncated(x, bits)
        values.append(float(value))
        x -= value
    values.append(float(x))
    print(f"/// {doc}")
    print(f"pub(super) const {name}: [f64; {len(values)}] = {values!r};\n")


print("//! Polynomials and constants of lane math, computed by tests/references/lanes_coefficients.py.")
print("#![allow(clippy::excessive_precision, clippy::unreadable_literal, clippy::approx_constant)]\n")

# The exponential.
half = log(2) / 2 * mpf("1.0001")
table("EXP", "(exp r - 1 - r) / r² for |r| ≤ ln(2) / 2.", lambda r: (exp(r) - 1 - r) / r**2 if r else mpf(1) / 2,
      -half, half, 10, lambda r, p: 1 + r + r * r * p, exp)
parts("LN_2", "ln 2; the first part has 33 bits.", log(2), [33])
print("/// 1 / ln 2.")
print(f"pub(super) const LOG2_E: f64 = {float(1 / log(2))!r};\n")

# The logarithm: 2 atanh s with s = (m - 1) / (m + 1).
most = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0001")
series = lambda z: 2 * atanh(sqrt(z)) / sqrt(z)
first = lambda z: (series(z) - 2) / z if z else mpf(2) / 3
table("LN", "(2 atanh(s) / s - 2) / s² as a polynomial in s², for |s| ≤ (√2 - 1) / (√2 + 1).",
      first, 0, most, 7, lambda z, p: 2 + z * p, series)
table("LN_TAIL", "(2 atanh(s) / s - 2 - 2/3 s²) / s⁴ as a polynomial in s², on the same interval.",
      lambda z: (series(z) - 2 - 2 * z / 3) / z**2, 0, most, 9,
      lambda z, p: 2 + 2 * z / 3 + z * z * p, series)
parts("TWO_THIRDS", "2/3.", mpf(2) / 3, [53])
parts("LOG2_E_PARTS", "1 / ln 2.", 1 / log(2), [53])
parts("LOG10_2", "log₁₀ 2.", log(2) / log(10), [53])

# Sine and cosine.
most = (pi / 4) ** 2 * mpf("1.0001")
table("SIN", "(sin r - r) / r³ as a polynomial in r², for |r| ≤ π/4.",
      lambda z: (sin(sqrt(z)) - sqrt(z)) / sqrt(z) ** 3, 0, most, 6,
      lambda z, p: sqrt(z) + sqrt(z) ** 3 * p, lambda z: sin(sqrt(z)))
table("COS", "(cos r - 1 + r²/2) / r⁴ as a polynomial in r², for |r| ≤ π/4.",
      lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, 0, most, 6,
      lambda z, p: 1 - z / 2 + z * z * p, lambda z: cos(sqrt(z)))
parts("HALF_PI", "π/2; all parts but the last have 38 bits.", pi / 2, [38, 38])
print("/// 2/π.")
print(f"pub(super) const TWO_OVER_PI: f64 = {float(2 / pi)!r};\n")

# Hyperbolic sine.
table("SINH", "(sinh r / r - 1) / r² as a polynomial in r², for |r| ≤ 1.",
      lambda z: (sinh(sqrt(z)) / sqrt(z) - 1) / z, 0, mpf("1.0001"), 8,
      lambda z, p: 1 + z * p, lambda z: sinh(sqrt(z)) / sqrt(z))

# Inverse circular functions.
most = (sqrt(2) - 1) ** 2 * mpf("1.0001")
table("ATAN", "(atan r / r - 1) / r² as a polynomial in r², for |r| ≤ √2 - 1.",
      lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, 0, most, 12,
      lambda z, p: 1 + z * p, lambda z: atan(sqrt(z)) / sqrt(z))
table("ASIN", "(asin r / r - 1) / r² as a polynomial in r², for |r| ≤ 1/2.",
      lambda z: (asin(sqrt(z)) / sqrt(z) - 1) / z, 0, mpf("0.25001"), 13,
      lambda z, p: 1 + z * p, lambda z: asin(sqrt(z)) / sqrt(z))
parts("HALF_PI_PARTS", "π/2.", pi / 2, [53])
