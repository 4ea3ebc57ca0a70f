//! Every row that refuses, with its words; and that no variant of `syn` is left out.

use super::*;

fn errors_of(source: &str) -> Vec<String> {
    let function: syn::ItemFn = syn::parse_str(source).unwrap_or_else(|e| panic!("{e}: {source}"));
    let mut diagnostics = Diagnostics::new();
    check(&function, &mut diagnostics);
    diagnostics.iter().map(|diagnostic| diagnostic.text()).collect()
}

/// A body with one error.
fn body(body: &str, expected: &str) {
    assert_eq!(errors_of(&format!("fn f(x: f64) -> f64 {{ {body} }}")), [expected], "{body}");
}

/// A whole function with one error.
fn function(source: &str, expected: &str) {
    assert_eq!(errors_of(source), [expected], "{source}");
}

fn accepted(source: &str) {
    assert_eq!(errors_of(source), [""; 0], "{source}");
}

#[test]
fn expressions_are_refused() {
    let async_block = "`async` blocks cannot be differentiated\n\
        help: compute the value in a function that is not `async`, and call that";
    body("async { x }; x", async_block);
    body("async move { x }", async_block);
    body(
        "x.await",
        "`.await` cannot be differentiated\nhelp: await outside of the function and pass the value in",
    );
    body(
        "x + const { 1.0 }",
        "`const` blocks are not supported in a differentiated function\n\
         help: write a `const` item: `const NAME: T = …;`",
    );
    let raw = "raw pointers cannot be differentiated\nhelp: borrow with `&` or `&mut`";
    body("g(&raw const x)", raw);
    body(
        "try { x }",
        "`try` blocks cannot be differentiated\nhelp: leave early with `let … else { return … }`",
    );
    body(
        "unsafe { *x }",
        "`unsafe` code cannot be differentiated\n\
         help: use safe indexing: bounds checks of generated code are hoisted where they can be",
    );
    body(
        "yield x",
        "`yield` cannot be differentiated\n\
         help: collect the values into a `Vec`, or call a closure with each",
    );
    let unknown = "this syntax is not known to the differentiator\n\
        help: write it with syntax of stable Rust, outside of the function if need be";
    body("become g(x)", unknown);
}

#[test]
fn closures_are_refused_where_they_escape_or_are_odd() {
    let escapes = "a closure that is returned or stored cannot be differentiated\n\
        help: call it here, or bind it with `let` and pass it on as an argument";
    for source in [
        "|y| x * y",
        "return |y| x * y",
        "let table = [|y| x * y]; x",
        "let pair = (|y: f64| y, 1.0); x",
        "let s = Step { rule: |y| y }; x",
        "let o = Some(|y| y); x",
        "let g = if x > 0.0 { |y| y } else { h }; x",
        "let g = |a| move |b| a * b; x",
        "let g = vec![|b| b]; x",
        "g = |b| b; x",
    ] {
        body(source, escapes);
    }
    body(
        "g(async |y| y)",
        "`async` closures cannot be differentiated\nhelp: compute the value in a closure that is not `async`",
    );
    body(
        "g(static || 1)",
        "generators cannot be differentiated\nhelp: collect the values into a `Vec`, or call a closure with each",
    );
    body("g(const || 1)", "`const` closures are not supported\nhelp: leave out `const`");
}

#[test]
fn patterns_are_refused() {
    body(
        "match x { const { 1.0 } => x, _ => x }",
        "`const` blocks are not supported in a differentiated function\n\
         help: write a `const` item and name it in the pattern",
    );
    body(
        "match x { p!() => x, _ => x }",
        "macros in patterns cannot be looked into\nhelp: write the pattern that it expands to",
    );
}

#[test]
fn types_are_refused() {
    function(
        "fn f(g: fn(f64) -> f64) {}",
        "calls through a function pointer cannot be differentiated\n\
         help: call an annotated function by its name, or write a closure in the function",
    );
    let unknown = "`impl Trait` types cannot be differentiated: the type is not known here\n\
        help: write the type, or a type parameter `T: Float` for a number";
    function("fn f(g: impl Fn(f64) -> f64) {}", unknown);
    function("fn f() -> impl Sized {}", unknown);
    let dynamic = "`dyn` types cannot be differentiated: what is called is not known at compile time\n\
        help: write the type, or one annotated function for each type";
    function("fn f(g: &dyn Fn(f64) -> f64) {}", dynamic);
    function("fn f() { let g: Box<dyn Shape>; }", dynamic);
    function(
        "fn f(g: t!()) {}",
        "macros in types cannot be looked into\nhelp: write the type that it expands to",
    );
    let pointer = "raw pointers cannot be differentiated\nhelp: use a reference or a slice";
    function("fn f(g: *const f64) {}", pointer);
    function("fn f(x: f64) { x as *mut f64; }", pointer);
    let interior = "interior mutability cannot be differentiated\n\
        help: use a `let mut` variable or a `&mut` parameter";
    for ty in
        ["&RefCell<f64>", "Cell<f64>", "std::cell::Cell", "&std::sync::Mutex<f64>", "AtomicUsize"]
    {
        function(&format!("fn f(x: {ty}) {{}}"), interior);
    }
    body("let y = RefCell::new(x); x", interior);
}

