//! Emitted code compiled by rustc, run, and compared bit for bit with the interpreter.

use super::super::{Header, function, types};
use crate::interpret::{Datum, Interpreter, OverflowMode, Real, Trap};
use crate::ir::Function;
use crate::types::Type;
use std::fmt::Write;
use std::process::Command;

/// A function and the arguments to try it with.
pub(super) struct Case {
    pub(super) function: Function,
    pub(super) arguments: Vec<Vec<Datum<Real>>>,
}

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    Debug,
    Release,
}

/// What the program under test needs beside the emitted functions.
const PRELUDE: &str = r#"
#![forbid(unsafe_code)]
use std::fmt::Write;
pub mod support {
    //! Stands for `autodiff_core`.
    pub mod special {
        use crate::reference;
        pub fn erf(x: f64) -> f64 { reference::erf(x) }
        pub fn erfc(x: f64) -> f64 { reference::erfc(x) }
        pub fn norm_cdf(x: f64) -> f64 { reference::norm_cdf(x) }
        pub fn ln_gamma(x: f64) -> f64 { reference::ln_gamma(x) }
        pub fn digamma(x: f64) -> f64 { reference::polygamma(x, 0) }
        pub fn trigamma(x: f64) -> f64 { reference::polygamma(x, 1) }
        pub fn sech_squared(x: f64) -> f64 { reference::sech_squared(x) }
        pub fn polygamma(x: f64, n: i32) -> f64 { reference::polygamma(x, n) }
    }
    pub mod __private {
        pub use crate::workspace::{Stack, Tape};
    }
}
trait Show {
    fn show(&self, text: &mut String);
}
macro_rules! show_display { ($($ty:ty)*) => { $(
    impl Show for $ty {
        fn show(&self, text: &mut String) {
            write!(text, "{self}").unwrap();
        }
    }
)* } }
show_display!(usize u8 u16 u32 u64 i8 i16 i32 i64 bool);
macro_rules! show_float { ($($ty:ty)*) => { $(
    impl Show for $ty {
        fn show(&self, text: &mut String) {
            if self.is_nan() { text.push_str("nan") } else { write!(text, "{:x}", self.to_bits()).unwrap() }
        }
    }
)* } }
show_float!(f32 f64);
impl Show for () {
    fn show(&self, text: &mut String) {
        text.push_str("()");
    }
}
impl<T: Show> Show for [T] {
    fn show(&self, text: &mut String) {
        text.push('[');
        self.iter().for_each(|x| { x.show(text); text.push(','); });
        text.push(']');
    }
}
impl<T: Show, const N: usize> Show for [T; N] {
    fn show(&self, text: &mut String) {
        self[..].show(text);
    }
}
impl<T: Show> Show for Vec<T> {
    fn show(&self, text: &mut String) {
        self[..].show(text);
    }
}
macro_rules! show_tuple { ($($name:ident)*) => {
    impl<$($name: Show),*> Show for ($($name,)*) {
        #[allow(non_snake_case)]
        fn show(&self, text: &mut String) {
            let ($($name,)*) = self;
            text.push('(');
            $($name.show(text); text.push(',');)*
            text.push(')');
        }
    }
} }
show_tuple!(A);
show_tuple!(A B);
show_tuple!(A B C);
show_tuple!(A B C D);
show_tuple!(A B C D E);
show_tuple!(A B C D E F);
show_tuple!(A B C D E F G);
show_tuple!(A B C D E F G H);
show_tuple!(A B C D E F G H I);
show_tuple!(A B C D E F G H I J);
fn attempt(call: impl FnOnce() -> String) {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)) {
        Ok(text) => println!("{text}"),
        Err(payload) => {
            let message = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(payload.downcast_ref::<&str>().copied());
            println!("panic {}", message.unwrap_or("?"));
        }
    }
}
"#;

