//! The rewrite table: algebra as data, one row each, and what each row claims.
//!
//! A row is `name [claim] (holes; constant holes) : pattern => replacement`. A plain hole stands for
//! any value, a constant hole for any float constant, `-c` with a constant hole `c` for any negative
//! one. `+` and `*` match in both orders. A row applies where it makes the graph smaller; a row that
//! is marked `Moves` also where it keeps the size and moves toward the canonical order: signs outward,
//! a difference instead of a sum with a negation, a factor instead of a sum with itself. So rewriting
//! ends.

use super::matching::Shapes;
use crate::formula::{Formulas, Node, Operand, Term};
use crate::ir::operations::Operation;
use std::sync::LazyLock;

/// How far the replacement may differ from the pattern. NaN is NaN, whatever its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Bit for bit the same for all inputs.
    Exact,
    /// The same but for the sign of a zero.
    ZeroSign,
    /// Equal in exact arithmetic; the same up to a few roundings while no intermediate result
    /// overflows or underflows.
    Rounding,
}

/// One row.
#[derive(Debug)]
pub(super) struct Rewrite {
    /// For messages of tests.
    pub(super) name: &'static str,
    pub(super) claim: Claim,
    /// Whether it may keep the size of the graph: it moves toward the canonical order.
    pub(super) moves: bool,
    /// Holes `0..plain` take any value.
    pub(super) plain: usize,
    /// Holes `plain..holes` take constants.
    pub(super) holes: usize,
    /// Nodes of both sides.
    pub(super) nodes: Vec<Node>,
    pub(super) pattern: usize,
    pub(super) replacement: usize,
    /// The operations of the replacement that are left after folding constants.
    pub(super) added: usize,
    /// What the arguments of the root have to be, at least.
    pub(super) needs: Shapes,
}

/// By the number of an operation: the rows with it at the root of their pattern.
static BY_ROOT: LazyLock<Vec<Vec<&'static Rewrite>>> = LazyLock::new(|| {
    let mut groups = vec![];
    for row in REWRITES.iter() {
        let Node::Operation(root, _) = row.nodes[row.pattern] else { continue };
        if groups.len() <= root.number() {
            groups.resize(root.number() + 1, vec![]);
        }
        groups[root.number()].push(row);
    }
    groups
});

/// The rows that may apply to an operation, in the order of the table.
pub(super) fn rows_for(operation: Operation) -> &'static [&'static Rewrite] {
    match BY_ROOT.get(operation.number()) {
        Some(rows) => rows,
        None => &[],
    }
}

macro_rules! rewrite_rules {
    ($( $name:literal [$claim:ident $(, $moves:ident)?] ($($hole:ident),* $(; $($constant:ident),*)?)
        : $pattern:expr => $replacement:expr; )*) => {
        /// The table.
        pub(super) static REWRITES: LazyLock<Vec<Rewrite>> = LazyLock::new(|| vec![$( {
            let formulas = Formulas::default();
            let mut position = 0..;
            let mut hole = || formulas.add(Node::Argument(position.next().unwrap_or_default()));
            $( let $hole = hole(); )*
            $( $( let $constant = hole(); )* )?
            let pattern = Term::index(Operand::term($pattern, &formulas));
            let replacement = Term::index(Operand::term($replacement, &formulas));
            let plain = [$( stringify!($hole) ),*].len();
            Rewrite {
                name: $name,
                claim: Claim::$claim,
                moves: !<[&str]>::is_empty(&[$( stringify!($moves) )?]),
                plain,
                holes: plain $( + [$( stringify!($constant) ),*].len() )?,
                nodes: formulas.nodes(),
                pattern,
                replacement,
                added: 0,
                needs: Shapes::default(),
            }
            .counted()
        } ),*]);
    };
}

