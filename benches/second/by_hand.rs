//! Value, gradient and Hessian written by hand.

/// The curve of two compartments after a bolus.
///
/// With m and q the mean and the square of half the difference of the macro constants, h² = q, E = exp(-m t)
/// and c = q₂/v₂, the curve is dose / v₁ · G of
///
/// G(m, q, c) = P + (c - m) S, P = E cosh(h t), S = E sinh(h t) / h,
///
/// where ∂P/∂q = t S / 2, ∂S/∂q = (t P - S) / (2 q), and ∂/∂m multiplies P and S by -t. So all derivatives
/// are made of two exponentials; the chain rule goes on to the rate constants, then to the parameters.
pub(crate) fn concentration(p: &[f64; 4], dose: f64, t: f64) -> (f64, [f64; 4], [[f64; 4]; 4]) {
    let [clearance, v1, q, v2] = *p;
    let (i1, i2) = (1.0 / v1, 1.0 / v2);
    let (a, b, c) = (clearance * i1, q * i1, q * i2);
    let m = 0.5 * (a + b + c);
    let square = m * m - a * c;
    let h = square.sqrt();
    let (fast, slow) = ((-(m + h) * t).exp(), (-(m - h) * t).exp());
    let inverse = 0.5 / square;
    let even = 0.5 * (slow + fast);
    let odd = (slow - fast) * h * inverse;
    let w = c - m;

    // G and its derivatives.
    let even_q = 0.5 * t * odd;
    let odd_q = (t * even - odd) * inverse;
    let odd_qq = (t * even_q - 3.0 * odd_q) * inverse;
    let g = even + w * odd;
    let g_m = -t * g - odd;
    let g_q = even_q + w * odd_q;
    let g_mm = t * (odd - g_m);
    let g_mq = -t * g_q - odd_q;
    let g_qq = 0.5 * t * odd_q + w * odd_qq;

    // F(a, b, c) = G and its derivatives.
    let (q_a, q_b, q_c) = (m - c, m, m - a);
    let half = 0.5 * g_m;
    let f_a = half + g_q * q_a;
    let f_b = half + g_q * q_b;
    let f_c = half + g_q * q_c + odd;
    let (q_m, base) = (0.5 * g_mq, 0.25 * g_mm + 0.5 * g_q);
    let (u_a, u_b, u_c) = (g_qq * q_a + q_m, g_qq * q_b + q_m, g_qq * q_c + q_m);
    let side = -0.5 * t * odd;
    let f_aa = base + q_m * q_a + u_a * q_a;
    let f_ab = base + q_m * q_a + u_a * q_b;
    let f_bb = base + q_m * q_b + u_b * q_b;
    let f_ac = base - g_q + q_m * q_a + u_a * q_c + side + odd_q * q_a;
    let f_bc = base + q_m * q_b + u_b * q_c + side + odd_q * q_b;
    let f_cc = base + q_m * q_c + u_c * q_c + 2.0 * (side + odd_q * q_c);

    from_rates([dose, i1, i2, a, b, c], g, [f_a, f_b, f_c], [f_aa, f_ab, f_ac, f_bb, f_bc, f_cc])
}

/// The same, as one derives it without that closed form: G of the macro constants α and β and of c, where
/// α - β = r and r² = (a + b + c)² - 4 a c.
pub(crate) fn by_macro_constants(
    p: &[f64; 4],
    dose: f64,
    t: f64,
) -> (f64, [f64; 4], [[f64; 4]; 4]) {
    let [clearance, v1, q, v2] = *p;
    let (i1, i2) = (1.0 / v1, 1.0 / v2);
    let (a, b, c) = (clearance * i1, q * i1, q * i2);
    let s = a + b + c;
    let r = (s * s - 4.0 * a * c).sqrt();
    let (alpha, beta) = (0.5 * (s + r), 0.5 * (s - r));
    let (fast, slow) = ((-alpha * t).exp(), (-beta * t).exp());
    let i = 1.0 / r;

    // G = A exp(-α t) + B exp(-β t) and its derivatives, A = (α - c) / r, B = (c - β) / r.
    let (fast_share, slow_share) = ((alpha - c) * i, (c - beta) * i);
    let (fast_part, slow_part) = (fast_share * fast, slow_share * slow);
    let g = fast_part + slow_part;
    let (from_fast, from_slow) = ((fast - g) * i, (g - slow) * i);
    let (t_fast, t_slow) = (t * fast, t * slow);
    let g_x = from_fast - t * fast_part;
    let g_y = from_slow - t * slow_part;
    let g_c = (slow - fast) * i;
    let g_xx = t * t * fast_part - (t_fast + g_x + from_fast + slow_share * t_fast) * i;
    let g_xy = (from_fast - g_y - t * fast_part) * i;
    let g_yy = t * t * slow_part + (t_slow + g_y + from_slow + fast_share * t_slow) * i;
    let (g_xc, g_yc) = ((t_fast - g_c) * i, (g_c - t_slow) * i);

    // F(a, b, c) = G and its derivatives.
    let (r_a, r_b, r_c) = ((s - 2.0 * c) * i, s * i, (s - 2.0 * a) * i);
    let (x_a, x_b, x_c) = (0.5 + 0.5 * r_a, 0.5 + 0.5 * r_b, 0.5 + 0.5 * r_c);
    let (y_a, y_b, y_c) = (1.0 - x_a, 1.0 - x_b, 1.0 - x_c);
    let bend = 0.5 * (g_x - g_y) * i;
    let first = |x: f64, y: f64| g_x * x + g_y * y;
    let (f_a, f_b, f_c) = (first(x_a, y_a), first(x_b, y_b), first(x_c, y_c) + g_c);
    let row = |x: f64, y: f64| (g_xx * x + g_xy * y, g_xy * x + g_yy * y);
    let side = |x: f64, y: f64| g_xc * x + g_yc * y;
    let ((u_a, v_a), (u_b, v_b), (u_c, v_c)) = (row(x_a, y_a), row(x_b, y_b), row(x_c, y_c));
    let f_aa = u_a * x_a + v_a * y_a + bend * (1.0 - r_a * r_a);
    let f_ab = u_a * x_b + v_a * y_b + bend * (1.0 - r_a * r_b);
    let f_bb = u_b * x_b + v_b * y_b + bend * (1.0 - r_b * r_b);
    let f_ac = u_a * x_c + v_a * y_c - bend * (1.0 + r_a * r_c) + side(x_a, y_a);
    let f_bc = u_b * x_c + v_b * y_c + bend * (1.0 - r_b * r_c) + side(x_b, y_b);
    let f_cc = u_c * x_c + v_c * y_c + bend * (1.0 - r_c * r_c) + 2.0 * side(x_c, y_c);
    from_rates([dose, i1, i2, a, b, c], g, [f_a, f_b, f_c], [f_aa, f_ab, f_ac, f_bb, f_bc, f_cc])
}

