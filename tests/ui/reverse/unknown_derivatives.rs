use autodiff_core::differentiate;

#[differentiate]
fn bits(x: f64) -> f64 {
    f64::from_bits(x.to_bits() ^ 1)
}

#[differentiate]
fn text(x: f64) -> f64 {
    let shown = format!("{x}");
    shown.parse::<f64>().unwrap_or(0.0)
}

struct Table([f64; 4]);

impl Table {
    fn lookup(&self, x: f64) -> f64 {
        self.0[x as usize]
    }
}

#[differentiate(wrt(x))]
fn unknown_method(table: &Table, x: f64) -> f64 {
    let value: f64 = table.lookup(x);
    value * x
}

#[differentiate]
fn nothing(n: usize) -> f64 {
    n as f64
}

fn main() {
    bits::gradient(1.0);
    text::gradient(1.0);
    unknown_method::gradient(&Table([0.0; 4]), 1.0);
    let _ = nothing(1);
}
