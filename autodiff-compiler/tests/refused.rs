//! What the compiler says to every case of `tests/ui`, with the places of its messages and what it emits in the
//! stead of derivatives: a table for each folder in `tests/corpus/costs/refused`.
//!
//! `tests/ui/ui.rs` compiles the same cases with rustc, and so sees what users see. This test needs the compiler alone
//! and takes no time, so that `cargo xtask mutate --passes` can run it for every mutant; it notices a message that is
//! lost, new, said twice or on another token. `UPDATE_EXPECT=1` writes the tables.

#[path = "costs/expanded.rs"]
mod expanded;
#[path = "costs/kept.rs"]
mod kept;
#[allow(dead_code)] // each test uses a part
#[path = "costs/table.rs"]
mod table;

use proc_macro2::TokenStream;

/// The messages of a folder's cases, and the digests of what is emitted.
fn folder(name: &str) {
    let mut written = String::new();
    for (case, text) in kept::rust_files(&format!("tests/ui/{name}")) {
        written += &format!("{case}\n");
        for expanded in expanded::expanded(&text, &|_| TokenStream::new()) {
            let places = table::places(expanded.items.clone());
            let digest = table::digest_of(expanded.items.clone()) ^ places;
            written += &format!("  {} {digest:08x}\n", expanded.name);
            for message in table::messages(expanded.items) {
                written += &format!("    {message}\n");
            }
        }
    }
    kept::agrees(&format!("refused/{name}"), &written);
}

/// A test for each folder of cases, and one that none is left out.
macro_rules! folders {
    ($($folder:ident)*) => {
        $(
            #[test]
            fn $folder() {
                // Deep cases need a stack like rustc's without optimization.
                let large = std::thread::Builder::new().stack_size(256 << 20);
                let run = large.spawn(|| folder(stringify!($folder))).expect("a thread");
                if let Err(panic) = run.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        )*

        #[test]
        fn no_folder_is_left_out() {
            let entries = std::fs::read_dir(kept::root().join("tests/ui")).expect("the folder");
            let folders = entries.flatten().filter(|entry| entry.path().is_dir());
            let mut names: Vec<_> = folders.map(|entry| entry.file_name()).collect();
            names.sort();
            assert_eq!(names, [$(stringify!($folder)),*]);
        }
    };
}

folders! {
    calls derive fence forward hygiene infer lower module options parameters resolve reverse rule second target
    tricks witness
}
