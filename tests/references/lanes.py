"""Writes lanes.csv: functions of lane math at hard and at random f64 points, correctly rounded.

A line is a function, its arguments and its value as bits in hexadecimal, and what the exact value has beyond the
rounded one, in hundredths of an ulp. Needs mpmath. Run: python lanes.py > lanes.csv
More random points, for a search by hand: python lanes.py 20000 1 > /tmp/many.csv (the number per function and a
seed), then LANES_TABLE=/tmp/many.csv cargo test --release -p autodiff-core --test lanes table.
"""

import math
import random
import struct
import sys

import mpmath
from mpmath import mp, mpf

mp.prec = 200
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 60
random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 20240229)

bits = lambda x: struct.unpack("<Q", struct.pack("<d", x))[0]
from_bits = lambda n: struct.unpack("<d", struct.pack("<Q", n))[0]


def rounded(v):
    """The nearest f64 and what is beyond it, in ulp."""
    if v == 0:
        return 0.0, 0.0
    exponent = max(int(mpmath.floor(mpmath.log(abs(v), 2))) - 52, -1074)
    scaled = v * mpf(2) ** -exponent
    n = int(mpmath.nint(scaled))  # ties to even
    try:
        return math.ldexp(float(n), exponent), float(scaled - n)
    except OverflowError:
        return math.copysign(math.inf, v), 0.0


def spread(low, high, signs=True):
    """Random numbers with exponents in a range."""
    x = math.ldexp(1 + random.random(), random.randint(low, high))
    return random.choice((1, -1)) * x if signs else x


def uniform(low, high):
    return low + (high - low) * random.random()


def around(*values):
    return [y for x in values for y in (math.nextafter(x, -math.inf), x, math.nextafter(x, math.inf))]


def both(values):
    return [s * x for x in values for s in (1, -1)]


def many(*makers):
    return [random.choice(makers)() for _ in range(COUNT)]


TINY = [5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-100, 1e-20, 1e-16, 1e-9, 1e-5]
HUGE = [1e5, 1e10, 1e18, 1e150, 1e155, 1e300, 1.7976931348623157e308]
LN2 = math.log(2)
# Doubles close to multiples of π/2 (Kahan's and Muller's hard cases among them), and where reduction changes.
NEAR = [k * math.pi / 2 for k in (1, 2, 3, 4, 5, 7, 8, 11, 33, 573204, 1024, 10000, 20000, 32767, 32766)]
CIRCULAR = both(
    TINY + NEAR + around(51471.0, math.pi / 4, 3 * math.pi / 4, 0.5, 1.0)
    + [1e5, 1e10, 1e22, 1e300, 6381956970095103 * 2.0**797]
)


def closest_to_multiples(count):
    """Among k π/2 for k < 2¹⁵, those that f64 comes closest to, relative to its spacing."""
    half_pi = mp.pi / 2
    found = sorted((abs(mpf(float(k * half_pi)) - k * half_pi), float(k * half_pi)) for k in range(1, 32768))
    return [x for _, x in found[:count]]


CIRCULAR += closest_to_multiples(20)
circular = [lambda: spread(-30, 15), lambda: uniform(-10, 10), lambda: spread(-3, 3), lambda: random.randint(1, 32000) * math.pi / 2]
logarithm = [lambda: from_bits(random.getrandbits(63) % bits(math.inf)), lambda: uniform(0.5, 2), lambda: 1 + spread(-52, -5)]
LOGARITHM = TINY + HUGE + around(0.5, math.sqrt(0.5), math.sqrt(2), 2.0, 4.0, 10.0, 1e3) + [math.nextafter(1, 0), 1.0, math.nextafter(1, 2), 1e22, 8.0]
whole = [lambda: uniform(-745, 710), lambda: uniform(-2, 2), lambda: spread(-40, 5), lambda: uniform(-40, 40)]
EXPONENTIAL = both(TINY + around(LN2 / 2, LN2, 1.5 * LN2, 1.0, 2.0, 10.0, 36.0, 37.5, 38.0, 100.0, 700.0)) + around(709.782712893384, -708.3964185322641, -745.1332191019411, -720.0) + [1000.0, -1000.0]
INVERSE = both(TINY + around(0.5, 0.41421356237309503, 2.414213562373095, 0.9999, 0.25, 0.7))
INSIDE = [x for x in INVERSE if abs(x) < 1]

