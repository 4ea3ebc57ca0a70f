//! What several directions have in common is calculated once.
//!
//! In `y = f(g(x))` every direction multiplies by g' and by f'. Where g(x) is used for nothing else, the product of the
//! two is calculated first, once, and every direction multiplies by that: the *local partial derivatives* of y with
//! respect to what the formula is made of are preaccumulated (Griewank and Walther, *Evaluating Derivatives*, SIAM
//! 2008, section 10.2). They are tangents themselves, in directions of their own: the unit vectors of what enters the
//! formula.
//!
//! A formula is a tree of operations in one region: each result but the last is used by one other operation of it. It
//! is preaccumulated if that takes fewer tangents of operations than all directions take. Operations whose derivative
//! is a choice between arguments are not part of one: where that is not taken, a factor may be infinite.
//!
//! Guarantees: the same tangents but for rounding; what is known to be zero in a direction contributes nothing there.
//! A partial derivative may overflow where no tangent does, as an adjoint of reverse mode may.

use super::Forward;
use crate::derivatives;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::reverse::extremum::for_each_use;

/// With fewer directions there is little in common.
const FEWEST_DIRECTIONS: usize = 3;

/// What formulas of a function are preaccumulated.
#[derive(Default)]
pub(super) struct Preaccumulation {
    /// How often each value of the primal is used.
    uses: Map<ValueId, usize>,
    /// Results that need no tangent in any direction: one formula uses them.
    interior: Set<ValueId>,
    /// Their partial derivatives, by what enters the formula.
    partials: Map<ValueId, Partials>,
}

/// What enters a formula, with the partial derivative with respect to it.
type Partials = Vec<(ValueId, ValueId)>;

/// A formula that ends with a value.
struct Formula {
    /// The results in it before the last.
    interior: Vec<ValueId>,
    /// What enters it.
    entering: Vec<ValueId>,
    /// How many tangents of operations its partial derivatives take.
    partials: usize,
    /// How many the cheapest way takes that is known, in all directions.
    tangents: usize,
}

impl Preaccumulation {
    pub(super) fn of(primal: &Function, directions: usize) -> Self {
        let mut uses = Map::new();
        if directions >= FEWEST_DIRECTIONS {
            let mut count = |value: ValueId| {
                let before = uses.get(&value).copied().unwrap_or(0);
                uses.insert(value, before + 1);
            };
            for_each_use(&primal.body, &mut count);
            primal.result.for_each_operand(&mut |value| count(*value));
        }
        Self { uses, ..Self::default() }
    }
}

/// Whether the derivative is a sum of products, whatever the arguments are.
fn is_smooth(operation: Operation) -> bool {
    use FloatOperation::{
        Add, Cos, Cosh, Div, Exp, Ln, Mul, MulAdd, Neg, Powi, Recip, Sin, Sinh, Sqrt, Sub, Tan,
        Tanh,
    };
    matches!(
        operation,
        Operation::Float(
            Add | Sub
                | Neg
                | Mul
                | MulAdd
                | Div
                | Recip
                | Sqrt
                | Powi
                | Exp
                | Ln
                | Sin
                | Cos
                | Tan
                | Sinh
                | Cosh
                | Tanh
        )
    )
}

