//! Random functions of the accepted subset, and those that once showed a mistake. `cargo xtask fuzz` runs
//! more of them.

use autodiff_compiler::verification::Settings;
use autodiff_fuzz::campaign::{Summary, interpret};
use autodiff_fuzz::compiled::{Fate, Workshop};
use autodiff_fuzz::generate;
use autodiff_fuzz::interpreted::{Outcome, check_file};
use autodiff_fuzz::reduce::reduce;
use std::path::Path;

/// Files of `found/`, by name.
fn found() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("found");
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a file");
            (path.file_name().expect("a name").to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn what_was_found_is_mended_in_every_pass() {
    for (name, text) in found() {
        let outcome = check_file(&text);
        assert!(matches!(outcome, Outcome::Agrees { .. }), "{name}: {outcome:?}");
    }
}

#[test]
fn what_was_found_compiles_and_agrees_with_the_oracle() {
    let (names, mut texts): (Vec<_>, Vec<_>) = found().into_iter().unzip();
    // And some that nobody chose.
    texts.extend((0..20).map(|number| generate::file(20, number)).filter_map(|file| {
        matches!(check_file(&file.text), Outcome::Agrees { panics: 0, .. }).then_some(file.text)
    }));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the workspace");
    let report = Workshop::new(&root, "fuzz-replay", 2).check(&texts).expect("cargo runs");
    for (index, fate) in report.fates.iter().enumerate() {
        let name = names.get(index).map_or("a random one", String::as_str);
        assert_eq!(fate.as_ref(), Some(&Fate::Agrees), "{name}\n{}", texts[index]);
    }
    let [_, gradients, products, tangents, hessians] = report.compared;
    let enough = gradients >= 30 && products >= 10 && tangents >= 40 && hessians >= 10;
    assert!(enough, "{:?}", report.compared);
}

#[test]
fn random_functions_agree_in_every_pass() {
    let mut summary = Summary::default();
    // Half a second in a release build, half a minute in a debug build.
    interpret(20, 150, 0, Settings::default, &mut summary);
    assert!(summary.failures.is_empty(), "{:#?}", summary.failures);
    assert!(summary.invalid.is_empty(), "{:#?}", summary.invalid);
    assert!(summary.refusals() < 2.0, "{:?}", summary.refused);
    assert!(summary.coverage.together() >= 25.0, "{}", summary.coverage.together());
    let (pairs, all) = summary.coverage.pairs();
    assert!(pairs * 10 > all * 7, "{pairs} of {all}");
}

#[test]
fn a_file_is_known_by_its_numbers() {
    assert_eq!(generate::file(3, 7).text, generate::file(3, 7).text);
    assert_ne!(generate::file(3, 7).text, generate::file(3, 8).text);
}

#[test]
fn a_failing_file_becomes_small() {
    let file = generate::file(1, 12);
    let fails = |text: &str| text.contains("main_12") && text.contains("sum::<f64>");
    assert!(fails(&file.text), "{}", file.text);
    let small = reduce(&file.text, 5000, &mut |text| fails(&text.replace(char::is_whitespace, "")));
    assert!(small.lines().count() < 15, "{small}");
}
