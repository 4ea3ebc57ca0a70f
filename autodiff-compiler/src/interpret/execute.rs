//! Running instructions and regions.

use super::{Datum, Interpreter, Number, Outcome, OverflowMode, Real, Trap, integers, world};
use crate::ir::operations::{
    BooleanOperation, Comparison, FloatOperation, IntegerOperation, Operation,
};
use crate::ir::{
    Argument, Call, CallOutput, Constant, For, Function, Instruction, InstructionKind,
    ParameterBinding, Place, Region, ResizeKind, ValueId,
};
use crate::types::{IntegerType, Type};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

/// One execution of a function.
pub(super) struct Frame<'f, N> {
    pub(super) function: &'f Function,
    /// By value; `None` before its definition.
    pub(super) values: Vec<Option<Datum<N>>>,
    /// By slot.
    pub(super) slots: Vec<Datum<N>>,
    pub(super) interpreter: &'f Interpreter<'f>,
    /// Const parameters, as the arguments tell them.
    pub(super) lengths: HashMap<Rc<str>, usize>,
    /// The part of an opaque thing that is looked at.
    pub(super) part: Datum<N>,
    steps: &'f mut u64,
    /// What forward sweeps of callees left for their reverse sweeps.
    tape: &'f mut Vec<Datum<N>>,
    /// How many calls are under way around this one.
    depth: u32,
}

/// Executes a function and counts its steps.
pub(super) fn function<N: Number>(
    interpreter: &Interpreter<'_>,
    function: &Function,
    arguments: Vec<Datum<N>>,
    steps: &mut u64,
    tape: &mut Vec<Datum<N>>,
    depth: u32,
) -> Result<Outcome<N>, Trap> {
    if depth > interpreter.depth_limit {
        return Err(Trap::StepLimit);
    }
    if arguments.len() != function.parameters.len() {
        return Err(Trap::Broken(format!("{} arguments", arguments.len())));
    }
    let mut frame = Frame {
        function,
        values: vec![None; function.values.len()],
        slots: vec![Datum::Nothing; function.slots.len()],
        interpreter,
        lengths: match interpreter.world {
            Some(_) => world::lengths(function, &arguments),
            None => HashMap::new(),
        },
        part: Datum::Nothing,
        steps,
        tape,
        depth,
    };
    for (parameter, argument) in function.parameters.iter().zip(arguments) {
        match parameter.binding {
            ParameterBinding::Value(value) => frame.set(value, argument)?,
            ParameterBinding::Slot(slot) => match frame.slots.get_mut(slot.0 as usize) {
                Some(content) => *content = argument,
                None => return Err(Trap::Broken(format!("there is no slot {}", slot.0))),
            },
        }
    }
    frame.region(&function.body)?;
    let result = frame.content(&function.result)?;
    let parameters = function.parameters.iter().map(|parameter| match parameter.binding {
        ParameterBinding::Value(value) => {
            frame.values[value.0 as usize].clone().unwrap_or(Datum::Nothing)
        }
        ParameterBinding::Slot(slot) => {
            std::mem::replace(&mut frame.slots[slot.0 as usize], Datum::Nothing)
        }
    });
    let parameters = parameters.collect();
    Ok(Outcome { result, parameters, steps: *frame.steps })
}

