//! Changes to expressions.

use super::{Context, Kind, filled, parsed};
use quote::{ToTokens, quote};
use syn::{BinOp, Expr, Lit, parse_quote};

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        Kind::Expression("operator", operator),
        Kind::Expression("operands exchanged", operands),
        Kind::Expression("literal", literal),
        Kind::Expression("literal", literal),
        Kind::Expression("name", name),
        Kind::Expression("name", name),
        Kind::Expression("wrapped", wrap),
        Kind::Expression("wrapped", wrap),
        Kind::Expression("prefix", prefix),
        Kind::Expression("prefix dropped", drop_prefix),
        Kind::Expression("method", method),
        Kind::Expression("method called", call_method),
        Kind::Expression("range", range),
        Kind::Expression("cast", cast),
        Kind::Expression("closure", closure),
        Kind::Expression("condition", condition),
    ]
}

/// Whether something can stand around the expression: not around a place that is assigned to, as far as
/// one can see, nor around what is no value.
fn is_value(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::Array(_)
            | Expr::Binary(_)
            | Expr::Block(_)
            | Expr::Call(_)
            | Expr::Cast(_)
            | Expr::Field(_)
            | Expr::If(_)
            | Expr::Index(_)
            | Expr::Lit(_)
            | Expr::Match(_)
            | Expr::MethodCall(_)
            | Expr::Paren(_)
            | Expr::Path(_)
            | Expr::Tuple(_)
            | Expr::Unary(_)
    )
}

fn operator(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::Binary(binary) = expression else { return false };
    let arithmetic: [BinOp; 5] =
        [parse_quote!(+), parse_quote!(-), parse_quote!(*), parse_quote!(/), parse_quote!(%)];
    let comparing: [BinOp; 6] = [
        parse_quote!(<),
        parse_quote!(<=),
        parse_quote!(>),
        parse_quote!(>=),
        parse_quote!(==),
        parse_quote!(!=),
    ];
    let assigning: [BinOp; 4] =
        [parse_quote!(+=), parse_quote!(-=), parse_quote!(*=), parse_quote!(/=)];
    let logical: [BinOp; 5] =
        [parse_quote!(&&), parse_quote!(||), parse_quote!(&), parse_quote!(|), parse_quote!(^)];
    let kind = std::mem::discriminant(&binary.op);
    let is_among =
        |among: &[BinOp]| among.iter().any(|other| std::mem::discriminant(other) == kind);
    let chosen = if is_among(&arithmetic) {
        context.choose(&arithmetic)
    } else if is_among(&comparing) {
        context.choose(&comparing)
    } else if is_among(&assigning) {
        context.choose(&assigning)
    } else if is_among(&logical) {
        context.choose(&logical)
    } else {
        return false;
    };
    binary.op = *chosen;
    true
}

fn operands(expression: &mut Expr, _: &mut Context) -> bool {
    let Expr::Binary(binary) = expression else { return false };
    std::mem::swap(&mut binary.left, &mut binary.right);
    true
}

