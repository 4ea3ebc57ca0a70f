//! A loop that hands its adjoints to one iteration ends there.
//!
//! ```text
//! a = adjoint of the maximum                              for i in (0..n).rev() {
//! for i in (0..n).rev() {                                     if x[i] == maximum {
//!     x_gradient[i] += if x[i] == maximum { a } else { 0 }        x_gradient[i] += a;
//!     a = if x[i] == maximum { 0 } else { a }                     break;
//! }                                                       } }
//! ```
//!
//! The reverse of a maximum or minimum comes in this form, and so does that of `if candidate < best { best = candidate; }`,
//! which takes from a stack whether an iteration was the one. What comes after the iteration that took the adjoint would
//! add products with zero, and those before it add zeros. What is left on the stack is dropped.
//!
//! Assumes simplified derivative code, in which a loop that carries an adjoint runs iterations again that ran before (so
//! that leaving some out loses no panic). Guarantees: the same values where all slopes are finite, but for the sign of
//! zero. A loop that stands in another one and takes nothing from a stack stays: several iterations of the outer one
//! may run at once, and do not end together.

use crate::ir::builder::Builder;
use crate::ir::operations::{FloatOperation, IntegerOperation, Operation};
use crate::ir::*;
use crate::reverse::extremum::for_each_use;
use crate::types::{IntegerType, Type};

/// Lets loops end where they have handed their adjoints over.
pub(super) fn end_where_handed_over(function: &mut Function) {
    let known = Known::of(function);
    let span = function.span();
    let taken = std::mem::replace(function, Function::empty(function.name.clone(), Type::Unit));
    let mut builder = Builder::new(taken, span);
    let body = std::mem::take(&mut builder.function.body);
    known.append(&mut builder, body.instructions, false);
    *function = builder.finish();
}

/// What is known of a function's values.
struct Known {
    /// Those that something uses.
    used: Set<ValueId>,
    /// Floats that are the constant zero.
    zeros: Set<ValueId>,
    /// Integers that are constants.
    integers: Map<ValueId, i128>,
}

impl Known {
    fn of(function: &Function) -> Self {
        let mut known = Self { used: Set::new(), zeros: Set::new(), integers: Map::new() };
        for_each_use(&function.body, &mut |value| {
            known.used.insert(value);
        });
        function.body.for_each_instruction(&mut |instruction| match &instruction.kind {
            InstructionKind::Constant(Constant::Float(number, _)) if *number == 0.0 => {
                known.zeros.insert(instruction.results[0]);
            }
            InstructionKind::Constant(Constant::Integer(number, _)) => {
                known.integers.insert(instruction.results[0], *number);
            }
            _ => {}
        });
        function.result.for_each_operand(&mut |value| {
            known.used.insert(*value);
        });
        known
    }

    /// How many iterations a loop has.
    fn trip_count(&self, function: &Function, counted: &For) -> Option<TripCount> {
        let plain = self.integers.get(&counted.start) == Some(&0)
            && !counted.inclusive
            && counted.step.is_none();
        let constant = self.integers.get(&counted.end).map(|end| (*end).max(0));
        match constant.and_then(|end| usize::try_from(end).ok()) {
            _ if !plain => None,
            Some(end) => Some(TripCount::Constant(end)),
            None if function.value(counted.end).ty != Type::USIZE => None,
            None => Some(TripCount::Value(counted.end)),
        }
    }

    fn append(&self, builder: &mut Builder, instructions: Vec<Instruction>, in_loop: bool) {
        for mut instruction in instructions {
            builder.at(instruction.span);
            let inside = in_loop
                || matches!(
                    instruction.kind,
                    InstructionKind::For(_) | InstructionKind::Loop { .. }
                );
            for inner in instruction.kind.regions_mut() {
                let Region { parameters, instructions, yields } = std::mem::take(inner);
                builder.open(parameters);
                self.append(builder, instructions, inside);
                *inner = builder.close(yields);
            }
            let handing = match &instruction.kind {
                InstructionKind::For(counted)
                    if instruction.results.iter().all(|result| !self.used.contains(*result)) =>
                {
                    Handing::of(self, &builder.function, counted)
                        .filter(|handing| !in_loop || !handing.stacks.is_empty())
                }
                _ => None,
            };
            match (instruction, handing) {
                (Instruction { kind: InstructionKind::For(counted), .. }, Some(handing)) => {
                    handing.end_early(builder, counted);
                }
                (instruction, _) => builder.append(instruction),
            }
        }
    }
}

