//! A loop that hands its adjoint to one iteration ends there.
//!
//! ```text
//! a = adjoint of the maximum                              for i in (0..n).rev() {
//! for i in (0..n).rev() {                                     if x[i] == maximum {
//!     x_gradient[i] += if x[i] == maximum { a } else { 0 }        x_gradient[i] += a;
//!     a = if x[i] == maximum { 0 } else { a }                     break;
//! }                                                       } }
//! ```
//!
//! The reverse of a maximum or minimum comes in this form. What comes after the iteration that took the adjoint would
//! add products with zero, and those before it add zeros.
//!
//! Assumes simplified derivative code. Guarantees: the same values where all slopes are finite, but for the sign of
//! zero. Loops that stand in other loops stay: those may run several iterations at once, which do not end together.

use crate::ir::builder::Builder;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::types::{IntegerType, Type};

/// Lets loops outside of others end where they have handed their adjoint over.
pub(super) fn end_where_handed_over(function: &mut Function) {
    let span = function.span();
    let mut used = Set::new();
    count_uses(&function.body, &mut used);
    function.result.for_each_operand(&mut |value| {
        used.insert(*value);
    });
    let taken = std::mem::replace(function, Function::empty(function.name.clone(), Type::Unit));
    let mut builder = Builder::new(taken, span);
    let body = std::mem::take(&mut builder.function.body);
    append(&mut builder, body.instructions, &used);
    *function = builder.finish();
}

fn count_uses(region: &Region, used: &mut Set<ValueId>) {
    region.for_each_instruction(&mut |instruction| {
        instruction.kind.for_each_operand(&mut |value| {
            used.insert(*value);
        });
        instruction.kind.for_each_region(&mut |inner| used.insert_all(&inner.yields));
    });
    used.insert_all(&region.yields);
}

fn append(builder: &mut Builder, instructions: Vec<Instruction>, used: &Set<ValueId>) {
    for mut instruction in instructions {
        builder.at(instruction.span);
        if let InstructionKind::If { then_region, else_region, .. } = &mut instruction.kind {
            for inner in [then_region, else_region] {
                let Region { parameters, instructions, yields } = std::mem::take(inner);
                builder.open(parameters);
                append(builder, instructions, used);
                *inner = builder.close(yields);
            }
        }
        match instruction {
            Instruction { kind: InstructionKind::For(counted), results, span } => {
                let unused = results.iter().all(|result| !used.contains(*result));
                match unused.then(|| Handing::of(builder, &counted)).flatten() {
                    Some(handing) => end_early(builder, counted, &handing),
                    None => {
                        let kind = InstructionKind::For(counted);
                        builder.append(Instruction { kind, results, span });
                    }
                }
            }
            instruction => builder.append(instruction),
        }
    }
}

/// How an iteration hands the adjoint over.
struct Handing {
    condition: ValueId,
    /// What the condition is where the adjoint is kept.
    keeps: bool,
    /// What each addition adds where it is handed over.
    added: Map<ValueId, ValueId>,
}

impl Handing {
    fn of(builder: &Builder, counted: &For) -> Option<Self> {
        let plain = !counted.exits && counted.lanes.is_none() && counted.chunks.is_none();
        let ([_, adjoint], [next]) = (&counted.body.parameters[..], &counted.body.yields[..])
        else {
            return None;
        };
        if !plain {
            return None;
        }
        let selections = Selections::of(builder, &counted.body);
        let (condition, keeps, kept) = selections.absent(*next)?;
        if kept != *adjoint {
            return None;
        }
        let linear = linear(&counted.body, *adjoint);
        let mut added = Map::new();
        for instruction in &counted.body.instructions {
            match &instruction.kind {
                InstructionKind::AddTo(_, value) => {
                    let (other, adds, contribution) = selections.absent(*value)?;
                    let handed =
                        other == condition && adds != keeps && linear.contains(contribution);
                    if !handed {
                        return None;
                    }
                    added.insert(*value, contribution);
                }
                InstructionKind::Constant(_)
                | InstructionKind::Operation(..)
                | InstructionKind::Length(_)
                | InstructionKind::Load(_) => {}
                _ => return None,
            }
        }
        Some(Self { condition, keeps, added })
    }
}

/// The selections of a body, and what is zero.
struct Selections {
    selections: Map<ValueId, [ValueId; 3]>,
    zeros: Set<ValueId>,
}

