//! The scalar operations of the IR, one table row each.
//!
//! A row names the operation, its arguments, its text in IR dumps and how Rust spells it. Lowering,
//! printing, emission, the interpreter and the table tests are all driven by it. Whether and how an
//! operation can be differentiated is in `derivatives`.

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
    /// `a as T`, with the type of the result.
    Cast,
}

macro_rules! operations {
    ($(#[$meta:meta])* $enum:ident { $( $(#[$doc:meta])* $name:ident ($arity:literal) $text:literal $spelling:expr; )* }) => {
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

operations! {
    /// Operations whose arguments and result are floats of one type (`Powi` and `Polygamma`
    /// take an `i32` second).
    #[allow(missing_docs)]
    FloatOperation {
        Neg(1) "neg" Prefix("-");
        Add(2) "add" Infix("+");
        Sub(2) "sub" Infix("-");
        Mul(2) "mul" Infix("*");
        Div(2) "div" Infix("/");
        Rem(2) "rem" Infix("%");
        MulAdd(3) "mul_add" Method("mul_add");
        Abs(1) "abs" Method("abs");
        Signum(1) "signum" Method("signum");
        Copysign(2) "copysign" Method("copysign");
        Recip(1) "recip" Method("recip");
        Sqrt(1) "sqrt" Method("sqrt");
        Cbrt(1) "cbrt" Method("cbrt");
        Hypot(2) "hypot" Method("hypot");
        Exp(1) "exp" Method("exp");
        Exp2(1) "exp2" Method("exp2");
        ExpM1(1) "exp_m1" Method("exp_m1");
        Ln(1) "ln" Method("ln");
        Ln1p(1) "ln_1p" Method("ln_1p");
        Log(2) "log" Method("log");
        Log2(1) "log2" Method("log2");
        Log10(1) "log10" Method("log10");
        Powf(2) "powf" Method("powf");
        Powi(2) "powi" Method("powi");
        Sin(1) "sin" Method("sin");
        Cos(1) "cos" Method("cos");
        Tan(1) "tan" Method("tan");
        Asin(1) "asin" Method("asin");
        Acos(1) "acos" Method("acos");
        Atan(1) "atan" Method("atan");
        Atan2(2) "atan2" Method("atan2");
        Sinh(1) "sinh" Method("sinh");
        Cosh(1) "cosh" Method("cosh");
        Tanh(1) "tanh" Method("tanh");
        Asinh(1) "asinh" Method("asinh");
        Acosh(1) "acosh" Method("acosh");
        Atanh(1) "atanh" Method("atanh");
        Max(2) "max" Method("max");
        Min(2) "min" Method("min");
        Clamp(3) "clamp" Method("clamp");
        Midpoint(2) "midpoint" Method("midpoint");
        Floor(1) "floor" Method("floor");
        Ceil(1) "ceil" Method("ceil");
        Round(1) "round" Method("round");
        RoundTiesEven(1) "round_ties_even" Method("round_ties_even");
        Trunc(1) "trunc" Method("trunc");
        Fract(1) "fract" Method("fract");
        DivEuclid(2) "div_euclid" Method("div_euclid");
        RemEuclid(2) "rem_euclid" Method("rem_euclid");
        ToDegrees(1) "to_degrees" Method("to_degrees");
        ToRadians(1) "to_radians" Method("to_radians");
        NextUp(1) "next_up" Method("next_up");
        NextDown(1) "next_down" Method("next_down");
        Erf(1) "erf" Special("erf");
        Erfc(1) "erfc" Special("erfc");
        NormCdf(1) "norm_cdf" Special("norm_cdf");
        LnGamma(1) "ln_gamma" Special("ln_gamma");
        Digamma(1) "digamma" Special("digamma");
        /// Derivative of digamma; only derivative code has it.
        Trigamma(1) "trigamma" Special("trigamma");
        /// The n-th derivative of digamma, n an `i32` second; only derivative code has it.
        Polygamma(2) "polygamma" Special("polygamma");
        /// The value with zero derivative.
        Detach(1) "detach" Special("detach");
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
                )
            }
            _ => false,
        }
    }
}