/// How many iterations a loop has.
#[derive(Clone, Copy)]
enum TripCount {
    Constant(usize),
    /// A `usize`.
    Value(ValueId),
}

/// How an iteration hands the adjoints over.
struct Handing {
    condition: ValueId,
    /// What the condition is where the adjoint is kept.
    keeps: bool,
    /// What each iteration takes one element of, and how many iterations there are.
    stacks: Vec<(Place, TripCount)>,
}

impl Handing {
    /// `None`: an iteration that keeps the adjoints may do something, or one that comes after they were handed over.
    fn of(known: &Known, function: &Function, counted: &For) -> Option<Self> {
        if counted.exits || counted.lanes.is_some() || counted.chunks.is_some() {
            return None;
        }
        let (condition, keeps) = common_condition(known, &counted.body)?;
        let mut handing = Self { condition, keeps, stacks: vec![] };
        let mut absence = Absence {
            zeros: &known.zeros,
            handing: &handing,
            absent: Set::new(),
            linear: Set::new(),
        };
        absence.linear.insert_all(&counted.body.parameters[1..]);
        if !absence.does_nothing(&counted.body, Where::Body)
            || !handing.may_ask_first(&counted.body)
        {
            return None;
        }
        for stack in popped(&counted.body) {
            handing.stacks.push((stack.clone(), known.trip_count(function, counted)?));
        }
        Some(handing)
    }

    /// Whether the condition can be calculated, and elements be taken from stacks, before anything is added.
    fn may_ask_first(&self, body: &Region) -> bool {
        let asked = self.asked(body);
        let mut changed = Set::new();
        let mut once = true;
        body.for_each_instruction(&mut |instruction| match &instruction.kind {
            InstructionKind::AddTo(place, _) => {
                changed.insert(place.root);
            }
            InstructionKind::Pop(place) => once &= changed.insert(place.root),
            _ => {}
        });
        let mut reads_changed = false;
        body.for_each_instruction(&mut |instruction| {
            reads_changed |= matches!(
                &instruction.kind,
                InstructionKind::Load(place) | InstructionKind::Length(place)
                    if changed.contains(place.root)
            );
        });
        let only_calculates = |instruction: &Instruction| {
            !is_in(&asked, instruction)
                || !instruction.any(&mut |kind| matches!(kind, InstructionKind::AddTo(..)))
        };
        once && !reads_changed && body.instructions.iter().all(only_calculates)
    }

    /// What the condition is calculated from, and what is taken from stacks. (It depends on no choice on itself.)
    fn asked(&self, body: &Region) -> Set<ValueId> {
        needed(body, |kind, results| {
            matches!(kind, InstructionKind::Pop(_)) || results.contains(&self.condition)
        })
    }

    /// The side of a choice that is taken where the adjoint is handed over.
    fn handed<T>(&self, [yes, no]: [T; 2]) -> T {
        if self.keeps { no } else { yes }
    }

    fn kept<T>(&self, [yes, no]: [T; 2]) -> T {
        if self.keeps { yes } else { no }
    }

