//! Every text that a user may be shown stands in a case of `tests/ui`.
//!
//! The texts are read from the sources: every string literal of three words or more in the passes that
//! refuse, whether message or help. What is written between braces is the part that varies. A new text
//! without a case fails here, and so does an entry of the list of those that cannot be shown.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::path::{Path, PathBuf};

/// The passes that talk to the user.
const SOURCES: &[&str] = &[
    "derive",
    "expand.rs",
    "fence",
    "forward",
    "infer",
    "lower",
    "macros.rs",
    "module.rs",
    "options.rs",
    "resolve",
    "reverse",
    "rule.rs",
    "suggest.rs",
    "target.rs",
    "transport",
    "types.rs",
];

/// What holds text for those who work on the compiler.
const INTERNAL_MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "debug_assert",
    "debug_assert_eq",
    "panic",
    "quote",
    "quote_spanned",
    "todo",
    "unreachable",
    "parse_quote",
];

/// Files with text that is not for errors: signatures of std, documentation of generated items.
const TABLES: &[&str] = &["infer/table.rs", "infer/calls.rs", "derive/mod.rs"];

/// Texts without a case, as they stand in the source.
const NEVER_SHOWN: &[&str] = &[
    // What panics in generated code, how types are named.
    "assertion failed: step != 0",
    "attempt to add with overflow",
    "called `Option::expect()` on a `None` value",
    "called `Option::unwrap()` on a `None` value",
    "called `Result::expect()` on an `Err` value",
    "called `Result::unwrap()` on an `Err` value",
    "called `Result::unwrap_err()` on an `Ok` value",
    "chunk size must be non-zero",
    "window size must be non-zero",
    "impl Iterator<Item = {item}>",
    // Nets below the fence, so that nothing gets through if it forgets something.
    "`matches!` is not supported here",
    "this expression is not supported in a differentiated function",
    "this item is not supported inside a differentiated function",
    "this pattern is not supported in a differentiated function",
    "a parameter without type",
    "a nested function that calls itself is not supported",
    "move it out of this function and annotate it with `#[differentiate]`",
    "`{}` is used where its value is not known",
    "a closure that outlives the variables it uses is not supported",
    "a variable that is not set on every path",
    "this default value is not supported",
    "write the value",
    "this literal has type `{ty}` here, which is not a number",
    "write a suffix: `1.0_f64`",
    "this pattern is not supported for a value of type `{ty}`",
    "compare with `if` instead",
    // Mistakes of ours, which a test that finds one mends.
    "autodiff made a mistake in the pass `{pass}`: {error}",
    "please report this function; until it is mended, write it in another way",
    "autodiff made a mistake: `{}` has no adjoint",
    "autodiff made a mistake: `{}` has no tangent",
    "please report this function",
    // No function that was tried brings these out.
    "the derivative of this call of `{name}` needs an argument that is gone by then",
    "pass numbers, or an array, slice or `Vec` of numbers that is declared before",
    "the derivative needs this value of type `{ty}` again, and cannot keep it",
    "use numbers or truth values where the derivative depends on it",
    // rustc says it first: it does not get to the macro, or stops at the struct that is not known.
    "`Differentiable` can only be derived for a struct",
    "`break` and `continue` need a loop around them",
    "no loop or block here has the label `{label}`",
    "the suffix `{other}` of this number is not known",
    "the suffix `{suffix}` of this number is not known",
    "this integer is too large for any type",
    "a literal of a struct that is not known",
    "cannot take this apart: its fields are not known",
    "derive `Differentiable` for the struct, or assign to its fields one by one",
];

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    if folder.is_file() {
        found.push(folder.to_path_buf());
        return;
    }
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}")) {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_test {
            files(&path, extension, found);
        } else if !is_test && path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
}

/// The literals of three words or more, without attributes, tests and what the compiler tells itself.
fn texts(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct = |index: usize, character: char| {
        let token = tokens.get(index);
        matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
    };
    let word = |index: usize| match tokens.get(index) {
        Some(TokenTree::Ident(ident)) => ident.to_string(),
        _ => String::new(),
    };
    let mut index = 0;
    while index < tokens.len() {
        if is_punct(index, '#') {
            let attribute = tokens.get(index + 1).map(ToString::to_string).unwrap_or_default();
            index += if is_punct(index + 1, '!') { 3 } else { 2 };
            if attribute.replace(' ', "") == "[cfg(test)]" {
                // The item below.
                while index < tokens.len()
                    && !matches!(&tokens[index], TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
                    && !is_punct(index, ';')
                {
                    index += 1;
                }
                index += 1;
            }
            continue;
        }
        if is_punct(index + 1, '!') && INTERNAL_MACROS.contains(&&*word(index)) {
            index += 3;
            continue;
        }
        if word(index) == "expect" && matches!(tokens.get(index + 1), Some(TokenTree::Group(_))) {
            index += 2;
            continue;
        }
        match &tokens[index] {
            TokenTree::Group(group) => texts(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    let text = text.value();
                    if text.split_whitespace().count() >= 3 && !found.contains(&text) {
                        found.push(text);
                    }
                }
            }
            _ => {}
        }
        index += 1;
    }
}

/// The parts of a format string around what varies.
fn fixed_parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('{', Some('{')) | ('}', Some('}')) => {
                characters.next();
                parts.last_mut().expect("a part").push(character);
            }
            ('{', _) => {
                for other in characters.by_ref() {
                    if other == '}' {
                        break;
                    }
                }
                parts.push(String::new());
            }
            _ => parts.last_mut().expect("a part").push(character),
        }
    }
    parts
}

/// Whether a line holds the parts in order.
fn holds(line: &str, parts: &[String]) -> bool {
    let mut rest = line;
    for part in parts {
        match rest.split_once(part.as_str()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[test]
fn every_text_has_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = vec![];
    files(&root.join("../tests/ui"), "stderr", &mut cases);
    let lines: Vec<String> = cases
        .iter()
        .flat_map(|case| {
            let shown = std::fs::read_to_string(case).expect("a readable case");
            shown.lines().map(str::to_string).collect::<Vec<_>>()
        })
        .collect();
    let mut missing = vec![];
    let mut all = vec![];
    for source in SOURCES {
        let mut sources = vec![];
        files(&root.join("src").join(source), "rs", &mut sources);
        sources.sort();
        for path in sources {
            let file = path.strip_prefix(root.join("src")).expect("a source").to_path_buf();
            if TABLES.iter().any(|table| file == Path::new(table)) {
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("a readable source");
            let tokens: TokenStream = source.parse().expect("tokens");
            let mut found = vec![];
            texts(tokens, &mut found);
            for text in found {
                let shown = text.lines().all(|line| {
                    let parts = fixed_parts(line);
                    lines.iter().any(|shown| holds(shown, &parts))
                });
                // Documentation of generated items begins with a space.
                if !shown && !text.starts_with(' ') && !NEVER_SHOWN.contains(&&*text) {
                    missing.push(format!("{}: {text}", file.display()));
                }
                all.push((text, shown));
            }
        }
    }
    println!("{} texts in {} cases", all.len(), cases.len());
    assert!(missing.is_empty(), "no case of tests/ui shows these:\n{}", missing.join("\n"));
    for text in NEVER_SHOWN {
        let found = all.iter().find(|(other, _)| other == text);
        let (_, shown) = found.unwrap_or_else(|| panic!("`{text}` is not in the sources"));
        assert!(!shown, "a case shows `{text}`");
    }
}