/// From derivatives by the rate constants a = clearance / v₁, b = q / v₁ and c = q / v₂ to those by the
/// parameters.
#[inline(always)]
fn from_rates(
    [dose, i1, i2, a, b, c]: [f64; 6],
    g: f64,
    [f_a, f_b, f_c]: [f64; 3],
    [f_aa, f_ab, f_ac, f_bb, f_bc, f_cc]: [f64; 6],
) -> (f64, [f64; 4], [[f64; 4]; 4]) {
    let scale = dose * i1;
    let value = scale * g;
    let (s1, s2) = (scale * i1, scale * i2);
    let (r_a, r_b, r_c) = (a * f_aa + b * f_ab, a * f_ab + b * f_bb, a * f_ac + b * f_bc);
    let first = a * f_a + b * f_b;
    let d_q = s1 * f_b + s2 * f_c;
    let gradient = [s1 * f_a, -i1 * value - s1 * first, d_q, -s2 * c * f_c];
    let cl_cl = s1 * i1 * f_aa;
    let cl_v1 = -s1 * i1 * (2.0 * f_a + r_a);
    let cl_q = s1 * (f_ab * i1 + f_ac * i2);
    let cl_v2 = -s1 * i2 * c * f_ac;
    let v1_v1 = s1 * i1 * (2.0 * g + 4.0 * first + a * r_a + b * r_b);
    let v1_q = -i1 * (d_q + s1 * (f_b + r_b) + s2 * r_c);
    let v1_v2 = s1 * i2 * c * (f_c + r_c);
    let q_q = s1 * i1 * f_bb + 2.0 * s1 * i2 * f_bc + s2 * i2 * f_cc;
    let q_v2 = -s2 * (i2 * f_c + c * (f_bc * i1 + f_cc * i2));
    let v2_v2 = s2 * i2 * c * (2.0 * f_c + c * f_cc);
    let hessian = [
        [cl_cl, cl_v1, cl_q, cl_v2],
        [cl_v1, v1_v1, v1_q, v1_v2],
        [cl_q, v1_q, q_q, q_v2],
        [cl_v2, v1_v2, q_v2, v2_v2],
    ];
    (value, gradient, hessian)
}

/// The function of Rosenbrock of two numbers.
pub(crate) fn rosenbrock_2(x: &[f64; 2]) -> (f64, [f64; 2], [[f64; 2]; 2]) {
    let [x, y] = *x;
    let (r, s) = (1.0 - x, y - x * x);
    let (u, v) = (-400.0 * x, 200.0 * s);
    let value = r * r + 100.0 * (s * s);
    (value, [u * s - 2.0 * r, v], [[2.0 - 2.0 * (u * x + v), u], [u, 200.0]])
}

/// The function of Rosenbrock of five numbers.
pub(crate) fn rosenbrock_5(x: &[f64; 5]) -> (f64, [f64; 5], [[f64; 5]; 5]) {
    let [a, b, c, d, e] = *x;
    let (ra, rb, rc, rd) = (1.0 - a, 1.0 - b, 1.0 - c, 1.0 - d);
    let (sa, sb, sc, sd) = (b - a * a, c - b * b, d - c * c, e - d * d);
    let (ua, ub, uc, ud) = (-400.0 * a, -400.0 * b, -400.0 * c, -400.0 * d);
    let (va, vb, vc, vd) = (200.0 * sa, 200.0 * sb, 200.0 * sc, 200.0 * sd);
    let value =
        (ra * ra + rb * rb + rc * rc + rd * rd) + 100.0 * (sa * sa + sb * sb + sc * sc + sd * sd);
    let gradient = [
        ua * sa - 2.0 * ra,
        ub * sb - 2.0 * rb + va,
        uc * sc - 2.0 * rc + vb,
        ud * sd - 2.0 * rd + vc,
        vd,
    ];
    let diagonal = [
        2.0 - 2.0 * (ua * a + va),
        202.0 - 2.0 * (ub * b + vb),
        202.0 - 2.0 * (uc * c + vc),
        202.0 - 2.0 * (ud * d + vd),
    ];
    let hessian = [
        [diagonal[0], ua, 0.0, 0.0, 0.0],
        [ua, diagonal[1], ub, 0.0, 0.0],
        [0.0, ub, diagonal[2], uc, 0.0],
        [0.0, 0.0, uc, diagonal[3], ud],
        [0.0, 0.0, 0.0, ud, 200.0],
    ];
    (value, gradient, hessian)
}