    /// Appends the loop with an exit code in place of the adjoints, which stay what they are up to the end.
    fn end_early(&self, builder: &mut Builder, counted: For) {
        let For { carried, mut body, .. } = counted;
        let index = body.parameters[0];
        let adjoints = body.parameters.iter().skip(1);
        let mut names: Map<_, _> = adjoints.copied().zip(carried.iter().copied()).collect();
        self.resolve(&mut body, &mut names);
        let name = |mut value: ValueId| {
            while let Some(other) = names.get(&value) {
                value = *other;
            }
            value
        };
        body.replace_uses(&name);
        let bases: Vec<_> = self
            .stacks
            .iter()
            .map(|(stack, trip_count)| {
                let length = builder.length(stack.clone());
                let count = match trip_count {
                    TripCount::Constant(count) => builder.usize(*count),
                    TripCount::Value(count) => *count,
                };
                builder.integer(IntegerOperation::Sub, &[length, count])
            })
            .collect();
        let zero = builder.constant(exit_code(0));
        let code = builder.value(Type::EXIT_CODE, None);
        builder.open(vec![index, code]);
        let asked = self.asked(&body);
        let wanted = needed(&body, |kind, _| !is_pure(kind));
        let (first, then): (Vec<_>, Vec<_>) = std::mem::take(&mut body.instructions)
            .into_iter()
            .partition(|instruction| is_in(&asked, instruction));
        first.into_iter().for_each(|instruction| builder.append(instruction));
        builder.open(vec![]);
        for instruction in then {
            if !is_pure(&instruction.kind) || is_in(&wanted, &instruction) {
                builder.append(instruction);
            }
        }
        let one = builder.constant(exit_code(1));
        let hands_over = builder.close(vec![one]);
        builder.open(vec![]);
        let goes_on = builder.constant(exit_code(0));
        let keeps = builder.close(vec![goes_on]);
        let (then_region, else_region) =
            if self.keeps { (keeps, hands_over) } else { (hands_over, keeps) };
        let kind = InstructionKind::If { condition: self.condition, then_region, else_region };
        let next = builder.push(kind, vec![Type::EXIT_CODE]);
        let body = builder.close(next);
        let counted = For { carried: vec![zero], exits: true, body, ..counted };
        builder.push(InstructionKind::For(counted), vec![Type::EXIT_CODE]);
        for ((stack, _), base) in self.stacks.iter().zip(bases) {
            let shorter = ResizeKind::Truncate(base);
            builder.push(InstructionKind::Resize(stack.clone(), shorter), vec![]);
        }
    }

    /// Leaves of all choices on the condition what is taken where the adjoint is handed over.
    fn resolve(&self, region: &mut Region, names: &mut Map<ValueId, ValueId>) {
        for mut instruction in std::mem::take(&mut region.instructions) {
            let chosen = choice(&instruction.kind)
                .filter(|choice| choice.condition == self.condition)
                .map(|choice| self.handed(choice.sides).to_vec());
            for inner in instruction.kind.regions_mut() {
                self.resolve(inner, names);
            }
            let Some(chosen) = chosen else {
                region.instructions.push(instruction);
                continue;
            };
            for (result, value) in instruction.results.iter().zip(chosen) {
                names.insert(*result, value);
            }
            if let InstructionKind::If { then_region, else_region, .. } = instruction.kind {
                region.instructions.extend(self.handed([then_region, else_region]).instructions);
            }
        }
    }
}

/// On what all carried values are kept, or become zero, and whether they are kept where it holds.
fn common_condition(known: &Known, body: &Region) -> Option<(ValueId, bool)> {
    let mut conditions = body.parameters.iter().skip(1).zip(&body.yields).map(|(adjoint, next)| {
        let chosen = body.instructions.iter().find_map(|instruction| {
            let position = instruction.results.iter().position(|result| result == next)?;
            Some((choice(&instruction.kind)?, position))
        });
        let (choice, position) = chosen?;
        let [yes, no] = choice.sides.map(|side| side[position]);
        let keeps = yes == *adjoint && known.zeros.contains(no);
        let gives = no == *adjoint && known.zeros.contains(yes);
        (keeps || gives).then_some((choice.condition, keeps))
    });
    let first = conditions.next()??;
    conditions.all(|other| other == Some(first)).then_some(first)
}

/// A choice between values: `if` or a selection.
struct Choice<'i> {
    condition: ValueId,
    /// What the results are if the condition holds, and if not.
    sides: [&'i [ValueId]; 2],
}

fn choice(kind: &InstructionKind) -> Option<Choice<'_>> {
    match kind {
        InstructionKind::If { condition, then_region, else_region } => Some(Choice {
            condition: *condition,
            sides: [&then_region.yields, &else_region.yields],
        }),
        InstructionKind::Operation(Operation::Select, arguments) => {
            Some(Choice { condition: arguments[0], sides: [&arguments[1..2], &arguments[2..3]] })
        }
        _ => None,
    }
}

/// Where instructions stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Directly in the body of the loop.
    Body,
    /// Nested in it.
    Inside,
    /// Where the adjoint is handed over.
    Handed,
}

/// What is zero in which iterations.
struct Absence<'k> {
    /// Constants that are zero.
    zeros: &'k Set<ValueId>,
    handing: &'k Handing,
    /// Zero where the adjoint is kept.
    absent: Set<ValueId>,
    /// Zero once the adjoint is.
    linear: Set<ValueId>,
}

