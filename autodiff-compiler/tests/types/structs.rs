#[derive(Clone, Copy, PartialEq)]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Clone)]
struct Model {
    weights: Vec<f64>,
    bias: f64,
    layers: [[f32; 3]; 2],
    origin: Point,
    depth: usize,
    label: String,
}

#[derive(Clone, Copy)]
struct Pair(f64, usize);

fn reads(m: &Model, p: Point, q: &mut Point, ps: &[Point]) -> f64 {
    let a = m.bias * p.x + m.origin.y;
    let b = m.weights.iter().zip(&m.weights[1..]).map(|(a, b)| a * b).sum::<f64>();
    let c = m.layers[0][1] * 2.0;
    let d = m.depth + m.weights.len();
    q.x += a;
    q.y = -q.y;
    let Point { x, y } = p;
    let Point { x: u, .. } = m.origin;
    let Point { x: ref v, y: w } = *q;
    let e = ps.iter().map(|p| p.x * p.y).sum::<f64>();
    let f = ps.iter().map(|Point { x, y }| x + y).fold(0.0, f64::max);
    let g = ps[0].x + ps.iter().map(|&Point { x, .. }| x).product::<f64>();
    let r = &m.origin;
    let s = r.x + m.label.len() as f64;
    let Model { weights, bias, depth, .. } = m;
    let t = weights[*depth] * bias;
    let mut sum = 0.0;
    for Point { x, y } in ps {
        sum += x * y;
    }
    for p in ps {
        sum += p.x;
    }
    a + b + c as f64 + d as f64 + x + y + u + v * w + e + f + g + s + t + sum
}

fn makes(x: f64, n: usize, m: &Model) -> (Point, Pair) {
    let p = Point { x, y: 2.0 };
    let q = Point { x: 1.0, ..p };
    let r = Pair(x, n);
    let Pair(a, b) = r;
    let s = Pair(1.0, 2);
    let t = [p, q, m.origin];
    let mut u = t[1];
    u.x += s.0 * r.1 as f64;
    u.y = t.iter().map(|p| p.y).sum();
    let v = m.clone();
    let w = v.weights[0] + v.origin.x;
    let z = if n > 2 { Point { x: w, y: a } } else { u };
    let k = match r {
        Pair(v, 0) => v,
        Pair(v, m) => v * m as f64,
    };
    let o = z == p;
    (Point { x: z.x + k, ..z }, Pair(z.y, b))
}

fn calls(p: Point, m: &mut Model) -> f64 {
    let (a, b) = makes(p.x, 2, m);
    let c = a.x + b.0;
    let d = reads(m, a, &mut m.origin.clone(), &[a, p]);
    m.origin = a;
    m.bias += c;
    m.layers[1] = [0.0; 3];
    m.weights.push(d);
    std::mem::swap(&mut m.bias, &mut m.origin.x);
    let q = &mut m.origin;
    q.x *= 2.0;
    let taken = std::mem::take(&mut m.weights);
    taken.iter().sum::<f64>() + q.y
}
