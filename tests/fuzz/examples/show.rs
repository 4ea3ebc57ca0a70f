use autodiff_fuzz::interpreted::{Outcome, check_file};
use std::collections::BTreeMap;
fn main() {
    let seed: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(1);
    let n: u64 = std::env::args().nth(2).and_then(|a| a.parse().ok()).unwrap_or(3);
    if std::env::args().nth(3).is_none() {
    for k in 0..n { println!("mod m{k} {{ use super::*;\n{}\n}}", autodiff_fuzz::generate::file(seed, k).text); }
    return;
    }
    std::panic::set_hook(Box::new(|_| {}));
    if let Some(k) = std::env::args().nth(4) {
        let f = autodiff_fuzz::generate::file(seed, k.parse().unwrap());
        let Outcome::Fails(first) = check_file(&f.text) else { panic!("it does not fail") };
        let small = autodiff_fuzz::reduce::reduce(&f.text, 20000, &mut |t| matches!(check_file(t), Outcome::Fails(f) if f.pass == first.pass));
        println!("{small}");
        if let Outcome::Fails(f) = check_file(&small) { println!("{f}"); }
        return;
    }
    let mut refused: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut fails: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let (mut s, mut p) = (0, 0);
    let t = std::time::Instant::now();
    for k in 0..n {
        let f = autodiff_fuzz::generate::file(seed, k);
        match check_file(&f.text) {
            Outcome::Agrees { samples, panics } => { s += samples; p += panics; }
            Outcome::Refused(r) => refused.entry(r).or_default().push(k),
            Outcome::Fails(f) => fails.entry(f.pass.to_string() + &f.message.lines().next().unwrap_or("")).or_default().push(k),
        }
    }
    println!("{s} samples {p} panics {:?} a file", t.elapsed() / n as u32);
    for (r, l) in refused { println!("refused {} {r}: {:?}", l.len(), &l[..l.len().min(5)]); }
    for (r, l) in fails { println!("FAIL {} {}: {:?}", l.len(), &r[..r.len().min(200)], &l[..l.len().min(5)]); }
}
