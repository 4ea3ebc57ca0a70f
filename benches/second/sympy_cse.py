#!/usr/bin/env python3
"""Writes sympy.rs: value, gradient and Hessian of the functions of `benches/second.rs` as SymPy's common
subexpression elimination leaves them.

    python3 -m venv environment && environment/bin/pip install sympy==1.14.0
    environment/bin/python benches/second/sympy_cse.py > benches/second/sympy.rs
"""

import sympy
from sympy import Rational, exp, sqrt, symbols
from sympy.printing.c import C99CodePrinter

HEAD = """\
//! Value, gradient and Hessian by SymPy: written by `sympy_cse.py`, not by hand.

#![allow(clippy::all, unused_parens)]
"""


class Printer(C99CodePrinter):
    """Rust: floats everywhere; integer powers as products, as `powi` becomes."""

    def _print_Integer(self, number, **_):
        return f"{number.p}.0"

    def _print_Rational(self, number, **_):
        return repr(float(number))

    def _print_Pow(self, power, **_):
        base, exponent = power.as_base_exp()
        text = f"({self._print(base)})"
        if exponent.q == 2:
            text = f"{text}.sqrt()"
        elif exponent.q != 1:
            raise ValueError(power)
        if abs(exponent.p) != 1:
            text = f"{text}.powi({abs(exponent.p)})"
        return text if exponent.p > 0 else f"(1.0 / {text})"

    def _print_exp(self, function, **_):
        return f"({self._print(function.args[0])}).exp()"


def concentration():
    """The curve of two compartments after a bolus."""
    clearance, v1, q, v2, dose, t = symbols("clearance v1 q v2 dose t", positive=True)
    k10, k12, k21 = clearance / v1, q / v1, q / v2
    total = k10 + k12 + k21
    root = sqrt(total**2 - 4 * k10 * k21)
    alpha, beta = (total + root) / 2, (total - root) / 2
    fast = (alpha - k21) / (alpha - beta) * exp(-alpha * t)
    slow = (k21 - beta) / (alpha - beta) * exp(-beta * t)
    return dose / v1 * (fast + slow), [clearance, v1, q, v2], [dose, t]


def rosenbrock(n):
    """The function of Rosenbrock of n numbers."""
    x = symbols(f"x:{n}", real=True)
    terms = [(1 - a) ** 2 + 100 * (b - a**2) ** 2 for a, b in zip(x, x[1:])]
    return sum(terms), list(x), []


def emit(name, value, variables, others):
    """One function in Rust: the shortest of what several ways to begin give."""
    n = len(variables)
    gradient = [sympy.diff(value, x) for x in variables]
    entries = [sympy.diff(gradient[i], variables[j]) for i in range(n) for j in range(i, n)]
    wanted = [value, *gradient, *entries]
    ways = [
        sympy.cse(wanted, optimizations=optimizations, order="canonical")
        for optimizations in (None, "basic")
    ]

    def count(way):
        steps, results = way
        return sum(sympy.count_ops(e) for e in [*(e for _, e in steps), *results])

    steps, results = min(ways, key=count)
    printer = Printer()
    arguments = "".join(f", {x}: f64" for x in others)
    matrix = f"[[f64; {n}]; {n}]"
    lines = [
        "",
        "#[rustfmt::skip]",
        f"pub fn {name}(at: &[f64; {n}]{arguments}) -> (f64, [f64; {n}], {matrix}) {{",
        f"    let [{', '.join(map(str, variables))}] = *at;",
    ]
    lines += [f"    let {x}: f64 = {printer.doprint(e)};" for x, e in steps]
    numbers = [printer.doprint(e) for e in results]
    upper = {}
    position = 1 + n
    for i in range(n):
        for j in range(i, n):
            lines.append(f"    let h_{i}_{j}: f64 = {numbers[position]};")
            upper[i, j] = upper[j, i] = f"h_{i}_{j}"
            position += 1
    rows = ["[" + ", ".join(upper[i, j] for j in range(n)) + "]" for i in range(n)]
    lines.append(f"    let value: f64 = {numbers[0]};")
    lines.append(f"    let gradient: [f64; {n}] = [")
    lines += [f"        {number}," for number in numbers[1 : 1 + n]]
    lines += ["    ];", f"    (value, gradient, [{', '.join(rows)}])", "}"]
    print("\n".join(lines))


print(HEAD, end="")
emit("concentration", *concentration())
emit("rosenbrock_2", *rosenbrock(2))
emit("rosenbrock_5", *rosenbrock(5))
