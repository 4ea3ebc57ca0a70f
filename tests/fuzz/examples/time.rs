use autodiff_fuzz::source::Source;
use autodiff_compiler::verification::{check, Settings};
fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let n = 600;
    let files: Vec<_> = (0..n).map(|k| autodiff_fuzz::generate::file(5, k).text).collect();
    let t = std::time::Instant::now();
    let sources: Vec<_> = files.iter().map(|f| Source::parse(f).unwrap()).collect();
    println!("parse {:?}", t.elapsed() / n as u32);
    let t = std::time::Instant::now();
    let programs: Vec<_> = sources.iter().flat_map(|s| s.programs().unwrap_or_default()).collect();
    println!("lower {:?}, {} programs, {} instructions", t.elapsed() / n as u32, programs.len(), programs.iter().map(|p| p.functions.iter().map(|f| f.to_string().lines().count()).sum::<usize>()).sum::<usize>() / programs.len());
    let t = std::time::Instant::now();
    for p in &programs { let mut f = p.functions.clone(); f.iter_mut().for_each(autodiff_compiler::simplify::simplify); }
    println!("simplify {:?}", t.elapsed() / programs.len() as u32);
    let t = std::time::Instant::now();
    for p in &programs { let _ = check(p, &Settings::default()); }
    println!("check {:?} a program", t.elapsed() / programs.len() as u32);
}
