use autodiff_fuzz::compiled::*;
use autodiff_fuzz::interpreted::*;
fn main() {
    let seed: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let n: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    std::panic::set_hook(Box::new(|_| {}));
    let files: Vec<_> = (0..n).map(|k| autodiff_fuzz::generate::file(seed, k).text).filter(|t| matches!(check_file(t), Outcome::Agrees {..})).collect();
    let t = std::time::Instant::now();
    let r = Workshop::new(std::path::Path::new("/work/main"), "fuzz", 2).check(&files).unwrap();
    println!("{} files {:?} {:?} skipped {}", files.len(), t.elapsed(), r.compared, r.skipped);
    for (k, f) in r.fates.iter().enumerate() { match f { Some(Fate::Agrees) => {}, Some(other) => println!("{k} {other:?}\n{}", files[k]), None => println!("{k} nothing") } }
}