rewrite_rules! {
    // Signs move outward and meet.
    "neg-neg"            [Exact]           (x)          : -(-x)                       => x;
    "add-neg"            [Exact, Moves]    (x, y)       : x + -y                      => x - y;
    "sub-neg"            [Exact, Moves]    (x, y)       : x - -y                      => x + y;
    "neg-sub"            [ZeroSign, Moves] (x, y)       : -(x - y)                    => y - x;
    "mul-neg-neg"        [Exact, Moves]    (x, y)       : -x * -y                     => x * y;
    "div-neg-neg"        [Exact, Moves]    (x, y)       : -x / -y                     => x / y;
    "mul-neg"            [Exact, Moves]    (x, y)       : -x * y                      => -(x * y);
    "div-neg-numerator"  [Exact, Moves]    (x, y)       : -x / y                      => -(x / y);
    "div-neg"            [Exact, Moves]    (x, y)       : x / -y                      => -(x / y);
    "abs-neg"            [Exact, Moves]    (x)          : (-x).abs()                  => x.abs();
    "abs-abs"            [Exact]           (x)          : x.abs().abs()               => x.abs();
    "neg-mul-constant"   [Exact]           (x; c)       : -(x * c)                    => -c * x;
    "neg-div-constant"   [Exact]           (x; c)       : -(c / x)                    => -c / x;
    "mul-neg-constant"   [Exact, Moves]    (x; c)       : -x * c                      => -c * x;
    "add-negative"       [Exact, Moves]    (x, y; c)    : x + y * -c                  => x - c * y;
    "sub-negative"       [Exact, Moves]    (x, y; c)    : x - y * -c                  => x + c * y;
    "add-negative-quotient" [Exact, Moves] (x, y, z; c) : x + y * -c / z              => x - c * y / z;
    "sub-negative-quotient" [Exact, Moves] (x, y, z; c) : x - y * -c / z              => x + c * y / z;
    "add-negative-term"  [Exact, Moves]    (x; c)       : x + -c                      => x - c;

    // Neutral elements.
    "mul-one"            [Exact]           (x)          : x * 1.0                     => x;
    "mul-minus-one"      [Exact, Moves]    (x)          : x * -1.0                    => -x;
    "div-one"            [Exact]           (x)          : x / 1.0                     => x;
    "div-minus-one"      [Exact, Moves]    (x)          : x / -1.0                    => -x;
    "sub-zero"           [Exact]           (x)          : x - 0.0                     => x;
    "add-minus-zero"     [Exact]           (x)          : x + -0.0                    => x;
    "add-zero"           [ZeroSign]        (x)          : x + 0.0                     => x; // -0.0 becomes +0.0
    "zero-sub"           [ZeroSign, Moves] (x)          : 0.0 - x                     => -x;

    // Equal terms and factors are counted, constants gather.
    "double"             [Exact, Moves]    (x)          : x + x                       => 2.0 * x;
    "one-more"           [Rounding]        (x; c)       : x * c + x                   => (c + 1.0) * x;
    "one-less"           [Rounding]        (x; c)       : x * c - x                   => (c - 1.0) * x;
    "minus-twice"        [Exact, Moves]    (x)          : -x - x                      => -2.0 * x;
    "take-back"          [Rounding]        (x, y)       : x + y - x                   => y;
    "take-off"           [Rounding]        (x, y)       : x - y - x                   => -y;
    "put-back"           [Rounding]        (x, y)       : x - y + y                   => x;
    "add-constants"      [Rounding]        (x; c, d)    : x + c + d                   => x + (c + d);
    "sub-constants"      [Rounding]        (x; c, d)    : x - c - d                   => x - (c + d);
    "add-sub-constants"  [Rounding]        (x; c, d)    : x + c - d                   => x + (c - d);
    "sub-add-constants"  [Rounding]        (x; c, d)    : x - c + d                   => x + (d - c);
    "constant-sub-add"   [Rounding]        (x; c, d)    : c - x + d                   => c + d - x;
    "constant-sub-sub"   [Rounding]        (x; c, d)    : c - x - d                   => c - d - x;
    "factor-add"         [Rounding]        (x, y, z)    : x * y + x * z               => x * (y + z);
    "factor-sub"         [Rounding]        (x, y, z)    : x * y - x * z               => x * (y - z);
    "common-divisor"     [Rounding]        (x, y, z)    : x / z + y / z               => (x + y) / z;
    "common-divisor-sub" [Rounding]        (x, y, z)   : x / z - y / z               => (x - y) / z;
    "mul-constants"      [Rounding, Moves] (x; c, d)    : x * c * d                   => c * d * x;
    "mul-mul-constants"  [Rounding]        (x, y; c, d) : (x * c) * (y * d)           => c * d * (x * y);
    "div-constants"      [Rounding]        (x; c, d)    : x * c / d                   => c / d * x;
    "div-mul-constants"  [Rounding]        (x; c, d)    : c / x * d                   => c * d / x;
    "mul-recip"          [Rounding]        (x, y)       : x * (1.0 / y)               => x / y;

    // Powers.
    "powi-0"             [Exact]           (x)          : x.powi(0)                   => 1.0;
    "powi-1"             [Exact]           (x)          : x.powi(1)                   => x;
    "powf-0"             [Exact]           (x)          : x.powf(0.0)                 => 1.0;
    "powf-1"             [Rounding]        (x)          : x.powf(1.0)                 => x;
    "powf-2"             [Rounding, Moves] (x)          : x.powf(2.0)                 => x * x;
    "powf-minus-1"       [Rounding, Moves] (x)          : x.powf(-1.0)                => 1.0 / x;

    // Choices and truth values.
    "select-same"        [Exact]           (c, x)       : c.choose(x, x)              => x;
    "select-not"         [Exact, Moves]    (c, x, y)    : c.not().choose(x, y)        => c.choose(y, x);
    "select-yes-again"   [Exact, Moves]    (c, x, y, z) : c.choose(c.choose(x, y), z) => c.choose(x, z);
    "select-no-again"    [Exact, Moves]    (c, x, y, z) : c.choose(x, c.choose(y, z)) => c.choose(x, z);
    "select-add-yes"     [Exact]           (c, x, y)    : c.choose(x, 0.0) + c.choose(y, 0.0)
                                               => c.choose(x + y, 0.0);
    "select-add-no"      [Exact]           (c, x, y)    : c.choose(0.0, x) + c.choose(0.0, y)
                                               => c.choose(0.0, x + y);
    "select-add-both"    [ZeroSign]        (c, x, y)    : c.choose(x, 0.0) + c.choose(0.0, y)
                                               => c.choose(x, y);
    "not-not"            [Exact]           (c)          : c.not().not()               => c;
    "not-equal"          [Exact, Moves]    (x, y)       : x.equals(y).not()           => x.differs(y);
    "not-not-equal"      [Exact, Moves]    (x, y)       : x.differs(y).not()          => x.equals(y);
    "and-same"           [Exact]           (c)          : c.and(c)                    => c;
    "or-same"            [Exact]           (c)          : c.or(c)                     => c;
}
