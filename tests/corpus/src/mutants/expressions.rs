//! Changes to expressions.

use super::{Context, Kind};
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
    *expression = parse_quote!(#name);
    true
}

fn wrap(expression: &mut Expr, context: &mut Context) -> bool {
    if !is_value(expression) {
        return false;
    }
    let e = expression.clone();
    let wrapped: &[fn(Expr) -> Expr] = &[
        |e| parse_quote!((#e)),
        |e| parse_quote!({ #e }),
        |e| parse_quote!({ let wrapped = #e; wrapped }),
        |e| parse_quote!({ let x = #e; x }),
        |e| parse_quote!((|| #e)()),
        |e| parse_quote!((|x| x)(#e)),
        |e| parse_quote!(if true { #e } else { #e }),
        |e| parse_quote!(if cfg!(debug_assertions) { #e } else { #e }),
        |e| parse_quote!(match () { () => #e }),
        |e| parse_quote!(match 1 { 0 => #e, _ => #e }),
        |e| parse_quote!(loop { break #e; }),
        |e| parse_quote!('a: { break 'a #e; }),
        |e| parse_quote!('outer: loop { loop { break 'outer #e } }),
        |e| parse_quote!([#e][0]),
        |e| parse_quote!((#e, 0).0),
        |e| parse_quote!(vec![#e][0]),
        |e| parse_quote!(*&#e),
        |e| parse_quote!((&#e).clone()),
        |e| parse_quote!((#e).clone()),
        |e| parse_quote!(#e + #e),
        |e| parse_quote!(#e - #e),
        |e| parse_quote!(#e * 0.0),
        |e| parse_quote!(std::convert::identity(#e)),
        |e| parse_quote!(std::hint::black_box(#e)),
        |e| parse_quote!(f64::from(#e)),
        |e| parse_quote!(f64::max(#e, 0.5)),
        |e| parse_quote!(Some(#e).unwrap()),
        |e| parse_quote!(Some(#e).map_or(0.0, |v| v)),
        |e| parse_quote!(if let Some(v) = Some(#e) { v } else { 0.0 }),
        |e| parse_quote!(match Some(#e) { Some(v) if v > 0.0 => v, Some(v) => -v, None => 0.0 }),
        |e| parse_quote!([#e; 2].iter().sum::<f64>()),
        |e| parse_quote!([#e, #e].iter().copied().fold(0.0, f64::max)),
        |e| parse_quote!((0..3).map(|_| #e).sum::<f64>()),
        |e| parse_quote!({ fn nested(v: f64) -> f64 { v * v } nested(#e) }),
        |e| parse_quote!({ #[allow(unused)] let unused = 1; #e }),
        |e| parse_quote!({ let mut accumulated = #e; accumulated += 1.0; accumulated }),
        |e| parse_quote!({ let (first, _) = (#e, 1); first }),
        |e| parse_quote!({ let [first, ..] = [#e, #e]; first }),
        |e| parse_quote!({ let Some(v) = Some(#e) else { return 0.0 }; v }),
        |e| parse_quote!({ let r = &#e; *r }),
        |e| parse_quote!({ let mut b = #e; let r = &mut b; *r *= 2.0; b }),
        |e| parse_quote!(std::mem::replace(&mut #e, 1.0)),
    ];
    let changed = context.choose(wrapped)(e);
    *expression = changed;
    true
}

fn prefix(expression: &mut Expr, context: &mut Context) -> bool {
    if !is_value(expression) {
        return false;
    }
    let e = expression.clone();
    *expression = match context.choice % 5 {
        0 => parse_quote!(&#e),
        1 => parse_quote!(*#e),
        2 => parse_quote!(-#e),
        3 => parse_quote!(!#e),
        _ => parse_quote!(&mut #e),
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
    *expression = parse_quote!((#e).#name());
    true
}

fn range(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::Range(range) = expression else { return false };
    let (start, end) = (&range.start, &range.end);
    let start = start.as_ref().map_or(quote!(0), ToTokens::to_token_stream);
    let end = end.as_ref().map_or(quote!(3), ToTokens::to_token_stream);
    *expression = match context.choice % 9 {
        0 => parse_quote!((#start..=#end)),
        1 => parse_quote!((#start..#end).rev()),
        2 => parse_quote!((#start..#end).step_by(2)),
        3 => parse_quote!((#end..#start)),
        4 => parse_quote!((#start..#end).skip(1)),
        5 => parse_quote!((#start..#end).take(2)),
        6 => parse_quote!((#start..#end).filter(|i| i % 2 == 0)),
        7 => parse_quote!((#start + 1..#end)),
        _ => parse_quote!((#start..#end).chain(0..1)),
    };
    true
}

fn cast(expression: &mut Expr, context: &mut Context) -> bool {
    if !is_value(expression) {
        return false;
    }
    let e = expression.clone();
    *expression = match context.choice % 6 {
        0 => parse_quote!((#e) as f64),
        1 => parse_quote!((#e) as f32 as f64),
        2 => parse_quote!((#e) as usize),
        3 => parse_quote!((#e) as i32 as f64),
        4 => parse_quote!((#e) as i64 as usize),
        _ => parse_quote!((#e) as u8 as f64),
    };
    true
}

fn closure(expression: &mut Expr, context: &mut Context) -> bool {
    let Expr::Closure(closure) = expression else { return false };
    let body = closure.body.clone();
    match context.choice % 5 {
        0 => closure.capture = Some(Default::default()),
        1 => *closure.body = parse_quote!({ #body }),
        2 => *closure.body = parse_quote!({ return #body; }),
        3 => *closure.body = parse_quote!((#body)),
        _ => {
            for input in &mut closure.inputs {
                *input = match input.clone() {
                    syn::Pat::Ident(name) => parse_quote!(mut #name),
                    other => parse_quote!((#other)),
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
        0 => parse_quote!(!(#c)),
        1 => parse_quote!((#c) && true),
        2 => parse_quote!(#name == #name && (#c)),
        3 => parse_quote!({ #c }),
        4 => parse_quote!(matches!(#c, true)),
        5 => parse_quote!((#c) & (1 < 2)),
        _ => parse_quote!((|| #c)()),
    };
    true
}