#[test]
fn bounds_and_generic_parameters_are_refused() {
    let passed = "a function passed as a parameter cannot be differentiated: its body is not known here\n\
        help: call an annotated function by its name, or write a closure in the function";
    function("fn f<F: Fn(f64) -> f64>(g: F) {}", passed);
    function("fn f<F>(g: F) where F: FnMut(f64) -> f64 {}", passed);
    let nested = "a nested function with generic parameters is not supported\n\
        help: write the types, use a closure, or move it out of the function and annotate it";
    body("fn g<T: Float>(x: T) -> T { x } x", nested);
    body("fn g<const N: usize>(x: [f64; N]) -> f64 { 1.0 } x", nested);
}

#[test]
fn signatures_are_refused() {
    function(
        "async fn f() {}",
        "an `async` function cannot be differentiated\n\
         help: compute the value in a function that is not `async`, and call that",
    );
    let not_safe = "an `unsafe` function cannot be differentiated\n\
        help: make the function safe, and assert what it assumes";
    function("unsafe fn f() {}", not_safe);
    body("unsafe fn g() {} x", not_safe);
    function(
        "extern \"C\" fn f() {}",
        "a function with a foreign calling convention cannot be differentiated\n\
         help: annotate a Rust function and call it from this one",
    );
    function(
        "fn f(x: f64, ...) {}",
        "a variadic function cannot be differentiated\nhelp: take a slice",
    );
}

#[test]
fn items_are_refused() {
    for (item, name) in [
        ("enum E {}", "an `enum`"),
        ("extern crate alloc;", "`extern crate`"),
        ("impl S {}", "an `impl`"),
        ("mod m {}", "a module"),
        ("trait T {}", "a trait"),
    ] {
        let expected = format!(
            "{name} inside a differentiated function is not supported\nhelp: move it out of the function"
        );
        body(&format!("{item} x"), &expected);
    }
    body(
        "struct S { x: f64 } x",
        "a `struct` inside a differentiated function is not supported\n\
         help: move it out of the function and derive `Differentiable` for it",
    );
    body(
        "union U { x: f64 } x",
        "unions cannot be differentiated\nhelp: use a struct with `#[derive(Differentiable)]`",
    );
    body(
        "static mut S: f64 = 0.0; x",
        "`static mut` cannot be differentiated: its value does not follow from the parameters\n\
         help: pass the value as a `&mut` parameter",
    );
    body(
        "static S: f64 = 0.0; x",
        "a `static` inside a differentiated function is not supported\n\
         help: write a `const`, or move it out of the function",
    );
    body(
        "extern \"C\" { fn sin(x: f64) -> f64; } x",
        "foreign functions cannot be differentiated\nhelp: write the function in Rust",
    );
    body(
        "macro_rules! m { () => { 1 } } x",
        "a macro inside a differentiated function cannot be looked into\n\
         help: write a nested function or a closure",
    );
}

#[test]
fn macros_are_refused() {
    body("asm!(\"nop\"); x", "inline assembly cannot be differentiated\nhelp: write it in Rust");
    body(
        "writeln!(out, \"{x}\"); x",
        "`writeln!` inside a differentiated function is not supported\n\
         help: print with `println!`, or write outside of the function",
    );
    body(
        "array![x, x]",
        "we cannot see what the macro `array!` does\n\
         help: write what it expands to, or call it outside of the function",
    );
    body(
        "asert!(x > 0.0); x",
        "we cannot see what the macro `asert!` does\nhelp: did you mean `assert!`?",
    );
    body(
        "my::println!(\"{x}\"); x",
        "we cannot see what the macro `println!` does\n\
         help: write what it expands to, or call it outside of the function",
    );
    assert_eq!(
        errors_of("fn f(x: f64) { println!(\"a\" \"b\"); vec![x; 2; 3]; matches!(x); }").len(),
        3
    );
}

