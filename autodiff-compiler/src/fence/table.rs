//! One `match` a syntax enum, every variant of the locked `syn` named: what is lowered, what is
//! passive, what is refused and with which words. `syn`'s enums are non-exhaustive; the `_` arm
//! refuses what a newer `syn` may add, and a test finds the variants that are not named here.

use crate::diagnostics::SourceSpan;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    BinOp, Expr, FnArg, GenericArgument, GenericParam, Item, Lit, Pat, Stmt, Type, TypeParamBound,
    UnOp, WherePredicate,
};

/// What becomes of a piece of syntax.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Has a form in the typed syntax; what stands inside is looked at.
    Lowered,
    /// Is copied as it is and never differentiated.
    Passive,
    /// Is an error.
    Refused(Refusal),
}

/// An error: where, what, and what to write instead.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) span: SourceSpan,
    pub(super) message: &'static str,
    pub(super) help: &'static str,
}

use Verdict::{Lowered, Passive};

fn refused(span: impl Into<SourceSpan>, message: &'static str, help: &'static str) -> Verdict {
    Verdict::Refused(Refusal { span: span.into(), message, help })
}

/// What no row names.
fn unknown(node: &impl ToTokens) -> Verdict {
    refused(
        SourceSpan::of(node),
        "this syntax is not known to the differentiator",
        "write it with syntax of stable Rust, outside of the function if need be",
    )
}

pub(super) fn expression(expression: &Expr) -> Verdict {
    match expression {
        Expr::Array(_) => Lowered,
        Expr::Assign(_) => Lowered,
        Expr::Async(node) => refused(
            node.async_token.span,
            "`async` blocks cannot be differentiated",
            "compute the value in a function that is not `async`, and call that",
        ),
        Expr::Await(node) => refused(
            node.await_token.span,
            "`.await` cannot be differentiated",
            "await outside of the function and pass the value in",
        ),
        Expr::Binary(_) => Lowered,
        Expr::Block(_) => Lowered,
        Expr::Break(_) => Lowered,
        Expr::Call(_) => Lowered,
        Expr::Cast(_) => Lowered,
        Expr::Closure(_) => Lowered,
        Expr::Const(node) => refused(
            node.const_token.span,
            "`const` blocks are not supported in a differentiated function",
            "write a `const` item: `const NAME: T = …;`",
        ),
        Expr::Continue(_) => Lowered,
        Expr::Field(_) => Lowered,
        Expr::ForLoop(_) => Lowered,
        Expr::Group(_) => Lowered,
        Expr::If(_) => Lowered,
        Expr::Index(_) => Lowered,
        Expr::Infer(_) => Lowered,
        Expr::Let(_) => Lowered,
        Expr::Lit(_) => Lowered,
        Expr::Loop(_) => Lowered,
        Expr::Macro(_) => Lowered,
        Expr::Match(_) => Lowered,
        Expr::MethodCall(_) => Lowered,
        Expr::Paren(_) => Lowered,
        Expr::Path(_) => Lowered,
        Expr::Range(_) => Lowered,
        Expr::RawAddr(node) => refused(
            SourceSpan { start: node.and_token.span, end: node.raw.span },
            "raw pointers cannot be differentiated",
            "borrow with `&` or `&mut`",
        ),
        Expr::Reference(_) => Lowered,
        Expr::Repeat(_) => Lowered,
        Expr::Return(_) => Lowered,
        Expr::Struct(_) => Lowered,
        Expr::Try(_) => Lowered,
        Expr::TryBlock(node) => refused(
            node.try_token.span,
            "`try` blocks cannot be differentiated",
            "leave early with `let … else { return … }`",
        ),
        Expr::Tuple(_) => Lowered,
        Expr::Unary(_) => Lowered,
        Expr::Unsafe(node) => refused(
            node.unsafe_token.span,
            "`unsafe` code cannot be differentiated",
            "use safe indexing: bounds checks of generated code are hoisted where they can be",
        ),
        Expr::Verbatim(tokens) => unknown(tokens),
        Expr::While(_) => Lowered,
        Expr::Yield(node) => refused(
            node.yield_token.span,
            "`yield` cannot be differentiated",
            "collect the values into a `Vec`, or call a closure with each",
        ),
        other => unknown(other),
    }
}