POWERS = [(x, y) for x in (0.5, 3.0, 10.0, 1.1, 0.99999, 1e-300, 1e300, 5e-324) for y in (0.5, 2.0, -1.0, 3.0, 0.3333333333333333, -2.5, 1e-3)]
POWERS += [(math.nextafter(1, 2), 4e15), (math.nextafter(1, 0), 8e15), (math.nextafter(1, 2), -1e18), (-3.0, 3.0), (-2.0, -1073.0), (-0.7, 101.0), (2.0, -1074.0), (2.0, 1023.0), (2.0, 1024.0), (1.0000001, 7e9), (0.9999999, 7e9)]


def power_point():
    """Arguments whose power is in range."""
    x = random.choice((lambda: from_bits(random.getrandbits(63) % bits(math.inf)), lambda: uniform(0, 4), lambda: 1 + spread(-30, -1) / 2))()
    reach = 1074 / max(abs(math.log2(x)), 1e-300) if x not in (0.0, 1.0) else 1.0
    return (x, uniform(-reach, reach)) if random.random() < 0.6 else (x, uniform(-3, 3))


anywhere = lambda: from_bits(random.getrandbits(63) % bits(math.inf)) * random.choice((1, -1))
pair = lambda: random.choice((lambda: (anywhere(), anywhere()), lambda: (uniform(-2, 2), uniform(-2, 2)), lambda: (spread(-20, 20), spread(-20, 20)), beside))()


def beside():
    x = anywhere()
    return (x, math.ldexp(x, random.randint(-60, 60)) * uniform(0.5, 2)) if 1e-280 < abs(x) < 1e280 else (1.0, x)


PLANE = [(y, x) for y in both([5e-324, 1e-300, 1e-10, 0.41421356237309503, 1.0, 1e300]) for x in both([5e-324, 1e-300, 0.3, 1.0, 1.7e308])]


def integer_power(x, n):
    return mpf(x) ** int(n)


def integer_points():
    n = random.choice((2, 3, 4, -1, -2, -3, 5, 6, 7, 10, -5, 13, 31, 64, -64, 63, 65, 100, -100, 1000))
    reach = 1000 / abs(n)
    return (random.choice((1, -1)) * 2.0 ** uniform(max(-reach, -1000), min(reach, 1000)), float(n))


POWERS_OF_INTEGERS = [(2.0, -1074.0), (2.0, 1023.0), (0.5, 1074.0), (1e-155, 2.0), (1e155, -2.0), (1.3e-103, 3.0), (1e-80, 4.0), (1e-62, 5.0), (1e62, -5.0), (1.00000001, 2000000000.0), (0.99999999, 2147483647.0), (-1.5, 5.0), (-1.5, -1.0)]


def sech_squared(x):
    return mpmath.sech(x) ** 2


def tail(f, below, value):
    return lambda x: value if abs(x) > below else f(x)


