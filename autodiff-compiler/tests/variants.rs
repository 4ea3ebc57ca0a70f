//! What the compiler says to functions of the corpus with a few places written differently, and what it emits for
//! them: a table for each file in `tests/corpus/costs/variants`, with the number of times that each message is given.
//!
//! The variants are those that `cargo xtask fuzz-front` compiles. Here they make sure, without rustc, that no condition
//! of the front end changes unnoticed: some are refused, and the others are seldom written like this. What is said of
//! costs in `costs.rs` holds here, too: nothing of it says that the code is right. `UPDATE_EXPECT=1` writes the tables.

#[allow(dead_code)] // each test uses a part
#[path = "costs/expanded.rs"]
mod expanded;
#[allow(dead_code)] // each test uses a part
#[path = "costs/kept.rs"]
mod kept;
#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/corpus/src/mutants/mod.rs"]
mod mutants;
#[allow(dead_code)] // each test uses a part
#[path = "costs/table.rs"]
mod table;
#[allow(dead_code, unreachable_pub)] // the tests of `mutants` are about all functions of the corpus
#[path = "../../tests/corpus/src/text.rs"]
mod text;

use proc_macro2::TokenStream;
use quote::ToTokens;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How often each function of a file is changed.
const ROUNDS: u64 = 8;

/// A message without what it is about, and without its help.
fn kind(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let (_, text) = first.split_once(' ').unwrap_or_default();
    text.split('`').enumerate().map(|(k, part)| if k % 2 == 0 { part } else { "…" }).collect()
}

/// The file with one or two changes in each function.
fn variant(text: &str, round: u64) -> String {
    let mut file = match syn::parse_file(text) {
        Ok(file) => file,
        Err(error) => panic!("{error}"),
    };
    for (number, item) in file.items.iter_mut().enumerate() {
        if let syn::Item::Fn(function) = item {
            let mut numbers = mutants::Numbers(round << 32 | number as u64);
            let count = 1 + (number + round as usize) % 2;
            let mut changed = function.clone();
            mutants::mutate(&mut changed, &numbers.mutations(count));
            // Not every change gives Rust.
            if syn::parse_str::<syn::ItemFn>(&changed.to_token_stream().to_string()).is_ok() {
                *function = changed;
            }
        }
    }
    file.into_token_stream().to_string()
}

fn variants(name: &str) {
    let text = kept::read(&format!("tests/corpus/functions/{name}.rs"));
    let mut written = String::new();
    for round in 0..ROUNDS {
        let mut messages: BTreeMap<String, usize> = BTreeMap::new();
        let (mut functions, mut tokens, mut digest) = (0, 0, 0_u32);
        for expanded in expanded::expanded(&variant(&text, round), &|_| TokenStream::new()) {
            functions += 1;
            tokens += table::tokens(expanded.items.clone());
            let said = table::messages(expanded.items.clone());
            // Which pass finds a mistake, and how it names values, depends on the features of the compiler.
            let told = said.iter().all(|message| !message.contains("autodiff made a mistake"));
            if told {
                digest = digest.rotate_left(5) ^ table::digest_of(expanded.items);
            }
            for message in said {
                if told {
                    digest = digest.rotate_left(5) ^ table::digest(&message);
                }
                *messages.entry(kind(&message)).or_default() += 1;
            }
        }
        let _ =
            writeln!(written, "round {round}: {functions} functions, {tokens} tokens {digest:08x}");
        for (message, count) in messages {
            let _ = writeln!(written, "{count:4} {message}");
        }
    }
    kept::agrees(&format!("variants/{name}"), &written);
}

/// A test for each file of the corpus.
macro_rules! corpus {
    ($($file:ident)*) => {
        $(
            #[test]
            fn $file() {
                variants(stringify!($file));
            }
        )*
    };
}

corpus! {
    branches calls carried closures control_flow float_methods formulas integers iterators landscapes losses
    matrices misc mutation nested_lists recipes reductions single slices tuples
}