impl Absence<'_> {
    /// Whether a region does nothing where the adjoints are kept, and nothing once they are zero, but take from stacks.
    fn does_nothing(&mut self, region: &Region, place: Where) -> bool {
        region.instructions.iter().all(|instruction| self.instruction(instruction, place))
    }

    fn instruction(&mut self, instruction: &Instruction, place: Where) -> bool {
        let does_nothing = match &instruction.kind {
            InstructionKind::AddTo(_, value) => {
                self.linear.contains(*value)
                    && (place == Where::Handed || self.absent.contains(*value))
            }
            InstructionKind::Operation(Operation::Float(operation), arguments) => {
                for set in [&mut self.absent, &mut self.linear] {
                    let has = |position: usize| set.contains(arguments[position]);
                    let vanishes = match operation {
                        FloatOperation::Neg | FloatOperation::Div => has(0),
                        FloatOperation::Mul => has(0) || has(1),
                        FloatOperation::Add | FloatOperation::Sub => has(0) && has(1),
                        _ => false,
                    };
                    if vanishes {
                        set.insert(instruction.results[0]);
                    }
                }
                true
            }
            InstructionKind::Constant(_)
            | InstructionKind::Operation(..)
            | InstructionKind::Length(_)
            | InstructionKind::Load(_) => true,
            InstructionKind::If { condition, then_region, else_region } => {
                let sides = [then_region, else_region];
                if *condition == self.handing.condition {
                    let (handed, kept) = (self.handing.handed(sides), self.handing.kept(sides));
                    self.does_nothing(handed, Where::Handed)
                        && self.does_nothing(kept, Where::Inside)
                } else {
                    let place = if place == Where::Body { Where::Inside } else { place };
                    sides.into_iter().all(|side| self.does_nothing(side, place))
                }
            }
            InstructionKind::For(counted) => {
                let place = if place == Where::Body { Where::Inside } else { place };
                self.does_nothing(&counted.body, place)
            }
            InstructionKind::Pop(stack) => place == Where::Body && stack.path.is_empty(),
            _ => false,
        };
        if let Some(choice) = choice(&instruction.kind) {
            self.choose(&choice, &instruction.results);
        }
        does_nothing
    }

    fn choose(&mut self, choice: &Choice<'_>, results: &[ValueId]) {
        let zeros = self.zeros;
        let on_it = choice.condition == self.handing.condition;
        for (position, result) in results.iter().enumerate() {
            let sides = choice.sides.map(|side| side[position]);
            let is_in = |set: &Set<ValueId>, value| zeros.contains(value) || set.contains(value);
            let absent = match on_it {
                true => is_in(&self.absent, self.handing.kept(sides)),
                false => sides.iter().all(|side| is_in(&self.absent, *side)),
            };
            if absent {
                self.absent.insert(*result);
            }
            if sides.iter().all(|side| is_in(&self.linear, *side)) {
                self.linear.insert(*result);
            }
        }
    }
}

/// The stacks of which a body takes an element.
fn popped(body: &Region) -> impl Iterator<Item = &Place> {
    body.instructions.iter().filter_map(|instruction| match &instruction.kind {
        InstructionKind::Pop(stack) => Some(stack),
        _ => None,
    })
}

fn is_in(set: &Set<ValueId>, instruction: &Instruction) -> bool {
    instruction.results.iter().any(|result| set.contains(*result))
}

/// Whether an instruction only calculates.
fn is_pure(kind: &InstructionKind) -> bool {
    matches!(
        kind,
        InstructionKind::Constant(_)
            | InstructionKind::Operation(..)
            | InstructionKind::Length(_)
            | InstructionKind::Load(_)
    )
}

/// The results of some instructions directly in a body, and of those that they need.
fn needed(body: &Region, is_root: impl Fn(&InstructionKind, &[ValueId]) -> bool) -> Set<ValueId> {
    let mut values = Set::new();
    for instruction in body.instructions.iter().rev() {
        let Instruction { kind, results, .. } = instruction;
        if is_root(kind, results) || results.iter().any(|result| values.contains(*result)) {
            values.insert_all(results);
            let mut insert = |value: ValueId| {
                values.insert(value);
            };
            kind.for_each_operand(&mut |value| insert(*value));
            kind.for_each_region(&mut |region| for_each_use(region, &mut insert));
        }
    }
    values
}

fn exit_code(code: i128) -> Constant {
    Constant::Integer(code, IntegerType::U32)
}
