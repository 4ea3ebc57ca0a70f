//! The scalar operations of the IR, one table row each.
//!
//! A row names the operation, its arguments, its text in IR dumps and how Rust spells it. Lowering,
//! printing, emission, the interpreter and the table tests are all driven by it. Whether and how an
//! operation can be differentiated is in `derivatives`. Float operations also have their evaluator and
//! the intervals in which tests sample them.

#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "interpret"))]
use super::special;

/// How an operation is written in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `-a` or `!a`.
    Prefix(&'static str),
    /// `a + b`.
    Infix(&'static str),
    /// `a.name(b, …)`, an inherent method of the primitive type of `a`.
    Method(&'static str),
    /// `#crate::special::name(a, …)`.
    Special(&'static str),
    /// `#crate::__private::name(a, …)`.
    Private(&'static str),
    /// `a as T`, with the type of the result.
    Cast,
}

macro_rules! operations {
    ($(#[$meta:meta])* $enum:ident { $( $(#[$doc:meta])* $name:ident ($arity:expr) $text:literal $spelling:expr; )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $enum { $( $(#[$doc])* $name, )* }

        impl $enum {
            /// Every operation, in the order of the table.
            pub const ALL: &'static [$enum] = &[$( $enum::$name ),*];

            /// The number of arguments.
            pub fn arity(self) -> usize {
                match self { $( $enum::$name => $arity, )* }
            }

            /// The name in IR dumps.
            pub fn text(self) -> &'static str {
                match self { $( $enum::$name => $text, )* }
            }

            /// How Rust writes it.
            pub fn spelling(self) -> Spelling {
                use Spelling::*;
                match self { $( $enum::$name => $spelling, )* }
            }
        }
    };
}

macro_rules! float_operations {
    ($(#[$meta:meta])* $enum:ident { $(
        $(#[$doc:meta])*
        $name:ident ($($argument:ident),*) $text:literal $spelling:ident ($rust:literal)
            [$($sample:expr),*] { $value:expr };
    )* }) => {
        operations! {
            $(#[$meta])*
            $enum { $(
                $(#[$doc])* $name ([$(stringify!($argument)),*].len()) $text $spelling($rust);
            )* }
        }

        impl $enum {
            /// For each argument an interval in which the operation is smooth almost everywhere and
            /// well-conditioned: where tests sample it. Integer arguments are truncated.
            pub fn sample(self) -> &'static [std::ops::Range<f64>] {
                match self { $( $enum::$name => &[$( $sample ),*], )* }
            }

            /// What it computes, as the compiled Rust does; special functions to a few roundings.
            /// `None` if the number of arguments is wrong.
            #[cfg(any(test, feature = "interpret"))]
            #[allow(clippy::useless_conversion)]
            pub fn evaluate_f64(self, arguments: &[f64]) -> Option<f64> {
                match self { $( $enum::$name => {
                    let [$($argument),*] = *arguments else { return None };
                    Some($value)
                } )* }
            }

            /// What it computes, as the compiled Rust does; special functions to a few roundings.
            /// `None` if the number of arguments is wrong.
            #[cfg(any(test, feature = "interpret"))]
            pub fn evaluate_f32(self, arguments: &[f32]) -> Option<f32> {
                match self { $( $enum::$name => {
                    let [$($argument),*] = *arguments else { return None };
                    Some($value)
                } )* }
            }
        }
    };
}

// Columns: name, arguments, text in IR dumps, Rust spelling, sample intervals, value.
#[rustfmt::skip]
float_operations! {
    /// Operations whose arguments and result are floats of one type (`Powi` and `Polygamma` take an
    /// `i32` second).
    #[allow(missing_docs)]
    FloatOperation {
        Neg (a)                 "neg"             Prefix("-")               [-9.0..9.0]                        { -a };
        Add (a, b)              "add"             Infix("+")                [-9.0..9.0, -9.0..9.0]             { a + b };
        Sub (a, b)              "sub"             Infix("-")                [-9.0..9.0, -9.0..9.0]             { a - b };
        Mul (a, b)              "mul"             Infix("*")                [-9.0..9.0, -9.0..9.0]             { a * b };
        Div (a, b)              "div"             Infix("/")                [-9.0..9.0, 0.5..9.0]              { a / b };
        Rem (a, b)              "rem"             Infix("%")                [-9.0..9.0, 0.5..9.0]              { a % b };
        MulAdd (a, b, c)        "mul_add"         Method("mul_add")         [-9.0..9.0, -9.0..9.0, -9.0..9.0]  { a.mul_add(b, c) };
        Abs (a)                 "abs"             Method("abs")             [-9.0..9.0]                        { a.abs() };
        Signum (a)              "signum"          Method("signum")          [-9.0..9.0]                        { a.signum() };
        Copysign (a, b)         "copysign"        Method("copysign")        [-9.0..9.0, -9.0..9.0]             { a.copysign(b) };
        Recip (a)               "recip"           Method("recip")           [0.5..9.0]                         { a.recip() };
        Sqrt (a)                "sqrt"            Method("sqrt")            [0.5..9.0]                         { a.sqrt() };
        Cbrt (a)                "cbrt"            Method("cbrt")            [0.5..9.0]                         { a.cbrt() };
        Hypot (a, b)            "hypot"           Method("hypot")           [-9.0..9.0, 0.5..9.0]              { a.hypot(b) };
        Exp (a)                 "exp"             Method("exp")             [-9.0..9.0]                        { a.exp() };
        Exp2 (a)                "exp2"            Method("exp2")            [-9.0..9.0]                        { a.exp2() };
        ExpM1 (a)               "exp_m1"          Method("exp_m1")          [-3.0..9.0]                        { a.exp_m1() };
        Ln (a)                  "ln"              Method("ln")              [0.5..9.0]                         { a.ln() };
        Ln1p (a)                "ln_1p"           Method("ln_1p")           [-0.5..9.0]                        { a.ln_1p() };
        Log (a, b)              "log"             Method("log")             [0.5..9.0, 1.5..9.0]               { a.log(b) };
        Log2 (a)                "log2"            Method("log2")            [0.5..9.0]                         { a.log2() };
        Log10 (a)               "log10"           Method("log10")           [0.5..9.0]                         { a.log10() };
        Powf (a, b)             "powf"            Method("powf")            [0.5..3.0, -3.0..3.0]              { a.powf(b) };
        Powi (a, n)             "powi"            Method("powi")            [-3.0..-0.5, -5.0..6.0]            { a.powi(n as i32) };
        Sin (a)                 "sin"             Method("sin")             [-9.0..9.0]                        { a.sin() };
        Cos (a)                 "cos"             Method("cos")             [-9.0..9.0]                        { a.cos() };
        Tan (a)                 "tan"             Method("tan")             [-1.2..1.2]                        { a.tan() };
        Asin (a)                "asin"            Method("asin")            [-0.9..0.9]                        { a.asin() };
        Acos (a)                "acos"            Method("acos")            [-0.9..0.9]                        { a.acos() };
        Atan (a)                "atan"            Method("atan")            [-9.0..9.0]                        { a.atan() };
        Atan2 (a, b)            "atan2"           Method("atan2")           [-9.0..9.0, 0.5..9.0]              { a.atan2(b) };
        Sinh (a)                "sinh"            Method("sinh")            [-3.0..3.0]                        { a.sinh() };
        Cosh (a)                "cosh"            Method("cosh")            [-3.0..3.0]                        { a.cosh() };
        Tanh (a)                "tanh"            Method("tanh")            [-3.0..3.0]                        { a.tanh() };
        Asinh (a)               "asinh"           Method("asinh")           [-9.0..9.0]                        { a.asinh() };
        Acosh (a)               "acosh"           Method("acosh")           [1.5..9.0]                         { a.acosh() };
        Atanh (a)               "atanh"           Method("atanh")           [-0.9..0.9]                        { a.atanh() };
        Max (a, b)              "max"             Method("max")             [-9.0..9.0, -9.0..9.0]             { a.max(b) };
        Min (a, b)              "min"             Method("min")             [-9.0..9.0, -9.0..9.0]             { a.min(b) };
        Clamp (a, b, c)         "clamp"           Method("clamp")           [-9.0..9.0, -4.0..-1.0, 1.0..4.0]  { a.clamp(b, c) };
        Midpoint (a, b)         "midpoint"        Method("midpoint")        [-9.0..9.0, -9.0..9.0]             { a.midpoint(b) };
        Floor (a)               "floor"           Method("floor")           [-9.0..9.0]                        { a.floor() };
        Ceil (a)                "ceil"            Method("ceil")            [-9.0..9.0]                        { a.ceil() };
        Round (a)               "round"           Method("round")           [-9.0..9.0]                        { a.round() };
        RoundTiesEven (a)       "round_ties_even" Method("round_ties_even") [-9.0..9.0]                        { a.round_ties_even() };
        Trunc (a)               "trunc"           Method("trunc")           [-9.0..9.0]                        { a.trunc() };
        Fract (a)               "fract"           Method("fract")           [-9.0..9.0]                        { a.fract() };
        DivEuclid (a, b)        "div_euclid"      Method("div_euclid")      [-9.0..9.0, 0.5..9.0]              { a.div_euclid(b) };
        RemEuclid (a, b)        "rem_euclid"      Method("rem_euclid")      [-9.0..9.0, 0.5..9.0]              { a.rem_euclid(b) };
        ToDegrees (a)           "to_degrees"      Method("to_degrees")      [-9.0..9.0]                        { a.to_degrees() };
        ToRadians (a)           "to_radians"      Method("to_radians")      [-9.0..9.0]                        { a.to_radians() };
        NextUp (a)              "next_up"         Method("next_up")         [-9.0..9.0]                        { a.next_up() };
        NextDown (a)            "next_down"       Method("next_down")       [-9.0..9.0]                        { a.next_down() };
        Erf (a)                 "erf"             Special("erf")            [-3.0..3.0]                        { special::erf(a.into()) as _ };
        Erfc (a)                "erfc"            Special("erfc")           [-3.0..3.0]                        { special::erfc(a.into()) as _ };
        NormCdf (a)             "norm_cdf"        Special("norm_cdf")       [-3.0..3.0]                        { special::norm_cdf(a.into()) as _ };
        LnGamma (a)             "ln_gamma"        Special("ln_gamma")       [0.5..9.0]                         { special::ln_gamma(a.into()) as _ };
        Digamma (a)             "digamma"         Special("digamma")        [0.5..9.0]                         { special::polygamma(a.into(), 0) as _ };
        /// Derivative of digamma; only derivative code has it.
        Trigamma (a)            "trigamma"        Special("trigamma")       [0.5..9.0]                         { special::polygamma(a.into(), 1) as _ };
        /// The n-th derivative of digamma, n an `i32` second; only derivative code has it.
        Polygamma (a, n)        "polygamma"       Special("polygamma")      [0.5..9.0, 0.0..4.0]               { special::polygamma(a.into(), n as i32) as _ };
        /// The derivative of tanh, 1 / cosh²; only derivative code has it.
        SechSquared (a)         "sech_squared"    Special("sech_squared")   [-3.0..3.0]                        { special::sech_squared(a.into()) as _ };
        /// The value with zero derivative.
        Detach (a)              "detach"          Special("detach")         [-9.0..9.0]                        { a };
    }
}

operations! {
    /// Questions about floats, answered by a `bool`.
    #[allow(missing_docs)]
    FloatPredicate {
        IsNan(1) "is_nan" Method("is_nan");
        IsInfinite(1) "is_infinite" Method("is_infinite");
        IsFinite(1) "is_finite" Method("is_finite");
        IsSubnormal(1) "is_subnormal" Method("is_subnormal");
        IsNormal(1) "is_normal" Method("is_normal");
        IsSignPositive(1) "is_sign_positive" Method("is_sign_positive");
        IsSignNegative(1) "is_sign_negative" Method("is_sign_negative");
    }
}

operations! {
    /// Comparisons of two numbers or truth values of one type.
    #[allow(missing_docs)]
    Comparison {
        Equal(2) "eq" Infix("==");
        NotEqual(2) "ne" Infix("!=");
        Less(2) "lt" Infix("<");
        LessEqual(2) "le" Infix("<=");
        Greater(2) "gt" Infix(">");
        GreaterEqual(2) "ge" Infix(">=");
    }
}

operations! {
    /// Operations on truth values, all arguments evaluated.
    #[allow(missing_docs)]
    BooleanOperation {
        Not(1) "not" Prefix("!");
        And(2) "and" Infix("&");
        Or(2) "or" Infix("|");
        Xor(2) "xor" Infix("^");
    }
}

operations! {
    /// Operations on integers of one type (shift and power counts may have another); most can panic.
    #[allow(missing_docs)]
    IntegerOperation {
        Neg(1) "ineg" Prefix("-");
        Not(1) "inot" Prefix("!");
        Add(2) "iadd" Infix("+");
        Sub(2) "isub" Infix("-");
        Mul(2) "imul" Infix("*");
        Div(2) "idiv" Infix("/");
        Rem(2) "irem" Infix("%");
        And(2) "iand" Infix("&");
        Or(2) "ior" Infix("|");
        Xor(2) "ixor" Infix("^");
        ShiftLeft(2) "shl" Infix("<<");
        ShiftRight(2) "shr" Infix(">>");
        Min(2) "imin" Method("min");
        Max(2) "imax" Method("max");
        Clamp(3) "iclamp" Method("clamp");
        Abs(1) "iabs" Method("abs");
        UnsignedAbs(1) "unsigned_abs" Method("unsigned_abs");
        AbsDiff(2) "abs_diff" Method("abs_diff");
        Signum(1) "isignum" Method("signum");
        Pow(2) "ipow" Method("pow");
        Isqrt(1) "isqrt" Method("isqrt");
        DivEuclid(2) "idiv_euclid" Method("div_euclid");
        RemEuclid(2) "irem_euclid" Method("rem_euclid");
        DivCeil(2) "div_ceil" Method("div_ceil");
        NextMultipleOf(2) "next_multiple_of" Method("next_multiple_of");
        NextPowerOfTwo(1) "next_power_of_two" Method("next_power_of_two");
        Ilog2(1) "ilog2" Method("ilog2");
        Ilog10(1) "ilog10" Method("ilog10");
        WrappingAdd(2) "wrapping_add" Method("wrapping_add");
        WrappingSub(2) "wrapping_sub" Method("wrapping_sub");
        WrappingMul(2) "wrapping_mul" Method("wrapping_mul");
        WrappingNeg(1) "wrapping_neg" Method("wrapping_neg");
        WrappingPow(2) "wrapping_pow" Method("wrapping_pow");
        WrappingShl(2) "wrapping_shl" Method("wrapping_shl");
        WrappingShr(2) "wrapping_shr" Method("wrapping_shr");
        SaturatingAdd(2) "saturating_add" Method("saturating_add");
        SaturatingSub(2) "saturating_sub" Method("saturating_sub");
        SaturatingMul(2) "saturating_mul" Method("saturating_mul");
        SaturatingPow(2) "saturating_pow" Method("saturating_pow");
        RotateLeft(2) "rotate_left" Method("rotate_left");
        RotateRight(2) "rotate_right" Method("rotate_right");
        CountOnes(1) "count_ones" Method("count_ones");
        CountZeros(1) "count_zeros" Method("count_zeros");
        LeadingZeros(1) "leading_zeros" Method("leading_zeros");
        TrailingZeros(1) "trailing_zeros" Method("trailing_zeros");
        SwapBytes(1) "swap_bytes" Method("swap_bytes");
        ReverseBits(1) "reverse_bits" Method("reverse_bits");
        /// Answers with a `bool`.
        IsPowerOfTwo(1) "is_power_of_two" Method("is_power_of_two");
        /// Answers with a `bool`.
        IsPositive(1) "is_positive" Method("is_positive");
        /// Answers with a `bool`.
        IsNegative(1) "is_negative" Method("is_negative");
        /// How many states of a loop of so many iterations to keep; only derivative code has it.
        CheckpointBudget(1) "checkpoint_budget" Private("checkpoint_budget");
        /// From a kept state to a wanted one, with so many more to keep: before which iteration to keep
        /// the next one; only derivative code has it.
        NextCheckpoint(3) "next_checkpoint" Private("next_checkpoint");
    }
}

/// A scalar operation: no memory, no effect besides a possible panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Floats to a float.
    Float(FloatOperation),
    /// A float to a `bool`.
    Predicate(FloatPredicate),
    /// Two scalars to a `bool`.
    Compare(Comparison),
    /// Truth values to a truth value.
    Boolean(BooleanOperation),
    /// Integers to an integer (or `bool`).
    Integer(IntegerOperation),
    /// `as`: to the type of the result.
    Cast,
    /// `condition, a, b`: a if the condition holds, else b; both are evaluated already.
    Select,
}

impl Operation {
    /// A small number of its own, for tables by operation.
    pub fn number(self) -> usize {
        const PREDICATES: usize = FloatOperation::ALL.len();
        const COMPARISONS: usize = PREDICATES + FloatPredicate::ALL.len();
        const BOOLEANS: usize = COMPARISONS + Comparison::ALL.len();
        const INTEGERS: usize = BOOLEANS + BooleanOperation::ALL.len();
        const OTHERS: usize = INTEGERS + IntegerOperation::ALL.len();
        match self {
            Operation::Float(operation) => operation as usize,
            Operation::Predicate(operation) => PREDICATES + operation as usize,
            Operation::Compare(operation) => COMPARISONS + operation as usize,
            Operation::Boolean(operation) => BOOLEANS + operation as usize,
            Operation::Integer(operation) => INTEGERS + operation as usize,
            Operation::Cast => OTHERS,
            Operation::Select => OTHERS + 1,
        }
    }

    /// The number of arguments.
    pub fn arity(self) -> usize {
        match self {
            Operation::Float(operation) => operation.arity(),
            Operation::Predicate(operation) => operation.arity(),
            Operation::Compare(operation) => operation.arity(),
            Operation::Boolean(operation) => operation.arity(),
            Operation::Integer(operation) => operation.arity(),
            Operation::Cast => 1,
            Operation::Select => 3,
        }
    }

    /// The name in IR dumps.
    pub fn text(self) -> &'static str {
        match self {
            Operation::Float(operation) => operation.text(),
            Operation::Predicate(operation) => operation.text(),
            Operation::Compare(operation) => operation.text(),
            Operation::Boolean(operation) => operation.text(),
            Operation::Integer(operation) => operation.text(),
            Operation::Cast => "cast",
            Operation::Select => "select",
        }
    }

    /// Whether it can panic: integer operations (overflow, zero divisors) and `clamp` (bounds).
    pub fn may_panic(self) -> bool {
        match self {
            Operation::Float(FloatOperation::Clamp) => true,
            Operation::Integer(operation) => {
                use IntegerOperation::*;
                !matches!(
                    operation,
                    Not | And
                        | Or
                        | Xor
                        | Min
                        | Max
                        | UnsignedAbs
                        | AbsDiff
                        | Signum
                        | WrappingAdd
                        | WrappingSub
                        | WrappingMul
                        | WrappingNeg
                        | WrappingPow
                        | WrappingShl
                        | WrappingShr
                        | SaturatingAdd
                        | SaturatingSub
                        | SaturatingMul
                        | SaturatingPow
                        | RotateLeft
                        | RotateRight
                        | CountOnes
                        | CountZeros
                        | LeadingZeros
                        | TrailingZeros
                        | SwapBytes
                        | ReverseBits
                        | IsPowerOfTwo
                        | IsPositive
                        | IsNegative
                        | CheckpointBudget
                        | NextCheckpoint
                )
            }
            _ => false,
        }
    }
}
