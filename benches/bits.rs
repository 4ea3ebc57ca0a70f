//! The bits of every gradient and vector-Jacobian product of the corpus, a line a function:
//! `cargo xtask bits` compares what they are in debug and in release builds.

#[allow(unreachable_pub, dead_code)]
#[path = "../tests/common/mod.rs"]
mod common;

use autodiff_corpus::plain;
use autodiff_oracle_runtime::compare::{run, samples};
use autodiff_oracle_runtime::{Tree, caught};

/// Adds a tree to a hash (FNV-1a over the bits of its floats).
fn add(hash: &mut u64, tree: &Tree) {
    for float in tree.floats() {
        // All NaNs are one.
        let bits = if float.is_nan() { 1 } else { float.to_bits() };
        *hash = (*hash ^ bits).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

/// Ones in place of floats.
fn ones(tree: &Tree) -> Tree {
    let mut ones = tree.clone();
    ones.for_each_float(&mut |float| *float = 1.0);
    ones
}

fn main() {
    let mut count = 0;
    for (plain, derived) in plain::table().into_iter().zip(autodiff_corpus_derived::table()) {
        let mut hash = 0xcbf2_9ce4_8422_2325;
        let mut calls = 0;
        for (_, inputs) in samples(&plain) {
            // Where the function panics in debug builds only (overflow) there is nothing to compare.
            let Ok(outputs) = run(&plain, &inputs) else {
                println!("{} panics", plain.name);
                continue;
            };
            let results = [
                derived.value_and_gradient.and_then(|call| caught(|| call(&inputs)).ok()),
                derived.vjp.and_then(|call| {
                    let Tree::List(cotangents) = ones(&outputs) else { return None };
                    caught(|| call(&inputs, &cotangents)).ok()
                }),
            ];
            for result in results.iter().flatten() {
                add(&mut hash, result);
                calls += 1;
            }
        }
        if calls > 0 {
            count += 1;
            println!("{} {calls} {hash:016x}", plain.name);
        }
    }
    println!("functions: {count}");
}
