struct Config {
    step: f64,
    rate: f64,
    scale: f32,
    count: usize,
    limit: f64,
    name: String,
    table: Vec<f64>,
    window: (f64, usize),
    mode: Mode,
}

enum Mode {
    Plain,
    Scaled(f64),
    Shifted { by: f64, times: usize },
}

impl Config {
    fn weight(&self, i: usize) -> f64 {
        self.table[i]
    }
    fn values(&self) -> &[f64] {
        &self.table
    }
}

const RADIUS: f64 = 2.0;
const SIZES: [usize; 2] = [3, 4];

fn helper(x: usize) -> f64 {
    x as f64
}

fn opaque(w: f64, xs: &[f64], cfg: &Config) -> f64 {
    let step: f64 = cfg.step;
    let rate = cfg.rate;
    let a = w * rate;
    let b = rate * w - cfg.rate * 2.0 * w;
    let mut s = 0.0;
    for i in 0..cfg.count {
        s += xs[i] * cfg.weight(i);
    }
    let area = 2.0 * RADIUS * RADIUS * w;
    let c = if w > cfg.limit { w } else { cfg.limit * w };
    let d = w * helper(3);
    let e = match &cfg.mode {
        Mode::Plain => w,
        Mode::Scaled(by) => w * *by,
        Mode::Shifted { by, times } => w + *by * *times as f64,
    };
    let f = w * cfg.window.0;
    let g: &[f64] = cfg.values();
    let h: &[f64] = &cfg.table;
    let i = xs[cfg.count] + xs[SIZES[0]];
    let n: usize = cfg.count;
    let j = w.powi(n as i32) + w.max(cfg.limit) + f64::min(cfg.step, w);
    let k = xs.iter().zip(&cfg.table).map(|(x, t)| x * t).sum::<f64>();
    let l = xs.iter().map(|x| x * cfg.step).sum::<f64>();
    let mut best = w;
    best = cfg.limit;
    println!("{} {}", cfg.name, cfg.scale);
    a + b + s + area + c + d + e + f + g[0] + h[1] + i + j + k + l + best + step
}

fn text(x: f64, name: &str) -> f64 {
    let label = format!("{name} {x}");
    let kind = 'k';
    let n = label.len();
    let long = name.starts_with("a") || kind == 'b';
    let message = if long { "long" } else { "short" };
    assert!(x > 0.0, "{message}: {label}");
    println!("{n}");
    x
}
