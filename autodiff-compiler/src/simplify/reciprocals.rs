//! Divisions by one number as products with its reciprocal.
//!
//! A division takes the time of several products, and derivatives divide by one number again and again. Where bits
//! are free, `x / y` becomes `x * (1 / y)`
//!
//! * if the value itself needs 1 / y ([`use_known`], and so does [`share`]), which is then calculated first;
//! * in derivatives of second order, if a region has [`ENOUGH`] divisions by y: it is inverted once ([`share`]).
//!
//! That is the same up to two roundings while 1 / y neither overflows nor underflows
//! ([`Claim::Rounding`](super::Claim)): for subnormal y, x / y may be a number where the product is infinite or, for
//! x = 0, NaN.
//!
//! The rewrite table goes the other way, since one division is less than a division and a product: this runs
//! once, after it.

use super::exactness::Exactness;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::types::Type;

/// From so many divisions by one value on there is a gain in time worth the rounding.
const ENOUGH: u32 = 3;

/// Takes the reciprocals that the value needs.
pub(super) fn use_known(function: &mut Function, exactness: &mut Exactness) {
    share_from(u32::MAX, function, exactness);
}

/// Takes the reciprocals that the value needs, and makes those that are worth it.
pub(super) fn share(function: &mut Function, exactness: &mut Exactness) {
    share_from(ENOUGH, function, exactness);
}

fn share_from(enough: u32, function: &mut Function, exactness: &mut Exactness) {
    let mut body = std::mem::take(&mut function.body);
    let mut ones = Set::new();
    body.for_each_instruction(&mut |instruction| {
        if matches!(instruction.kind, InstructionKind::Constant(Constant::Float(1.0, _))) {
            ones.insert_all(&instruction.results);
        }
    });
    let mut sharing = Sharing { enough, function, exactness, ones, known: vec![] };
    sharing.region(&mut body);
    function.body = body;
}

struct Sharing<'a> {
    /// From so many divisions on a reciprocal is made.
    enough: u32,
    function: &'a mut Function,
    exactness: &'a mut Exactness,
    /// Constants that are 1.
    ones: Set<ValueId>,
    /// Divisors with their reciprocals, as far as they are in scope.
    known: Vec<(ValueId, ValueId)>,
}

impl Sharing<'_> {
    fn region(&mut self, region: &mut Region) {
        let in_scope = self.known.len();
        let divisors = self.divisors(region);
        let mut instructions = Vec::with_capacity(region.instructions.len());
        for mut instruction in std::mem::take(&mut region.instructions) {
            instruction.kind.regions_mut().into_iter().for_each(|inner| self.region(inner));
            let free = self.free_division(&instruction);
            let reciprocal = free.and_then(|(_, divisor)| {
                self.reciprocal(divisor, &divisors, &instruction, &mut instructions)
            });
            if self.known.iter().any(|(_, known)| instruction.results == [*known]) {
                // It was wanted before.
                continue;
            }
            match (free, reciprocal) {
                (Some((dividend, _)), Some(reciprocal)) => {
                    let mul = Operation::Float(FloatOperation::Mul);
                    let arguments = vec![dividend, reciprocal];
                    instruction.kind = InstructionKind::Operation(mul, arguments);
                }
                (Some(_), None) => {}
                (None, _) => {
                    let divisor = self.inverted(&instruction);
                    self.known.extend(divisor.map(|divisor| (divisor, instruction.results[0])));
                }
            }
            instructions.push(instruction);
        }
        region.instructions = instructions;
        self.known.truncate(in_scope);
    }

    /// What a region divides by.
    fn divisors(&self, region: &Region) -> Map<ValueId, Divisor> {
        let mut divisors: Map<ValueId, Divisor> = Map::new();
        for instruction in &region.instructions {
            let Some((_, divisor)) = division(instruction) else { continue };
            let is_free = self.free_division(instruction).is_some();
            let mut own = divisors.get(&divisor).copied().unwrap_or_default();
            own.count += u32::from(is_free);
            if self.inverted(instruction).is_some() && (!is_free || own.reciprocal.is_none()) {
                own.reciprocal = Some(instruction.results[0]);
                own.is_needed |= !is_free;
            }
            divisors.insert(divisor, own);
        }
        divisors
    }

    /// What a division by itself inverts.
    fn inverted(&self, instruction: &Instruction) -> Option<ValueId> {
        let (dividend, divisor) = division(instruction)?;
        self.ones.contains(dividend).then_some(divisor)
    }

    /// Dividend and divisor of a division whose bits are free.
    fn free_division(&self, instruction: &Instruction) -> Option<(ValueId, ValueId)> {
        division(instruction).filter(|_| !self.exactness.is_exact(instruction.results[0]))
    }

    /// The reciprocal that a division is to use, if it is to use one: it is made here if it is not known.
    fn reciprocal(
        &mut self,
        divisor: ValueId,
        divisors: &Map<ValueId, Divisor>,
        division: &Instruction,
        instructions: &mut Vec<Instruction>,
    ) -> Option<ValueId> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == divisor) {
            return Some(*known);
        }
        let worth = |own: &&Divisor| own.is_needed || own.count >= self.enough;
        let own = divisors.get(&divisor).filter(worth)?;
        let result = division.results[0];
        let Type::Float(float) = self.function.value(result).ty.clone() else { return None };
        // One that comes later comes now.
        let reciprocal = own.reciprocal.unwrap_or_else(|| self.fresh(result, division));
        let one = self.fresh(reciprocal, division);
        let constant = InstructionKind::Constant(Constant::Float(1.0, float));
        let div = Operation::Float(FloatOperation::Div);
        let quotient = InstructionKind::Operation(div, vec![one, divisor]);
        for (kind, result) in [(constant, one), (quotient, reciprocal)] {
            instructions.push(Instruction { kind, results: vec![result], span: division.span });
        }
        self.known.push((divisor, reciprocal));
        Some(reciprocal)
    }

    fn fresh(&mut self, like: ValueId, at: &Instruction) -> ValueId {
        let ty = self.function.value(like).ty.clone();
        let value = self.function.new_value(ty, None, at.span);
        self.exactness.extend(value, like);
        value
    }
}

/// Dividend and divisor.
fn division(instruction: &Instruction) -> Option<(ValueId, ValueId)> {
    match &instruction.kind {
        InstructionKind::Operation(Operation::Float(FloatOperation::Div), arguments) => {
            Some((arguments[0], arguments[1]))
        }
        _ => None,
    }
}

/// A value that a region divides by.
#[derive(Clone, Copy, Default)]
struct Divisor {
    /// How often.
    count: u32,
    /// Its reciprocal, if that is one of the quotients: the one that the value needs, or the first.
    reciprocal: Option<ValueId>,
    /// Whether the value needs that.
    is_needed: bool,
}