impl<N: Number> Frame<'_, N> {
    pub(super) fn value(&self, id: ValueId) -> Result<&Datum<N>, Trap> {
        match self.values.get(id.0 as usize) {
            Some(Some(datum)) => Ok(datum),
            _ => Err(Trap::Broken(format!("value {} is not set", id.0))),
        }
    }

    pub(super) fn set(&mut self, id: ValueId, datum: Datum<N>) -> Result<(), Trap> {
        match self.values.get_mut(id.0 as usize) {
            Some(value) => {
                *value = Some(datum);
                Ok(())
            }
            None => Err(Trap::Broken(format!("there is no value {}", id.0))),
        }
    }

    fn set_all(&mut self, ids: &[ValueId], data: Vec<Datum<N>>) -> Result<(), Trap> {
        if ids.len() != data.len() {
            return Err(Trap::Broken(format!("{} values for {}", data.len(), ids.len())));
        }
        ids.iter().zip(data).try_for_each(|(id, datum)| self.set(*id, datum))
    }

    pub(super) fn ty(&self, id: ValueId) -> &Type {
        &self.function.value(id).ty
    }

    fn all(&self, ids: &[ValueId]) -> Result<Vec<Datum<N>>, Trap> {
        ids.iter().map(|id| self.value(*id).cloned()).collect()
    }

    /// Runs a region whose parameters are set; what it yields.
    pub(super) fn region(&mut self, region: &Region) -> Result<Vec<Datum<N>>, Trap> {
        for instruction in &region.instructions {
            self.instruction(instruction)?;
        }
        self.all(&region.yields)
    }

    fn step(&mut self) -> Result<(), Trap> {
        *self.steps += 1;
        match *self.steps > self.interpreter.step_limit {
            true => Err(Trap::StepLimit),
            false => Ok(()),
        }
    }

    fn instruction(&mut self, instruction: &Instruction) -> Result<(), Trap> {
        use InstructionKind::*;
        self.step()?;
        let results = &instruction.results;
        let one = |datum: Datum<N>| vec![datum];
        let given = match &instruction.kind {
            Constant(constant) => one(self.constant(constant)?),
            Operation(operation, arguments) => {
                let result = results.first().copied();
                one(self.operation(*operation, arguments, result)?)
            }
            Length(place) => one(Datum::from(self.length_at(place)?)),
            Load(place) => match self.load(place)? {
                Datum::Opaque(identity) => match results[..] {
                    [result] => one(self.made_up(self.ty(result), identity)?),
                    _ => return Err(Trap::Broken("a load without a result".to_owned())),
                },
                datum => one(datum),
            },
            Store(place, value) => {
                let value = self.value(*value)?.clone();
                *self.view(place)?.whole()? = value;
                vec![]
            }
            AddTo(place, value) => {
                let value = self.value(*value)?.number()?;
                let place = self.view(place)?.whole()?;
                let sum = N::operate(FloatOperation::Add, &[place.number()?, value])?;
                *place = Datum::Float(sum);
                vec![]
            }
            Define(slot, content) => {
                let content = self.content(content)?;
                match self.slots.get_mut(slot.0 as usize) {
                    Some(slot) => *slot = content,
                    None => return Err(Trap::Broken(format!("there is no slot {}", slot.0))),
                }
                vec![]
            }
            Assign(place, content) => {
                let content = self.content(content)?;
                self.assign(place, content)?;
                vec![]
            }
            Push(place, content) => {
                let content = self.content(content)?;
                self.view(place)?.whole()?.elements_mut()?.push(content);
                vec![]
            }
            Pop(place) => match self.view(place)?.whole()?.elements_mut()?.pop() {
                Some(last) => one(last),
                None => return Err(Trap::Broken("pops an empty stack".to_owned())),
            },
            Resize(place, kind) => {
                self.resize(place, kind)?;
                vec![]
            }
            Swap(a, b) => {
                self.swap(a, b)?;
                vec![]
            }
            Fill(place, value) => {
                let value = self.value(*value)?.clone();
                self.view(place)?.elements()?.iter_mut().for_each(|datum| fill(datum, &value));
                vec![]
            }
            If { condition, then_region, else_region } => match self.value(*condition)?.truth()? {
                true => self.region(then_region)?,
                false => self.region(else_region)?,
            },
            For(counted) => self.counted(counted)?,
            Loop { carried, body } => {
                let mut carried = self.all(carried)?;
                loop {
                    self.step()?;
                    self.set_all(&body.parameters, carried)?;
                    carried = self.region(body)?;
                    if exit_code(&carried)? != 0 {
                        break carried;
                    }
                }
            }
            Match { scrutinee, arms } => self.matched(scrutinee, arms)?,
            Call(call) => self.call(call)?,
            Opaque(opaque) => self.opaque(opaque, results)?,
            Effect(effect) => {
                self.effect(effect)?;
                vec![]
            }
            Save(values) => {
                let saved = self.all(values)?;
                self.tape.extend(saved);
                vec![]
            }
            SaveStack(slot) => {
                let saved = self.view(&Place::root(*slot))?.copied()?;
                self.tape.push(saved);
                vec![]
            }
            Restore => {
                let mut restored: Vec<_> =
                    results.iter().map(|_| self.restore()).collect::<Result<_, _>>()?;
                restored.reverse();
                restored
            }
        };
        self.set_all(results, given)
    }

    /// What was saved last.
    pub(super) fn restore(&mut self) -> Result<Datum<N>, Trap> {
        self.tape.pop().ok_or_else(|| Trap::Broken("nothing was saved".to_owned()))
    }

    fn constant(&self, constant: &Constant) -> Result<Datum<N>, Trap> {
        Ok(match constant {
            Constant::Float(value, ty) => Datum::Float(N::constant(Real::of_type(*value, ty))),
            Constant::Integer(value, _) => Datum::Integer(*value),
            Constant::Bool(value) => Datum::Bool(*value),
            // Never looked at; emitted as zero.
            Constant::Undefined(Type::Float(ty)) => {
                Datum::Float(N::constant(Real::of_type(0.0, ty)))
            }
            Constant::Undefined(Type::Integer(_)) => Datum::Integer(0),
            Constant::Undefined(Type::Bool) => Datum::Bool(false),
            Constant::Undefined(_) => Datum::Nothing,
            // With vectors: the other case is the loop as it was.
            Constant::LeftOver(count) => Datum::Integer(*count as i128 - 1),
        })
    }

    // Scalar operations.

    fn operation(
        &self,
        operation: Operation,
        arguments: &[ValueId],
        result: Option<ValueId>,
    ) -> Result<Datum<N>, Trap> {
        if arguments.len() != operation.arity() {
            return Err(Trap::Broken(format!("`{}` of {arguments:?}", operation.text())));
        }
        match operation {
            Operation::Float(operation) => {
                let first = self.value(arguments[0])?.number()?;
                let mut numbers = [first; 3];
                for (number, argument) in numbers.iter_mut().zip(arguments).skip(1) {
                    match self.value(*argument)? {
                        Datum::Float(value) => *number = *value,
                        Datum::Integer(integer) => {
                            let value = N::operate_integer(operation, first, *integer as i32)?;
                            return Ok(Datum::Float(value));
                        }
                        other => return Err(Trap::Broken(format!("a float is {other:?}"))),
                    }
                }
                N::operate(operation, &numbers[..arguments.len()]).map(Datum::Float)
            }
            Operation::Predicate(predicate) => {
                let value = self.value(arguments[0])?.number()?;
                Ok(Datum::Bool(value.primal().predicate(predicate)))
            }
            Operation::Compare(comparison) => {
                let ty = self.ty(arguments[0]);
                let order = compare(self.value(arguments[0])?, self.value(arguments[1])?, ty)?;
                Ok(Datum::Bool(match comparison {
                    Comparison::Equal => order == Some(Ordering::Equal),
                    Comparison::NotEqual => order != Some(Ordering::Equal),
                    Comparison::Less => order == Some(Ordering::Less),
                    Comparison::LessEqual => {
                        matches!(order, Some(Ordering::Less | Ordering::Equal))
                    }
                    Comparison::Greater => order == Some(Ordering::Greater),
                    Comparison::GreaterEqual => {
                        matches!(order, Some(Ordering::Greater | Ordering::Equal))
                    }
                }))
            }
            Operation::Boolean(operation) => {
                let a = self.value(arguments[0])?.truth()?;
                let b = match arguments.get(1) {
                    Some(b) => self.value(*b)?.truth()?,
                    None => false,
                };
                Ok(Datum::Bool(match operation {
                    BooleanOperation::Not => !a,
                    BooleanOperation::And => a & b,
                    BooleanOperation::Or => a | b,
                    BooleanOperation::Xor => a ^ b,
                }))
            }
            Operation::Integer(operation) => self.integer(operation, arguments),
            Operation::Cast => {
                let to = result.map(|result| self.ty(result));
                let missing = || Trap::Broken("a cast without a result".to_owned());
                let from = self.ty(arguments[0]);
                integers::cast(self.value(arguments[0])?, from, to.ok_or_else(missing)?)
            }
            Operation::Select => {
                let chosen = match self.value(arguments[0])?.truth()? {
                    true => arguments[1],
                    false => arguments[2],
                };
                self.value(chosen).cloned()
            }
        }
    }

    fn integer(
        &self,
        operation: IntegerOperation,
        arguments: &[ValueId],
    ) -> Result<Datum<N>, Trap> {
        let Type::Integer(ty) = self.ty(arguments[0]) else {
            return Err(Trap::Broken(format!("`{}` of no integer", operation.text())));
        };
        let mut integers = [0; 3];
        for (integer, argument) in integers.iter_mut().zip(arguments) {
            *integer = self.value(*argument)?.integer()?;
        }
        integers::operate(operation, *ty, &integers[..arguments.len()], self.overflow())
    }

    fn overflow(&self) -> OverflowMode {
        self.interpreter.overflow
    }

    // Control flow, memory and calls.

    fn counted(&mut self, counted: &For) -> Result<Vec<Datum<N>>, Trap> {
        let For { start, end, inclusive, step, reversed, carried, exits, body, .. } = counted;
        let ty = self.ty(*start).clone();
        let (start, end) = (self.value(*start)?, self.value(*end)?);
        let order = compare(start, end, &ty)?;
        let (start, end) = (start.integer()?, end.integer()?);
        let step = match step {
            None => 1,
            Some(step) => match self.value(*step)?.integer()? as u128 {
                0 => return Err(Trap::Panic("step_by(0)".to_owned())),
                step => step,
            },
        };
        // The number of indices without the step; all of u128 is never run through.
        let span = match order {
            Some(Ordering::Less) => end.wrapping_sub(start) as u128,
            _ => 0,
        };
        let trips = match (order, inclusive) {
            (Some(Ordering::Greater) | None, _) => 0,
            (_, true) => span / step + 1,
            (_, false) => span.div_ceil(step),
        };
        let mut carried = self.all(carried)?;
        for trip in 0..trips {
            self.step()?;
            let k = if *reversed { trips - 1 - trip } else { trip };
            let index = start.wrapping_add((k * step) as i128);
            carried.insert(0, Datum::Integer(index));
            self.set_all(&body.parameters, carried)?;
            carried = self.region(body)?;
            if *exits && exit_code(&carried)? != 0 {
                break;
            }
        }
        Ok(carried)
    }

    fn resize(&mut self, place: &crate::ir::Place, kind: &ResizeKind) -> Result<(), Trap> {
        match kind {
            ResizeKind::Clear => self.view(place)?.whole()?.elements_mut()?.clear(),
            ResizeKind::Pop => {
                self.view(place)?.whole()?.elements_mut()?.pop();
            }
            ResizeKind::Truncate(length) => {
                let length = self.value(*length)?.integer()? as usize;
                self.view(place)?.whole()?.elements_mut()?.truncate(length);
            }
            ResizeKind::Reserve(length) => {
                self.length_value(*length)?;
            }
            ResizeKind::Resize(length, content) => {
                let length = self.length_value(*length)?;
                let content = self.content(content)?;
                self.view(place)?.whole()?.elements_mut()?.resize(length, content);
            }
            ResizeKind::ExtendFrom(source) => {
                let source = self.view(source)?.elements()?.to_vec();
                self.view(place)?.whole()?.elements_mut()?.extend(source);
            }
        }
        Ok(())
    }

    fn call(&mut self, call: &Call) -> Result<Vec<Datum<N>>, Trap> {
        // `gradient` is what `gradient_into` leaves in buffers of the arguments' shapes.
        let output = match call.output {
            CallOutput::Gradient => CallOutput::GradientInto,
            other => other,
        };
        let name = output.function_name(&call.name);
        let Some(callee) = self.interpreter.functions.get(&name).copied() else {
            return Err(Trap::Unsupported(format!("a call of {}", call.name)));
        };
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(match argument {
                Argument::Value(content) => self.content(content)?,
                Argument::Shared(place) | Argument::Mutable(place) | Argument::Place(place) => {
                    self.view(place)?.copied()?
                }
            });
        }
        if call.output == CallOutput::Gradient {
            let active = callee.parameters.iter().map(|parameter| parameter.active);
            let buffers = arguments.iter().zip(active).filter(|(_, active)| *active);
            let buffers: Vec<_> = buffers.map(|(argument, _)| argument.zeros_like()).collect();
            arguments.extend(buffers);
        }
        let (steps, tape) = (&mut *self.steps, &mut *self.tape);
        let mut outcome =
            function(self.interpreter, callee, arguments, steps, tape, self.depth + 1)?;
        if call.output == CallOutput::Gradient {
            let mut gradients = outcome.parameters.split_off(call.arguments.len());
            outcome.result = match gradients.len() {
                1 => gradients.remove(0),
                _ => Datum::Tuple(gradients),
            };
        }
        for (argument, after) in call.arguments.iter().zip(outcome.parameters) {
            if let Argument::Mutable(place) = argument {
                self.assign(place, after)?;
            }
        }
        match call.result_slot {
            Some(slot) => match self.slots.get_mut(slot.0 as usize) {
                Some(slot) => {
                    *slot = outcome.result;
                    Ok(vec![])
                }
                None => Err(Trap::Broken(format!("there is no slot {}", slot.0))),
            },
            None => Ok(match outcome.result {
                Datum::Unit => vec![],
                result => vec![result],
            }),
        }
    }
}

