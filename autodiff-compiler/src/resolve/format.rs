//! Names captured in format strings: `"{x} {y:>width$.3}"` captures `x`, `y` and `width`.

/// The identifiers that a format string names, in order, each once. Positions are not among them.
pub(super) fn captured_names(format: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = format;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            rest = after;
            continue;
        }
        let Some(close) = rest.find('}') else { break };
        let (argument, specification) = match rest[..close].split_once(':') {
            Some((argument, specification)) => (argument, specification),
            None => (&rest[..close], ""),
        };
        // `{:}>5}` pads with a closing brace.
        let close = if specification.is_empty() && rest[..close].ends_with(':') {
            fill_is_brace(&rest[close..]).map_or(close, |skip| close + skip)
        } else {
            close
        };
        note(argument.trim(), &mut names);
        let specification = rest[..close].split_once(':').map_or("", |(_, text)| text);
        names_in_specification(specification, &mut names);
        rest = &rest[close + 1..];
    }
    names
}

/// How far the closing brace is if the text begins with `}` as fill character and an alignment.
fn fill_is_brace(text: &str) -> Option<usize> {
    let after = text.strip_prefix('}')?;
    after.starts_with(['<', '^', '>']).then(|| after.find('}').map(|close| close + 1)).flatten()
}

/// `[[fill]align][sign]['#']['0'][width]['.' precision][type]`, where width and precision may be
/// `name$`.
fn names_in_specification(specification: &str, names: &mut Vec<String>) {
    let mut rest = specification;
    let mut characters = rest.chars();
    if let Some(first) = characters.next() {
        let aligned = |text: &str| text.starts_with(['<', '^', '>']);
        if aligned(characters.as_str()) {
            rest = &characters.as_str()[1..];
        } else if aligned(rest) {
            rest = &rest[first.len_utf8()..];
        }
    }
    rest = rest.trim_start_matches(['+', '-', '#']);
    for part in rest.split('.').take(2) {
        if let Some((count, _)) = part.split_once('$') {
            // A `0` flag may stand before the name.
            note(count.trim_start_matches('0'), names);
        }
    }
}

fn note(text: &str, names: &mut Vec<String>) {
    let identifier = text.starts_with(|first: char| first.is_alphabetic() || first == '_');
    if identifier && !names.iter().any(|name| name == text) {
        names.push(text.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::captured_names;

    #[test]
    fn names_are_found_where_the_standard_library_looks_for_them() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("{}", &[]),
            ("{x}", &["x"]),
            ("{x:?} {x}", &["x"]),
            ("{{x}} {y}", &["y"]),
            ("{0:>width$}", &["width"]),
            ("{:.prec$}", &["prec"]),
            ("{:w$.p$}", &["w", "p"]),
            ("{v:>+08.3e}", &["v"]),
            ("{v:*^#w$.p$?}", &["v", "w", "p"]),
            ("{:0w$}", &["w"]),
            ("{:.*}", &[]),
            ("{:1$}", &[]),
            ("{:}>5} {y}", &["y"]),
            ("{_a} {", &["_a"]),
            ("größe {größe}", &["größe"]),
            ("{x }", &["x"]),
        ];
        for (format, expected) in cases {
            assert_eq!(captured_names(format), *expected, "{format}");
        }
    }
}