/// Compiles all functions with all warnings denied, runs them, and compares with the interpreter.
#[track_caller]
pub(super) fn check_compiled(
    name: &str,
    cases: &[Case],
    allowed: &str,
    edition: &str,
    profile: Profile,
) {
    let mut source = String::from("#![deny(warnings)]\n");
    if !allowed.is_empty() {
        writeln!(source, "#![allow({allowed})]").unwrap();
    }
    source.push_str(PRELUDE);
    // The same reference values as the interpreter has.
    let reference = include_str!("../../ir/special.rs").replace("//!", "//");
    writeln!(source, "#[allow(dead_code)]\nmod reference {{\n{reference}\n}}").unwrap();
    let workspace = include_str!("../../../../autodiff-core/src/workspace.rs").replace("//!", "//");
    writeln!(source, "#[allow(dead_code)]\nmod workspace {{\n{workspace}\n}}").unwrap();
    source.push_str("mod emitted {\n    #![no_implicit_prelude]\n");
    let mut main = String::from("fn main() {\n    std::panic::set_hook(Box::new(|_| {}));\n");
    let mut expected = Vec::new();
    let mut texts = Vec::new();
    for (position, case) in cases.iter().enumerate() {
        let mut header = Header::new(&format!("f{position}"));
        header.visibility = quote::quote!(pub(crate));
        header.crate_path = quote::quote!(crate::support);
        let tokens = function(&case.function, &header);
        let text = match syn::parse2::<syn::File>(tokens.clone()) {
            Ok(file) => prettyplease::unparse(&file),
            Err(error) => panic!("{error} in\n{tokens}\n{}", case.function),
        };
        source.push_str(&text);
        for arguments in &case.arguments {
            call(&mut main, position, &case.function, arguments);
            let mode = match profile {
                Profile::Debug => OverflowMode::Panic,
                Profile::Release => OverflowMode::Wrap,
            };
            let outcome = Interpreter::new().overflow(mode).run(&case.function, arguments.clone());
            expected.push((position, arguments.clone(), outcome));
        }
        texts.push(text);
    }
    source.push_str("}\n");
    main.push_str("}\n");
    source.push_str(&main);
    let output = run(name, &source, edition, profile);
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{output}");
    for (line, (position, arguments, outcome)) in lines.iter().zip(&expected) {
        let case = &cases[*position].function;
        let right = match outcome {
            Ok(outcome) => {
                let mut text = String::new();
                show(&outcome.result, &mut text);
                for (parameter, content) in case.parameters.iter().zip(&outcome.parameters) {
                    if matches!(parameter.ty, Type::Reference { mutable: true, .. }) {
                        text.push_str(" | ");
                        show(content, &mut text);
                    }
                }
                *line == text
            }
            Err(trap) => line.strip_prefix("panic ").is_some_and(|message| is_same(trap, message)),
        };
        assert!(
            right,
            "{line}\nis not\n{outcome:?}\nfor {arguments:?}\n{case}\n{}",
            texts[*position]
        );
    }
}

/// Whether a message of rustc's is that of the trap.
fn is_same(trap: &Trap, message: &str) -> bool {
    match trap {
        Trap::IndexOutOfBounds { index, length } => {
            message == format!("index out of bounds: the len is {length} but the index is {index}")
        }
        Trap::Overflow => message.starts_with("attempt to"),
        Trap::DivisionByZero => message.starts_with("attempt to"),
        Trap::Slice => message.contains("range") || message.contains("slice"),
        Trap::Panic(_) => true,
        _ => false,
    }
}