fn fill<N: Number>(datum: &mut Datum<N>, value: &Datum<N>) {
    match datum {
        Datum::List(elements) => elements.iter_mut().for_each(|element| fill(element, value)),
        scalar => *scalar = value.clone(),
    }
}

fn exit_code<N: Number>(carried: &[Datum<N>]) -> Result<i128, Trap> {
    match carried.first() {
        Some(code) => code.integer(),
        None => Err(Trap::Broken("a loop without an exit code".to_owned())),
    }
}

/// The order of two scalars of a type; `None` beside a NaN.
fn compare<N: Number>(a: &Datum<N>, b: &Datum<N>, ty: &Type) -> Result<Option<Ordering>, Trap> {
    Ok(match (a, b) {
        (Datum::Float(a), Datum::Float(b)) => match (a.primal(), b.primal()) {
            (Real::Single(a), Real::Single(b)) => a.partial_cmp(&b),
            (Real::Double(a), Real::Double(b)) => a.partial_cmp(&b),
            (a, b) => return Err(Trap::Broken(format!("compares {a:?} to {b:?}"))),
        },
        (Datum::Integer(a), Datum::Integer(b)) => match ty {
            Type::Integer(IntegerType::U128) => Some((*a as u128).cmp(&(*b as u128))),
            _ => Some(a.cmp(b)),
        },
        (Datum::Bool(a), Datum::Bool(b)) => Some(a.cmp(b)),
        (a, b) => return Err(Trap::Broken(format!("compares {a:?} to {b:?}"))),
    })
}