pub(super) fn literal(literal: &Lit) -> Verdict {
    match literal {
        Lit::Str(_) => Passive,
        Lit::ByteStr(_) => Passive,
        Lit::CStr(_) => Passive,
        Lit::Byte(_) => Lowered,
        Lit::Char(_) => Passive,
        Lit::Int(_) => Lowered,
        Lit::Float(_) => Lowered,
        Lit::Bool(_) => Lowered,
        Lit::Verbatim(tokens) => unknown(tokens),
        other => unknown(other),
    }
}

pub(super) fn unary_operator(operator: &UnOp) -> Verdict {
    match operator {
        UnOp::Deref(_) => Lowered,
        UnOp::Not(_) => Lowered,
        UnOp::Neg(_) => Lowered,
        other => unknown(other),
    }
}

pub(super) fn binary_operator(operator: &BinOp) -> Verdict {
    match operator {
        BinOp::Add(_) => Lowered,
        BinOp::Sub(_) => Lowered,
        BinOp::Mul(_) => Lowered,
        BinOp::Div(_) => Lowered,
        BinOp::Rem(_) => Lowered,
        BinOp::And(_) => Lowered,
        BinOp::Or(_) => Lowered,
        BinOp::BitXor(_) => Lowered,
        BinOp::BitAnd(_) => Lowered,
        BinOp::BitOr(_) => Lowered,
        BinOp::Shl(_) => Lowered,
        BinOp::Shr(_) => Lowered,
        BinOp::Eq(_) => Lowered,
        BinOp::Lt(_) => Lowered,
        BinOp::Le(_) => Lowered,
        BinOp::Ne(_) => Lowered,
        BinOp::Ge(_) => Lowered,
        BinOp::Gt(_) => Lowered,
        BinOp::AddAssign(_) => Lowered,
        BinOp::SubAssign(_) => Lowered,
        BinOp::MulAssign(_) => Lowered,
        BinOp::DivAssign(_) => Lowered,
        BinOp::RemAssign(_) => Lowered,
        BinOp::BitXorAssign(_) => Lowered,
        BinOp::BitAndAssign(_) => Lowered,
        BinOp::BitOrAssign(_) => Lowered,
        BinOp::ShlAssign(_) => Lowered,
        BinOp::ShrAssign(_) => Lowered,
        other => unknown(other),
    }
}

pub(super) fn pattern(pattern: &Pat) -> Verdict {
    match pattern {
        Pat::Const(node) => refused(
            node.const_token.span,
            "`const` blocks are not supported in a differentiated function",
            "write a `const` item and name it in the pattern",
        ),
        Pat::Ident(_) => Lowered,
        Pat::Lit(_) => Lowered,
        Pat::Macro(node) => refused(
            SourceSpan::of(&node.mac.path),
            "macros in patterns cannot be looked into",
            "write the pattern that it expands to",
        ),
        Pat::Or(_) => Lowered,
        Pat::Paren(_) => Lowered,
        Pat::Path(_) => Lowered,
        Pat::Range(_) => Lowered,
        Pat::Reference(_) => Lowered,
        Pat::Rest(_) => Lowered,
        Pat::Slice(_) => Lowered,
        Pat::Struct(_) => Lowered,
        Pat::Tuple(_) => Lowered,
        Pat::TupleStruct(_) => Lowered,
        Pat::Type(_) => Lowered,
        Pat::Verbatim(tokens) => unknown(tokens),
        Pat::Wild(_) => Lowered,
        other => unknown(other),
    }
}