/// One call: its arguments, its result, and what is behind `&mut` afterwards.
fn call(main: &mut String, position: usize, function: &Function, arguments: &[Datum<Real>]) {
    main.push_str("    attempt(|| {\n        let mut text = String::new();\n");
    let mut names = String::new();
    let mut after = String::new();
    for (i, (parameter, argument)) in function.parameters.iter().zip(arguments).enumerate() {
        let ty = parameter.ty.referent();
        let (ty, slice) = match ty {
            Type::Slice(element) => (Type::Vec(element.clone()), true),
            other => (other.clone(), false),
        };
        let (mutable, borrow) = match &parameter.ty {
            Type::Reference { mutable: true, .. } => ("mut ", "&mut "),
            Type::Reference { mutable: false, .. } => ("", "&"),
            _ => ("", ""),
        };
        let _ = slice;
        let value = literal(argument, &ty);
        let ty = types::tokens(&ty);
        writeln!(main, "        let {mutable}a{i}: {ty} = {value};").unwrap();
        write!(names, "{borrow}a{i}, ").unwrap();
        if !mutable.is_empty() {
            writeln!(after, "        text.push_str(\" | \"); a{i}.show(&mut text);").unwrap();
        }
    }
    writeln!(main, "        emitted::f{position}({names}).show(&mut text);").unwrap();
    writeln!(main, "{after}        text\n    }});").unwrap();
}

fn literal(datum: &Datum<Real>, ty: &Type) -> String {
    match datum {
        Datum::Unit | Datum::Nothing => "()".into(),
        Datum::Float(Real::Double(value)) => format!("f64::from_bits({})", value.to_bits()),
        Datum::Float(Real::Single(value)) => format!("f32::from_bits({})", value.to_bits()),
        Datum::Integer(value) => value.to_string(),
        Datum::Bool(value) => value.to_string(),
        Datum::List(elements) => {
            let element = ty.element().cloned().unwrap_or(Type::Unit);
            let inner: Vec<String> = elements.iter().map(|e| literal(e, &element)).collect();
            let vec = if matches!(ty, Type::Vec(_)) { "vec!" } else { "" };
            format!("{vec}[{}]", inner.join(", "))
        }
        Datum::Tuple(elements) => {
            let inner: Vec<String> = elements
                .iter()
                .enumerate()
                .map(|(i, e)| literal(e, ty.field(&i.to_string()).unwrap_or(&Type::Unit)))
                .collect();
            format!("({},)", inner.join(", "))
        }
        Datum::Struct(_) | Datum::Opaque(_) => unimplemented!("not in these tests"),
    }
}

fn show(datum: &Datum<Real>, text: &mut String) {
    match datum {
        Datum::Unit | Datum::Nothing => text.push_str("()"),
        Datum::Float(Real::Double(value)) if value.is_nan() => text.push_str("nan"),
        Datum::Float(Real::Single(value)) if value.is_nan() => text.push_str("nan"),
        Datum::Float(Real::Double(value)) => write!(text, "{:x}", value.to_bits()).unwrap(),
        Datum::Float(Real::Single(value)) => write!(text, "{:x}", value.to_bits()).unwrap(),
        Datum::Integer(value) => write!(text, "{value}").unwrap(),
        Datum::Bool(value) => write!(text, "{value}").unwrap(),
        Datum::List(elements) | Datum::Tuple(elements) => {
            let list = matches!(datum, Datum::List(_));
            text.push(if list { '[' } else { '(' });
            elements.iter().for_each(|element| {
                show(element, text);
                text.push(',');
            });
            text.push(if list { ']' } else { ')' });
        }
        Datum::Struct(_) | Datum::Opaque(_) => unimplemented!("not in these tests"),
    }
}

/// Compiles and runs a program; gives what it prints.
#[track_caller]
fn run(name: &str, source: &str, edition: &str, profile: Profile) -> String {
    let directory =
        std::env::temp_dir().join(format!("autodiff-emit-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("program.rs");
    let program = directory.join("program");
    std::fs::write(&file, source).unwrap();
    let mut rustc = Command::new("rustc");
    rustc.arg("--edition").arg(edition).arg("-o").arg(&program).arg(&file);
    if profile == Profile::Release {
        rustc.arg("-O");
    }
    let compiled = rustc.output().unwrap();
    let messages = String::from_utf8_lossy(&compiled.stderr).into_owned();
    assert!(compiled.status.success(), "{messages}\nin {}", file.display());
    let output = Command::new(&program).output().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