fn literal(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::Lit(syn::ExprLit { lit, .. }) = expression else { return false };
    let text = match lit {
        Lit::Float(float) => {
            let digits = float.base10_digits();
            let texts = [
                "0.0".to_string(),
                "1.0".to_string(),
                "-1.0".to_string(),
                "1_0.0e-3_f64".to_string(),
                "1.".to_string(),
                "1e0".to_string(),
                "2f64".to_string(),
                "0.1E+1".to_string(),
                "3_f64".to_string(),
                format!("{digits}_f64"),
                format!("-{digits}"),
                format!("{digits}f32"),
                "1e-320".to_string(),
                "1e308".to_string(),
                "123456789.123456789123456789".to_string(),
                "f64::EPSILON".to_string(),
                "std::f64::consts::LN_2".to_string(),
                "f64::INFINITY".to_string(),
                "f64::MIN_POSITIVE".to_string(),
                "-0.0".to_string(),
            ];
            context.choose(&texts).clone()
        }
        Lit::Int(integer) => {
            let digits = integer.base10_digits();
            let texts = [
                "0".to_string(),
                "1".to_string(),
                "2".to_string(),
                "-1".to_string(),
                "0x1".to_string(),
                "0b10".to_string(),
                "0o3".to_string(),
                format!("{digits}_usize"),
                format!("{digits}i32"),
                format!("{digits}_u8"),
                format!("{digits}.0"),
                "1_0".to_string(),
                "usize::MAX".to_string(),
                "b'a'".to_string(),
            ];
            context.choose(&texts).clone()
        }
        Lit::Bool(truth) => (!truth.value).to_string(),
        _ => return false,
    };
    match syn::parse_str(&text) {
        Ok(changed) => {
            *expression = changed;
            true
        }
        Err(_) => false,
    }
}