pub(super) fn ty(ty: &Type) -> Verdict {
    match ty {
        Type::Array(_) => Lowered,
        Type::BareFn(node) => refused(
            node.fn_token.span,
            "calls through a function pointer cannot be differentiated",
            "call an annotated function by its name, or write a closure in the function",
        ),
        Type::Group(_) => Lowered,
        Type::ImplTrait(node) => refused(
            node.impl_token.span,
            "`impl Trait` types cannot be differentiated: the type is not known here",
            "write the type, or a type parameter `T: Float` for a number",
        ),
        Type::Infer(_) => Lowered,
        Type::Macro(node) => refused(
            SourceSpan::of(&node.mac.path),
            "macros in types cannot be looked into",
            "write the type that it expands to",
        ),
        Type::Never(_) => Lowered,
        Type::Paren(_) => Lowered,
        Type::Path(_) => Lowered,
        Type::Ptr(node) => refused(
            node.star_token.span,
            "raw pointers cannot be differentiated",
            "use a reference or a slice",
        ),
        Type::Reference(_) => Lowered,
        Type::Slice(_) => Lowered,
        Type::TraitObject(node) => refused(
            node.dyn_token.map_or_else(|| SourceSpan::of(node), |token| token.span.into()),
            "`dyn` types cannot be differentiated: what is called is not known at compile time",
            "write the type, or one annotated function for each type",
        ),
        Type::Tuple(_) => Lowered,
        Type::Verbatim(tokens) => unknown(tokens),
        other => unknown(other),
    }
}

pub(super) fn statement(statement: &Stmt) -> Verdict {
    match statement {
        Stmt::Local(_) => Lowered,
        Stmt::Item(_) => Lowered,
        Stmt::Expr(..) => Lowered,
        Stmt::Macro(_) => Lowered,
    }
}

/// Items inside the body.
pub(super) fn item(item: &Item) -> Verdict {
    const MOVE_OUT: &str = "move it out of the function";
    match item {
        Item::Const(_) => Passive,
        Item::Enum(node) => refused(
            node.enum_token.span,
            "an `enum` inside a differentiated function is not supported",
            MOVE_OUT,
        ),
        Item::ExternCrate(node) => refused(
            SourceSpan { start: node.extern_token.span, end: node.crate_token.span },
            "`extern crate` inside a differentiated function is not supported",
            MOVE_OUT,
        ),
        Item::Fn(_) => Lowered,
        Item::ForeignMod(node) => refused(
            SourceSpan::of(&node.abi),
            "foreign functions cannot be differentiated",
            "write the function in Rust",
        ),
        Item::Impl(node) => refused(
            node.impl_token.span,
            "an `impl` inside a differentiated function is not supported",
            MOVE_OUT,
        ),
        Item::Macro(node) => refused(
            SourceSpan::of(&node.mac.path),
            "a macro inside a differentiated function cannot be looked into",
            "write a nested function or a closure",
        ),
        Item::Mod(node) => refused(
            node.mod_token.span,
            "a module inside a differentiated function is not supported",
            MOVE_OUT,
        ),
        Item::Static(node) => match node.mutability {
            syn::StaticMutability::Mut(token) => refused(
                SourceSpan { start: node.static_token.span, end: token.span },
                "`static mut` cannot be differentiated: its value does not follow from the parameters",
                "pass the value as a `&mut` parameter",
            ),
            _ => refused(
                node.static_token.span,
                "a `static` inside a differentiated function is not supported",
                "write a `const`, or move it out of the function",
            ),
        },
        Item::Struct(node) => refused(
            node.struct_token.span,
            "a `struct` inside a differentiated function is not supported",
            "move it out of the function and derive `Differentiable` for it",
        ),
        Item::Trait(node) => refused(
            node.trait_token.span,
            "a trait inside a differentiated function is not supported",
            MOVE_OUT,
        ),
        Item::TraitAlias(node) => refused(
            node.trait_token.span,
            "a trait inside a differentiated function is not supported",
            MOVE_OUT,
        ),
        Item::Type(_) => Passive,
        Item::Union(node) => refused(
            node.union_token.span,
            "unions cannot be differentiated",
            "use a struct with `#[derive(Differentiable)]`",
        ),
        Item::Use(_) => Passive,
        Item::Verbatim(tokens) => unknown(tokens),
        other => unknown(other),
    }
}

pub(super) fn parameter(parameter: &FnArg) -> Verdict {
    match parameter {
        FnArg::Receiver(_) => Lowered,
        FnArg::Typed(_) => Lowered,
    }
}

pub(super) fn generic_parameter(parameter: &GenericParam) -> Verdict {
    match parameter {
        GenericParam::Lifetime(_) => Lowered,
        GenericParam::Type(_) => Lowered,
        GenericParam::Const(_) => Lowered,
    }
}