FUNCTIONS = {
    "exp": (mpmath.exp, EXPONENTIAL + many(*whole)),
    "ln": (mpmath.log, LOGARITHM + many(*logarithm)),
    "tanh": (mpmath.tanh, both(TINY + HUGE[:2] + around(0.25, 0.5, 1.0, 19.0, 20.0, LN2 / 4)) + many(lambda: uniform(-20, 20), lambda: uniform(-1, 1), lambda: spread(-30, 4))),
    "sech_squared": (sech_squared, both(TINY + around(0.25, 1.0, 300.0, 354.5, 370.0, 373.0)) + many(lambda: uniform(-373, 373), lambda: uniform(-2, 2), lambda: spread(-30, 4))),
    "sin": (mpmath.sin, CIRCULAR + many(*circular)),
    "cos": (mpmath.cos, CIRCULAR + many(*circular)),
    "tan": (mpmath.tan, CIRCULAR + many(*circular)),
    "exp_m1": (mpmath.expm1, EXPONENTIAL + many(*whole)),
    "ln_1p": (mpmath.log1p, both(TINY) + HUGE + around(-0.2928932188134524, 0.41421356237309503, 1.0, -0.5) + [-0.9999999999999999] + many(lambda: uniform(-1, 1), lambda: spread(-55, 0) * 0.49, lambda: abs(anywhere()))),
    "exp2": (lambda x: mpf(2) ** mpf(x), both(TINY + around(0.5, 1.0, 1.5, 100.0)) + around(1024.0, -1022.0, -1074.0, -1075.0) + many(lambda: uniform(-1075, 1024), lambda: uniform(-2, 2), lambda: spread(-40, 5))),
    "log2": (lambda x: mpmath.log(x) / mpmath.log(2), LOGARITHM + many(*logarithm)),
    "log10": (lambda x: mpmath.log(x) / mpmath.log(10), LOGARITHM + many(*logarithm)),
    "sinh": (mpmath.sinh, both(TINY + around(0.5, 1.0, 22.0, 709.7, 710.4758600739439)) + many(*whole)),
    "cosh": (mpmath.cosh, both(TINY + around(0.5, 1.0, 22.0, 709.7, 710.4758600739439)) + many(*whole)),
    "asin": (mpmath.asin, INSIDE + [1.0, -1.0, math.nextafter(1, 0)] + many(lambda: uniform(-1, 1), lambda: spread(-30, -1) * 0.99, lambda: 1 - spread(-50, -2, False) / 2)),
    "acos": (mpmath.acos, INSIDE + [1.0, -1.0, math.nextafter(1, 0), math.nextafter(-1, 0)] + many(lambda: uniform(-1, 1), lambda: spread(-30, -1) * 0.99, lambda: 1 - spread(-50, -2, False) / 2)),
    "atan": (mpmath.atan, INVERSE + both(HUGE + [1.0]) + many(lambda: spread(-30, 60), lambda: uniform(-3, 3), lambda: uniform(-1, 1))),
    "asinh": (mpmath.asinh, both(TINY + HUGE + around(0.35, 1.0)) + many(lambda: spread(-30, 30), lambda: uniform(-3, 3), lambda: spread(-1000, 1000))),
    "acosh": (lambda x: mpmath.log(x + mpmath.sqrt(mpf(x) * x - 1)), HUGE + around(1.5, 1.06, 2.0) + [1.0, math.nextafter(1, 2)] + many(lambda: 1 + spread(-52, 2, False), lambda: uniform(1, 3), lambda: spread(1, 1000, False))),
    "atanh": (mpmath.atanh, INSIDE + both([math.nextafter(1, 0)]) + many(lambda: uniform(-1, 1), lambda: spread(-30, -1) * 0.99, lambda: 1 - spread(-50, -2, False) / 2)),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(mpf(x))), both(TINY + HUGE + [8.0, 27.0, 1000.0, 1.0]) + many(anywhere, lambda: uniform(-8, 8))),
    "powf": (lambda x, y: mpmath.power(mpf(x), mpf(y)) if x > 0 else mpf(x) ** int(y), POWERS + [power_point() for _ in range(2 * COUNT)]),
    "powi": (integer_power, POWERS_OF_INTEGERS + [integer_points() for _ in range(2 * COUNT)]),
    "atan2": (lambda y, x: mpmath.atan2(mpf(y), mpf(x)), PLANE + [pair() for _ in range(2 * COUNT)]),
    "hypot": (lambda x, y: mpmath.sqrt(mpf(x) ** 2 + mpf(y) ** 2), PLANE + [pair() for _ in range(2 * COUNT)]),
}

print("function,x,y,value,rest")
for name, (function, points) in FUNCTIONS.items():
    for point in points:
        arguments = point if isinstance(point, tuple) else (point,)
        # Sums of numbers of very different size need as many digits as there are between them.
        mp.prec = 2500 if name in ("acosh", "hypot") and max(map(abs, arguments)) > 1e10 else 1300 if name in ("sin", "cos", "tan") and abs(arguments[0]) > 1e6 else 200
        exact = function(*(mpf(a) for a in arguments)) if name not in ("powf", "powi") else function(*arguments)
        value, rest = rounded(exact)
        columns = [f"{bits(a):x}" for a in arguments] + [""] * (2 - len(arguments))
        print(f"{name},{','.join(columns)},{bits(value):x},{round(100 * rest)}")
