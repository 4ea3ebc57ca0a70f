//! Calculations on lanes.

use super::super::Emitter;
use super::super::expressions::Code;
use super::super::pending::Built;
use crate::ir::lanes::Varying;
use crate::ir::operations::{BooleanOperation, Comparison, FloatOperation, Operation, Spelling};
use crate::ir::{Call, Instruction, InstructionKind, ValueId};
use proc_macro2::{Ident, Span};
use quote::quote;

impl Emitter<'_> {
    /// An operation that gives a float or a truth value for each lane.
    pub(super) fn lane_operation(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
    ) -> Built {
        let mut built = Built::pure(Code::atom(quote!()));
        let simd = self.simd();
        let gives_what_it_takes = match operation {
            Operation::Float(FloatOperation::Detach) => true,
            // What is the same in all lanes is spread.
            Operation::Cast => {
                self.function.value(arguments[0]).ty == self.function.value(result).ty
            }
            _ => false,
        };
        if gives_what_it_takes {
            return self.lane_operand(arguments[0]);
        }
        built.code = match operation {
            Operation::Float(operation) => {
                self.lane_float_operation(operation, arguments, &mut built)
            }
            Operation::Compare(comparison) => {
                let a = self.absorbed_lanes(arguments[0], &mut built);
                let b = self.absorbed(arguments[1], &mut built);
                a.method(comparison_method(comparison), vec![b])
            }
            Operation::Predicate(predicate) => {
                let of = self.absorbed_lanes(arguments[0], &mut built);
                match predicate.spelling() {
                    Spelling::Method(name) => of.method(name, vec![]),
                    _ => of,
                }
            }
            Operation::Boolean(boolean) => {
                let mut masks = vec![];
                for argument in arguments {
                    let mask = self.mask(*argument);
                    masks.push(built.absorb(mask));
                }
                let mut next = || masks.remove(0);
                match boolean {
                    BooleanOperation::Not => Code::Prefix("!", Box::new(next())),
                    BooleanOperation::And => Code::infix("&", next(), next()),
                    BooleanOperation::Or => Code::infix("|", next(), next()),
                    BooleanOperation::Xor => Code::infix("^", next(), next()),
                }
            }
            Operation::Select if self.varying(arguments[0]).is_none() => {
                let condition = self.absorbed(arguments[0], &mut built);
                let a = self.absorbed_lanes(arguments[1], &mut built);
                let b = self.absorbed_lanes(arguments[2], &mut built);
                Code::If(Box::new(condition), Box::new(a), Box::new(b))
            }
            Operation::Select => {
                let mask = self.mask(arguments[0]);
                let mask = built.absorb(mask);
                let a = self.absorbed(arguments[1], &mut built);
                let b = self.absorbed(arguments[2], &mut built);
                mask.method("choose", vec![simd, a, b])
            }
            // A cast to a float.
            _ => {
                let of_lane = self.closure(|own, lane| {
                    own.at_lane_with(arguments, lane, |own| {
                        own.operation(operation, arguments, result)
                    })
                });
                let of_lane = built.absorb(of_lane);
                Code::call(self.simd_path("from_lanes"), vec![simd, of_lane])
            }
        };
        built
    }

    fn lane_float_operation(
        &mut self,
        operation: FloatOperation,
        arguments: &[ValueId],
        built: &mut Built,
    ) -> Code {
        match operation.spelling() {
            Spelling::Infix(operator) => {
                let a = match operator {
                    "%" => self.absorbed_lanes(arguments[0], built),
                    // What stands before lanes does not take its type from them.
                    _ => self.absorbed(arguments[0], built).with_its_type(),
                };
                let b = self.absorbed(arguments[1], built);
                match operator {
                    "+" => Code::float_sum(a, b),
                    _ => Code::infix(operator, a, b),
                }
            }
            Spelling::Prefix(operator) => {
                Code::Prefix(operator, Box::new(self.absorbed(arguments[0], built)))
            }
            Spelling::Special(name) => {
                let of = self.absorbed_lanes(arguments[0], built);
                let (math, name) = (self.simd_path("math"), super::super::names::identifier(name));
                Code::call(quote!(#math::#name), vec![of])
            }
            Spelling::Method(name) | Spelling::Private(name) => {
                let of = self.absorbed_lanes(arguments[0], built);
                let mut rest = vec![];
                for argument in &arguments[1..] {
                    rest.push(self.absorbed(*argument, built));
                }
                of.method(name, rest)
            }
            Spelling::Cast => self.absorbed(arguments[0], built),
        }
    }

    fn absorbed(&mut self, value: ValueId, built: &mut Built) -> Code {
        let operand = self.operand(value);
        built.absorb(operand)
    }

    fn absorbed_lanes(&mut self, value: ValueId, built: &mut Built) -> Code {
        let operand = self.lane_operand(value);
        built.absorb(operand)
    }

    /// A call for all lanes at once; `false` if it is the same in all of them.
    pub(super) fn lane_call(&mut self, instruction: &Instruction, call: &Call) -> bool {
        let differs = match (call.result_slot, instruction.results.first()) {
            (Some(_), _) => true,
            (None, Some(result)) => self.varying(*result).is_some(),
            (None, None) => false,
        };
        let Some(lane_loop) = self.lanes.as_ref().filter(|_| differs) else { return false };
        let (Some(output), Some(numbers)) = (call.in_lanes(&lane_loop.lanes.float), call.numbers())
        else {
            return false;
        };
        self.settle(&numbers);
        let mut built = Built::pure(Code::atom(quote!()));
        let mut arguments = vec![self.simd()];
        for number in numbers {
            arguments.push(self.absorbed_lanes(number, &mut built));
        }
        built.code = Code::call(self.callee_named(call, output), arguments);
        self.finish_expression(instruction, call.result_slot, built);
        true
    }

    /// A float for each lane, spread if it is the same in all.
    pub(super) fn lane_operand(&mut self, value: ValueId) -> Built {
        let mut built = self.operand(value);
        if self.varying(value).is_none() {
            let (splat, number) = (self.simd_path("splat"), self.lane_type());
            let arguments = vec![self.simd(), built.code];
            built.code = Code::call(quote!(#splat::<_, #number>), arguments);
        }
        built
    }

    /// A truth value for each lane.
    pub(super) fn mask(&mut self, value: ValueId) -> Built {
        let (number, simd) = (self.lane_type(), self.simd());
        match self.varying(value) {
            Some(Varying::Mask) => self.operand(value),
            None => {
                let mut built = self.operand(value);
                let splat = self.simd_path("splat_mask");
                built.code = Code::call(quote!(#splat::<_, #number>), vec![simd, built.code]);
                built
            }
            Some(_) if let Some(only) = self.only_lane(value) => only,
            Some(_) => {
                let mut built = self.closure(|own, lane| own.at_lane(value, lane));
                let from_lanes = self.simd_path("mask_from_lanes");
                built.code = Code::call(quote!(#from_lanes::<_, #number>), vec![simd, built.code]);
                built
            }
        }
    }

    /// An index that is the same in all lanes, compared with one that grows by one from lane to lane: it holds in one
    /// lane at most.
    fn only_lane(&mut self, value: ValueId) -> Option<Built> {
        let definition = self.lanes.as_ref()?.definitions.get(&value).cloned()?;
        let InstructionKind::Operation(Operation::Compare(Comparison::Equal), arguments) =
            &*definition
        else {
            return None;
        };
        let [a, b] = arguments[..] else { return None };
        let (same, first) = match (self.varying(a), self.varying(b)) {
            (None, Some(Varying::Consecutive)) => (a, b),
            (Some(Varying::Consecutive), None) => (b, a),
            _ => return None,
        };
        // It is written here instead.
        self.pending.take(value);
        let mut built = self.operand(same);
        let first = self.operand(first);
        let first = built.absorb(first);
        let lane = built.code.method("wrapping_sub", vec![first]);
        let (only, number, simd) = (self.simd_path("only_lane"), self.lane_type(), self.simd());
        built.code = Code::call(quote!(#only::<_, #number>), vec![simd, lane]);
        Some(built)
    }

    /// `|lane| …`, whose type follows from the function that takes it.
    pub(super) fn closure(&mut self, of_lane: impl FnOnce(&mut Self, &Ident) -> Built) -> Built {
        self.names.open();
        let lane = self.names.fresh("lane", Span::call_site());
        let mut built = of_lane(self, &lane);
        self.names.close();
        let code = &built.code;
        built.code = Code::Tokens(quote!(|#lane| #code));
        built
    }

    /// A value in one lane.
    pub(super) fn at_lane(&mut self, value: ValueId, lane: &Ident) -> Built {
        let Some(lane_loop) = &self.lanes else { return self.operand(value) };
        let index = lane_loop.index;
        let definition = lane_loop.definitions.get(&value).cloned();
        match self.varying(value) {
            None => self.operand(value),
            Some(Varying::Float | Varying::Mask) => {
                let mut built = self.operand(value);
                built.code = built.code.method("lane", vec![Code::Name(lane.clone())]);
                built
            }
            Some(Varying::Consecutive) if Some(value) == index => {
                let mut built = self.operand(value);
                built.code = Code::infix("+", built.code, Code::Name(lane.clone()));
                built
            }
            Some(Varying::Consecutive | Varying::ByLane) => {
                // It is written here instead.
                self.pending.take(value);
                match definition.as_deref() {
                    Some(InstructionKind::Operation(operation, arguments)) => {
                        let operation = *operation;
                        self.at_lane_with(arguments, lane, |own| {
                            own.operation(operation, arguments, value)
                        })
                    }
                    Some(InstructionKind::Load(place)) => {
                        let operands: Vec<_> = place.operands().collect();
                        self.at_lane_with(&operands, lane, |own| {
                            let mut built = own.scalar_place(place);
                            built.reads.content.insert(place.root);
                            built
                        })
                    }
                    // The pass that sorted the values knows of no others.
                    _ => self.operand(value),
                }
            }
        }
    }

    /// Writes something in which the values stand for what they are in one lane.
    pub(super) fn at_lane_with(
        &mut self,
        values: &[ValueId],
        lane: &Ident,
        write: impl FnOnce(&mut Self) -> Built,
    ) -> Built {
        let mut at_lane: Vec<(ValueId, Built)> = vec![];
        for value in values {
            if at_lane.iter().any(|(known, _)| known == value) {
                continue;
            }
            let mut built = self.at_lane(*value, lane);
            // A closure is called where it stands.
            built.ordered = false;
            at_lane.push((*value, built));
        }
        // Only now: one of them may be calculated from another one, which is not to be shifted twice.
        let mut saved = vec![];
        for (value, built) in at_lane {
            saved.push((value, self.held[value.0 as usize].replace(built)));
        }
        let built = write(self);
        for (value, held) in saved {
            self.held[value.0 as usize] = held;
        }
        Built { ordered: false, ..built }
    }
}

fn comparison_method(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "equal",
        Comparison::NotEqual => "not_equal",
        Comparison::Less => "less",
        Comparison::LessEqual => "less_equal",
        Comparison::Greater => "greater",
        Comparison::GreaterEqual => "greater_equal",
    }
}