#[test]
fn attributes_are_refused() {
    let cfg = "`#[cfg]` inside a differentiated function is not seen by the differentiator\n\
        help: write `if cfg!(…) { … }`, or put `#[cfg]` on two versions of the function";
    for source in [
        "#[cfg(test)] let y = x; x",
        "#[cfg_attr(test, allow(unused))] { x }",
        "match x { #[cfg(test)] 0.0 => x, _ => x }",
        "#[cfg(test)] println!(); x",
        "P { #[cfg(test)] x, y: x }",
        "let P { #[cfg(test)] x, y } = p; x",
        "#[cfg(test)] const N: usize = 3; x",
        "g(#[cfg(test)] x)",
    ] {
        body(source, cfg);
    }
    function("fn f(#[cfg(test)] x: f64) {}", cfg);
    body(
        "#[my::twice] fn g() {} x",
        "this attribute may change the code below it\n\
         help: leave it out, or move the code into a function of its own",
    );
}

#[test]
fn errors_are_found_all_at_once_and_inside_arguments() {
    let errors = errors_of(
        "async fn f(x: *const f64) { assert!(unsafe { g() }); vec![h().await; 3]; |y| unsafe { y }; \
         matches!(await_me().await, _ if unsafe { b }); fn h() { unsafe {} } }",
    );
    assert_eq!(errors.len(), 8, "{errors:#?}");
}

#[test]
fn deep_nesting_is_refused_rather_than_overflowing() {
    accepted(&format!("fn f(x: f64) -> f64 {{ {} x }}", "x + ".repeat(400)));
    let source = format!("fn f(x: f64) -> f64 {{ {} x }}", "x + ".repeat(600));
    assert_eq!(
        errors_of(&source),
        ["this expression nests too deeply\nhelp: name parts of it with `let`"]
    );
}

#[test]
fn what_design_accepts_passes() {
    accepted("fn f<'a, T: Float + Copy, const N: usize>(&mut self, mut x: &'a [T; N], (a, b): (f64, f64)) -> Vec<T> where T: PartialOrd {
        #[allow(unused)]
        let k = |a: f64, b| -> f64 { a + b };
        let v = x.iter().map(|x| k(*x, 1.0)).filter(|&&x| x > 0.0).collect::<Vec<_>>();
        (|y: f64| y * y)(2.0);
        apply(&k, |z| z);
        fn g(x: &f64) -> f64 { x * x }
        const M: usize = { 3 + 4 };
        use std::mem;
        type Row = [f64; M];
        'a: loop { while x[0] > 1.0 { break 'a; } for i in 0..3 { continue; } }
        match a { 0.0 => 1.0, _ if b > 0.0 => 2.0, _ => todo!() };
        if let Some(x) = o && x > 0 { x += 1 } else { panic!(\"no {x}\") }
        let Point { x, .. } = p else { return vec![0.0; 3] };
        assert!(x.len() > 0, \"text {}\", 'c'); println!(\"{:?}\", b\"bytes\");
        (a, _) = (b, 1);
        let cell: Cell = grid.cell; // the user's own
        unreachable!()
    }");
}

/// Dependencies for other platforms need not be there.
fn host() -> String {
    let output = std::process::Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    host.to_string()
}

/// The variants of an enum in `syn`'s source.
fn variants_in_syn(enumeration: &str) -> Vec<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    let metadata = String::from_utf8(output.stdout).expect("UTF-8");
    let manifests = metadata.split("\"manifest_path\":\"").skip(1);
    let manifest = manifests
        .filter_map(|rest| rest.split('"').next())
        .find(|path| {
            path.rsplit('/')
                .nth(1)
                .and_then(|folder| folder.strip_prefix("syn-"))
                .is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        })
        .expect("syn is among the packages");
    let folder = std::path::Path::new(manifest).parent().expect("a folder").join("src");
    let header = format!("pub enum {enumeration} {{");
    for file in std::fs::read_dir(folder).expect("syn's sources") {
        let file = file.expect("a file").path();
        let Ok(source) = std::fs::read_to_string(&file) else { continue };
        let Some((_, rest)) = source.split_once(&header) else { continue };
        let variants =
            rest.lines().take_while(|line| !line.starts_with("    }")).filter_map(|line| {
                let line = line.strip_prefix("        ")?;
                let name: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
                name.starts_with(|first: char| first.is_ascii_uppercase()).then_some(name)
            });
        return variants.collect();
    }
    panic!("syn has no enum {enumeration}");
}

#[test]
fn every_variant_of_syn_is_named() {
    let table = include_str!("table.rs");
    let enums = [
        "Expr",
        "Lit",
        "UnOp",
        "BinOp",
        "Pat",
        "Type",
        "Stmt",
        "Item",
        "FnArg",
        "GenericParam",
        "TypeParamBound",
        "WherePredicate",
        "GenericArgument",
    ];
    for enumeration in enums {
        let variants = variants_in_syn(enumeration);
        assert!(variants.len() > 1, "{enumeration} was not read");
        for variant in variants {
            let arm = format!("{enumeration}::{variant}(");
            assert!(table.contains(&arm), "`{enumeration}::{variant}` has no row in the fence");
        }
    }
}