impl Forward<'_> {
    /// Chooses the formulas of a region that are preaccumulated, before its instructions are visited.
    pub(super) fn plan_formulas(&mut self, region: &Region) {
        if self.tangents.len() < FEWEST_DIRECTIONS {
            return;
        }
        let mut formulas: Map<ValueId, Formula> = Map::new();
        for instruction in &region.instructions {
            let InstructionKind::Operation(operation, arguments) = &instruction.kind else {
                continue;
            };
            let result = instruction.results[0];
            if !is_smooth(*operation) || self.directions_of(result) == 0 {
                continue;
            }
            let mut formula =
                Formula { interior: vec![], entering: vec![], partials: 0, tangents: 0 };
            for (position, argument) in arguments.iter().enumerate() {
                if arguments[..position].contains(argument) || self.directions_of(*argument) == 0 {
                    continue;
                }
                let here = arguments.iter().filter(|other| *other == argument).count();
                let only_here = self.preaccumulation.uses.get(argument) == Some(&here);
                match formulas.remove(argument).filter(|_| only_here) {
                    Some(inner) => {
                        formula.interior.extend(inner.interior);
                        formula.interior.push(*argument);
                        formula.partials += inner.partials;
                        formula.tangents += inner.tangents;
                        for value in inner.entering {
                            if !formula.entering.contains(&value) {
                                formula.entering.push(value);
                            }
                        }
                    }
                    None if !formula.entering.contains(argument) => {
                        formula.entering.push(*argument);
                    }
                    None => {}
                }
            }
            formula.partials += formula.entering.len();
            formula.tangents += self.directions_of(result);
            self.choose_formula(&mut formula);
            formulas.insert(result, formula);
        }
    }

    /// Takes a formula that is worth it; one that ends later may take it in.
    fn choose_formula(&mut self, formula: &mut Formula) {
        let products: usize = formula.entering.iter().map(|value| self.directions_of(*value)).sum();
        if formula.partials + products < formula.tangents {
            self.preaccumulation.interior.insert_all(&formula.interior);
            formula.tangents = formula.partials + products;
        }
    }

    /// In how many directions a value varies.
    fn directions_of(&self, value: ValueId) -> usize {
        self.tangents.iter().filter(|tangents| tangents.activity.is_active(value)).count()
    }

    /// The tangents of an operation that belongs to a formula that is preaccumulated; `false` if it does not.
    pub(super) fn in_formula(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
    ) -> bool {
        let is_interior = self.preaccumulation.interior.contains(result);
        let of_formula = |value: &ValueId| self.preaccumulation.partials.contains_key(value);
        if !is_interior && !arguments.iter().any(of_formula) {
            return false;
        }
        let mut entering: Vec<ValueId> = vec![];
        for argument in arguments {
            let inner = self.preaccumulation.partials.get(argument);
            let own = [*argument];
            let values: Vec<_> = match inner {
                Some(inner) => inner.iter().map(|(value, _)| *value).collect(),
                None => own.into(),
            };
            for value in values {
                if self.directions_of(value) > 0 && !entering.contains(&value) {
                    entering.push(value);
                }
            }
        }
        let mut partials = Partials::new();
        for value in entering {
            let mut tangents = vec![];
            for argument in arguments {
                tangents.push(match self.preaccumulation.partials.get(argument) {
                    Some(inner) => {
                        inner.iter().find(|(own, _)| *own == value).map(|(_, partial)| *partial)
                    }
                    None if *argument == value => {
                        let ty = self.float_type(value);
                        Some(self.builder.float(1.0, &ty))
                    }
                    None => None,
                });
            }
            let partial =
                derivatives::jvp(operation, arguments, result, &tangents, &mut self.builder);
            partials.extend(partial.map(|partial| (value, partial)));
        }
        if is_interior {
            self.preaccumulation.partials.insert(result, partials);
            return true;
        }
        self.in_each_direction(|forward| {
            if forward.is_active(result) {
                let products = partials.iter().filter_map(|(value, partial)| {
                    let tangent = forward.known(*value)?;
                    Some((tangent, *partial))
                });
                let products: Vec<_> = products.collect();
                let mut sum = None;
                for (tangent, partial) in products {
                    let builder = &mut forward.builder;
                    let product = builder.float_operation(FloatOperation::Mul, &[tangent, partial]);
                    sum = Some(match sum {
                        None => product,
                        Some(sum) => builder.float_operation(FloatOperation::Add, &[sum, product]),
                    });
                }
                forward.set(result, sum);
            }
        });
        true
    }
}