impl Selections {
    fn of(builder: &Builder, body: &Region) -> Self {
        let mut found = Self { selections: Map::new(), zeros: Set::new() };
        let is_zero =
            |constant: &Constant| matches!(constant, Constant::Float(number, _) if *number == 0.0);
        for instruction in &body.instructions {
            match &instruction.kind {
                InstructionKind::Operation(Operation::Select, arguments) => {
                    let [condition, yes, no] = arguments[..] else { continue };
                    found.selections.insert(instruction.results[0], [condition, yes, no]);
                    for side in [yes, no] {
                        if builder.constant_of(side).is_some_and(is_zero) {
                            found.zeros.insert(side);
                        }
                    }
                }
                InstructionKind::Constant(constant) if is_zero(constant) => {
                    found.zeros.insert(instruction.results[0]);
                }
                _ => {}
            }
        }
        found
    }

    /// The condition, what it is where the value is not zero, and what the value is then.
    fn absent(&self, value: ValueId) -> Option<(ValueId, bool, ValueId)> {
        let [condition, yes, no] = *self.selections.get(&value)?;
        match (self.zeros.contains(yes), self.zeros.contains(no)) {
            (false, true) => Some((condition, true, yes)),
            (true, false) => Some((condition, false, no)),
            _ => None,
        }
    }
}

/// What is the adjoint times something, or a sum of that: absent where the adjoint is.
fn linear(body: &Region, adjoint: ValueId) -> Set<ValueId> {
    let mut linear = Set::new();
    linear.insert(adjoint);
    for instruction in &body.instructions {
        if let InstructionKind::Operation(Operation::Float(operation), arguments) =
            &instruction.kind
        {
            let has = |position: usize| linear.contains(arguments[position]);
            let is_linear = match operation {
                FloatOperation::Neg | FloatOperation::Div => has(0),
                FloatOperation::Mul => has(0) || has(1),
                FloatOperation::Add | FloatOperation::Sub => has(0) && has(1),
                _ => false,
            };
            if is_linear {
                linear.insert(instruction.results[0]);
            }
        }
    }
    linear
}

/// The loop with an exit code in place of the adjoint, which stays what it is up to the end.
fn end_early(builder: &mut Builder, counted: For, handing: &Handing) {
    let For { carried, mut body, .. } = counted;
    let (index, adjoint) = (body.parameters[0], body.parameters[1]);
    let name = |value: ValueId| if value == adjoint { carried[0] } else { value };
    body.replace_uses(&name);
    let mut asked = Set::new();
    asked.insert(handing.condition);
    let mut wanted = Set::new();
    for instruction in &mut body.instructions {
        if let InstructionKind::AddTo(_, value) = &mut instruction.kind {
            *value = name(handing.added[&*value]);
            instruction.kind.for_each_operand(&mut |operand| {
                wanted.insert(*operand);
            });
        }
    }
    add_arguments(&body, &mut asked);
    add_arguments(&body, &mut wanted);
    let zero = builder.constant(exit_code(0));
    let code = builder.value(Type::EXIT_CODE, None);
    builder.open(vec![index, code]);
    let is_in = |set: &Set<ValueId>, instruction: &Instruction| {
        instruction.results.iter().any(|result| set.contains(*result))
    };
    let (first, then): (Vec<_>, Vec<_>) = std::mem::take(&mut body.instructions)
        .into_iter()
        .partition(|instruction| is_in(&asked, instruction));
    first.into_iter().for_each(|instruction| builder.append(instruction));
    builder.open(vec![]);
    let then = then.into_iter().filter(|instruction| {
        matches!(instruction.kind, InstructionKind::AddTo(..)) || is_in(&wanted, instruction)
    });
    then.for_each(|instruction| builder.append(instruction));
    let one = builder.constant(exit_code(1));
    let hands_over = builder.close(vec![one]);
    builder.open(vec![]);
    let goes_on = builder.constant(exit_code(0));
    let keeps = builder.close(vec![goes_on]);
    let (then_region, else_region) =
        if handing.keeps { (keeps, hands_over) } else { (hands_over, keeps) };
    let kind = InstructionKind::If { condition: handing.condition, then_region, else_region };
    let next = builder.push(kind, vec![Type::EXIT_CODE]);
    let body = builder.close(next);
    let counted = For { carried: vec![zero], exits: true, body, ..counted };
    builder.push(InstructionKind::For(counted), vec![Type::EXIT_CODE]);
}

fn exit_code(code: i128) -> Constant {
    Constant::Integer(code, IntegerType::U32)
}

/// Adds what values are calculated from, in a body without regions inside.
fn add_arguments(body: &Region, values: &mut Set<ValueId>) {
    for instruction in body.instructions.iter().rev() {
        if instruction.results.iter().any(|result| values.contains(*result)) {
            instruction.kind.for_each_operand(&mut |operand| {
                values.insert(*operand);
            });
        }
    }
}