/// Bounds of type parameters.
pub(super) fn bound(bound: &TypeParamBound) -> Verdict {
    match bound {
        TypeParamBound::Trait(bound) => match bound.path.segments.last() {
            Some(name) if matches!(&*name.ident.to_string(), "Fn" | "FnMut" | "FnOnce") => refused(
                name.ident.span(),
                "a function passed as a parameter cannot be differentiated: its body is not known here",
                "call an annotated function by its name, or write a closure in the function",
            ),
            _ => Lowered,
        },
        TypeParamBound::Lifetime(_) => Lowered,
        TypeParamBound::PreciseCapture(bound) => unknown(bound),
        TypeParamBound::Verbatim(tokens) => unknown(tokens),
        other => unknown(other),
    }
}

pub(super) fn where_predicate(predicate: &WherePredicate) -> Verdict {
    match predicate {
        WherePredicate::Lifetime(_) => Lowered,
        WherePredicate::Type(_) => Lowered,
        other => unknown(other),
    }
}

pub(super) fn generic_argument(argument: &GenericArgument) -> Verdict {
    match argument {
        GenericArgument::Lifetime(_) => Lowered,
        GenericArgument::Type(_) => Lowered,
        GenericArgument::Const(_) => Passive,
        GenericArgument::AssocType(_) => Passive,
        GenericArgument::AssocConst(_) => Passive,
        GenericArgument::Constraint(_) => Passive,
        other => unknown(other),
    }
}

/// Attributes inside the body.
pub(super) fn attribute(attribute: &syn::Attribute) -> Verdict {
    /// What changes neither the value nor whether the tokens are there.
    const HARMLESS: &[&str] = &[
        "allow",
        "warn",
        "deny",
        "forbid",
        "expect",
        "doc",
        "inline",
        "cold",
        "must_use",
        "rustfmt",
        "clippy",
        "track_caller",
        "deprecated",
        "differentiate",
    ];
    let path = attribute.path();
    let name = path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    let tool = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    match name.as_str() {
        "cfg" | "cfg_attr" => refused(
            path.span(),
            "`#[cfg]` inside a differentiated function is not seen by the differentiator",
            "write `if cfg!(…) { … }`, or put `#[cfg]` on two versions of the function",
        ),
        _ if HARMLESS.contains(&&*tool) || HARMLESS.contains(&&*name) => Passive,
        _ => refused(
            path.span(),
            "this attribute may change the code below it",
            "leave it out, or move the code into a function of its own",
        ),
    }
}

/// Attributes of the function itself, below ours (those above have been expanded before).
pub(super) fn function_attribute(attribute: &syn::Attribute) -> Verdict {
    /// What rustc or a tool reads, and no macro.
    const BUILT_IN: &[&str] = &[
        "cfg",
        "cfg_attr",
        "test",
        "bench",
        "ignore",
        "should_panic",
        "automatically_derived",
        "target_feature",
        "no_mangle",
        "export_name",
        "link_section",
        "unsafe",
        "optimize",
        "coverage",
        "diagnostic",
        "miri",
        "cfg_eval",
        "non_exhaustive",
    ];
    let path = attribute.path();
    let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    if BUILT_IN.contains(&&*first) {
        return Passive;
    }
    match self::attribute(attribute) {
        Verdict::Refused(_) => refused(
            SourceSpan::of(path),
            "this attribute may change the function after the differentiator has seen it",
            "put it above `#[differentiate]`, or leave it out",
        ),
        other => other,
    }
}

/// Types with interior mutability, by the last segment of their path: what is in them does not
/// follow from the parameters. `Cell` alone may be the user's (a cell of a grid).
pub(super) fn named_type(path: &syn::Path) -> Verdict {
    const INTERIOR: &[&str] = &[
        "RefCell",
        "OnceCell",
        "LazyCell",
        "UnsafeCell",
        "Mutex",
        "RwLock",
        "OnceLock",
        "LazyLock",
    ];
    for segment in &path.segments {
        let name = segment.ident.to_string();
        let cell = name == "Cell"
            && (!segment.arguments.is_none()
                || path.segments.iter().any(|segment| segment.ident == "cell"));
        if cell || INTERIOR.contains(&&*name) || name.starts_with("Atomic") {
            return refused(
                segment.ident.span(),
                "interior mutability cannot be differentiated",
                "use a `let mut` variable or a `&mut` parameter",
            );
        }
    }
    Lowered
}