fn name(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::Path(path) = expression else { return false };
    let Some(known) = path.path.get_ident() else { return false };
    let name = context.name();
    if *known == name || !context.names.contains(known) {
        return false;
    }
    *expression = parsed!(#name);
    true
}

/// What to put around an expression, `$`.
#[rustfmt::skip]
const WRAPPED: &[&str] = &[
    "($)", "{ $ }", "{ let wrapped = $; wrapped }", "{ let x = $; x }", "(|| $)()", "(move || $)()", "(|x| x)($)",
    "(|x: f64| -> f64 { return x; })($)", "if true { $ } else { $ }", "if cfg!(debug_assertions) { $ } else { $ }",
    "match () { () => $ }", "match 1 { 0 => $, _ => $ }", "match $ { v => v }", "match 3 { 0..=2 => $, 3 | 4 => $, _ => $ }",
    "loop { break $; }", "'a: { break 'a $; }", "'outer: loop { loop { break 'outer $ } }",
    "[$][0]", "[$, $][1]", "($, 0).0", "(0, ($, 1)).1.0", "vec![$][0]", "vec![$; 3][2]", "*&$", "*&mut $.clone()", "(&$).clone()", "($).clone()",
    "$ + $", "$ - $", "$ * 0.0", "$ / $", "$ % 2.0", "-(-$)", "$ + 1e-3 * $ * $",
    "std::convert::identity($)", "std::hint::black_box($)", "f64::from($)", "f64::max($, 0.5)", "f64::abs($)",
    "f64::powi($, 2)", "core::primitive::f64::sin($)", "<f64>::exp($)", "<f64 as Clone>::clone(&$)", "Into::<f64>::into($)",
    "Some($).unwrap()", "Some($).map_or(0.0, |v| v)", "Some($).unwrap_or_default()", "Ok::<f64, ()>($).unwrap()",
    "if let Some(v) = Some($) { v } else { 0.0 }", "match Some($) { Some(v) if v > 0.0 => v, Some(v) => -v, None => 0.0 }",
    "[$; 2].iter().sum::<f64>()", "[$, $].iter().copied().fold(0.0, f64::max)", "[$, $].into_iter().product::<f64>()",
    "(0..3).map(|_| $).sum::<f64>()", "(0..3).map(|i| i as f64 * $).sum::<f64>()", "[$, 1.0].iter().map(|v| v * v).sum::<f64>()",
    "vec![$, $].iter().rev().skip(1).sum::<f64>()", "[[$; 2]; 2].iter().flatten().sum::<f64>()",
    "{ fn nested(v: f64) -> f64 { v * v } nested($) }", "{ const K: f64 = 2.0; K * $ }", "{ use std::f64::consts::PI; $ * PI }",
    "{ #[allow(unused)] let unused = 1; $ }", "{ let mut accumulated = $; accumulated += 1.0; accumulated }",
    "{ let (first, _) = ($, 1); first }", "{ let [first, ..] = [$, $]; first }", "{ let Some(v) = Some($) else { return 0.0 }; v }",
    "{ let r = &$; *r }", "{ let mut b = $; let r = &mut b; *r *= 2.0; b }", "{ let mut v = Vec::new(); v.push($); v[0] }",
    "{ let mut v = vec![$; 2]; v.swap(0, 1); v[0] }", "{ let a = [$, 2.0]; let [p, q] = a; p * q }", "std::mem::replace(&mut $, 1.0)",
    "{ let mut b = $; for _ in 0..3 { b *= 0.5; if b < 0.1 { break; } } b }", "{ let mut b = $; while b > 1.0 { b *= 0.5; } b }",
    "{ let t = ($, $); t.0 * t.1 }", "{ let f = |v: f64| v * $; f(f(1.0)) }", "{ if $ < 0.0 { return $; } $ }",
    "{ let mut a = [0.0; 3]; for (i, v) in a.iter_mut().enumerate() { *v = $ * i as f64; } a[2] }",
    "{ struct P { a: f64 } let p = P { a: $ }; p.a }", "{ macro_rules! m { ($e:expr) => { $e * 2.0 }; } m!($) }",
];

fn wrap(expression: &mut Expr, context: &mut Context) -> bool {
    if !is_value(expression) {
        return false;
    }
    let is_simple = matches!(
        expression,
        Expr::Call(_) | Expr::Lit(_) | Expr::MethodCall(_) | Expr::Paren(_) | Expr::Path(_)
    );
    let inner = match is_simple {
        true => expression.to_token_stream(),
        false => quote!((#expression)),
    };
    match filled(context.choose::<&str>(WRAPPED), &inner) {
        Some(wrapped) => {
            *expression = wrapped;
            true
        }
        None => false,
    }
}

fn prefix(expression: &mut Expr, context: &mut Context) -> bool {
    if !is_value(expression) {
        return false;
    }
    let e = expression.clone();
    *expression = match context.choice % 5 {
        0 => parsed!(&#e),
        1 => parsed!(*#e),
        2 => parsed!(-#e),
        3 => parsed!(!#e),
        _ => parsed!(&mut #e),
    };
    true
}

fn drop_prefix(expression: &mut Expr, _: &mut Context) -> bool {
    let inner = match expression {
        Expr::Unary(unary) => unary.expr.as_ref().clone(),
        Expr::Reference(reference) => reference.expr.as_ref().clone(),
        Expr::Paren(paren) => paren.expr.as_ref().clone(),
        Expr::Cast(cast) => cast.expr.as_ref().clone(),
        Expr::Field(field) => field.base.as_ref().clone(),
        _ => return false,
    };
    *expression = inner;
    true
}

/// Methods of one receiver and no argument, and of one argument.
const METHODS: [&[&str]; 2] = [
    &[
        "abs",
        "sin",
        "cos",
        "tan",
        "exp",
        "ln",
        "sqrt",
        "tanh",
        "recip",
        "floor",
        "signum",
        "exp_m1",
        "ln_1p",
        "cbrt",
        "fract",
        "to_radians",
        "sinh",
        "atan",
        "clone",
        "to_owned",
        "neg",
        "iter",
        "len",
        "rev",
        "copied",
        "cloned",
        "sum",
        "product",
        "count",
        "to_vec",
        "is_nan",
        "asinh",
        "exp2",
        "log10",
        "round",
        "next_up",
        "to_bits",
        "first",
        "last",
        "unwrap",
        "into",
        "sin_cos",
        "is_sign_negative",
        "to_degrees",
        "acosh",
        "digamma",
        "round_ties_even",
        "min",
        "max",
    ],
    &[
        "max",
        "min",
        "powf",
        "powi",
        "hypot",
        "atan2",
        "copysign",
        "rem_euclid",
        "div_euclid",
        "log",
        "add",
        "mul",
        "sub",
        "zip",
        "chain",
        "map",
        "filter",
        "take",
        "skip",
        "step_by",
        "for_each",
        "abs_sub",
        "chunks",
        "windows",
        "midpoint",
        "total_cmp",
        "get",
        "pow",
        "saturating_sub",
        "wrapping_add",
        "abs_diff",
        "eq",
        "partial_cmp",
        "rev",
        "nth",
        "flat_map",
        "inspect",
        "take_while",
        "max_by",
        "position",
        "all",
        "any",
        "contains",
        "concat",
    ],
];

fn method(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::MethodCall(call) = expression else { return false };
    let Some(names) = METHODS.get(call.args.len()) else { return false };
    let name = context.choose(names);
    call.method = syn::Ident::new(name, call.method.span());
    true
}

fn call_method(expression: &mut Expr, context: &mut Context) -> bool {
    if !is_value(expression) {
        return false;
    }
    let name = syn::Ident::new(context.choose::<&str>(METHODS[0]), proc_macro2::Span::call_site());
    let e = expression.clone();
    *expression = parsed!((#e).#name());
    true
}

fn range(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::Range(range) = expression else { return false };
    let (start, end) = (&range.start, &range.end);
    let start = start.as_ref().map_or(quote!(0), ToTokens::to_token_stream);
    let end = end.as_ref().map_or(quote!(3), ToTokens::to_token_stream);
    *expression = match context.choice % 9 {
        0 => parsed!((#start..=#end)),
        1 => parsed!((#start..#end).rev()),
        2 => parsed!((#start..#end).step_by(2)),
        3 => parsed!((#end..#start)),
        4 => parsed!((#start..#end).skip(1)),
        5 => parsed!((#start..#end).take(2)),
        6 => parsed!((#start..#end).filter(|i| i % 2 == 0)),
        7 => parsed!((#start + 1..#end)),
        _ => parsed!((#start..#end).chain(0..1)),
    };
    true
}

fn cast(expression: &mut Expr, context: &mut Context) -> bool {
    if !is_value(expression) {
        return false;
    }
    let e = expression.clone();
    *expression = match context.choice % 6 {
        0 => parsed!((#e) as f64),
        1 => parsed!((#e) as f32 as f64),
        2 => parsed!((#e) as usize),
        3 => parsed!((#e) as i32 as f64),
        4 => parsed!((#e) as i64 as usize),
        _ => parsed!((#e) as u8 as f64),
    };
    true
}

fn closure(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::Closure(closure) = expression else { return false };
    let body = closure.body.clone();
    match context.choice % 5 {
        0 => closure.capture = Some(Default::default()),
        1 => *closure.body = parsed!({ #body }),
        2 => *closure.body = parsed!({ return #body; }),
        3 => *closure.body = parsed!((#body)),
        _ => {
            for input in &mut closure.inputs {
                // A pattern with a type is none that may stand in parentheses.
                *input = match input.clone() {
                    syn::Pat::Ident(name) if name.by_ref.is_none() && name.mutability.is_none() => {
                        let mut name = name;
                        name.mutability = Some(Default::default());
                        syn::Pat::Ident(name)
                    }
                    other => other,
                };
            }
        }
    }
    true
}

fn condition(expression: &mut Expr, context: &mut Context) -> bool {
    let condition = match expression {
        Expr::If(branch) => &mut branch.cond,
        Expr::While(each) => &mut each.cond,
        _ => return false,
    };
    let c = condition.clone();
    if matches!(*c, Expr::Let(_)) {
        return false;
    }
    let name = context.name();
    **condition = match context.choice % 7 {
        0 => parsed!(!(#c)),
        1 => parsed!((#c) && true),
        2 => parsed!(#name == #name && (#c)),
        3 => parsed!({ #c }),
        4 => parsed!(matches!(#c, true)),
        5 => parsed!((#c) & (1 < 2)),
        _ => parsed!((|| #c)()),
    };
    true
}
