//! The Hessian of code in a straight line, by one sweep backwards: edge pushing.
//!
//! R. M. Gower and M. P. Mello, *A new framework for the computation of Hessians*, Optimization Methods and
//! Software 27 (2012), 251-273. Operations are undone from the last to the first. After each step the function
//! is one of the values that are left, `v`, and the sweep knows its gradient `a` (the adjoints) and its Hessian
//! `w` by them. Undoing `y = f(u, …)` replaces `dy` by `Σ p dv`, with the partial derivatives `p` of `f`, and
//! `y` itself gives second derivatives:
//!
//! * pushing: `w(y, j)` adds `p w(y, j)` to `w(u, j)`, and `w(y, y)` adds `p q w(y, y)` to `w(u, v)`;
//! * creating: `a(y) ∂²f/∂u∂v` is added to `w(u, v)`;
//! * adjoints: `p a(y)` is added to `a(u)`.
//!
//! What costs is how many values interact at a time: a function of few intermediate values is done for those,
//! whatever the number of parameters. Where many interact, tangents in all directions cost less
//! ([`super::at_once`]): the caller compares.
//!
//! Partial derivatives are those of the derivative table, in products that know structural zeros and choices
//! ([`derivatives::vjp`]); second ones are tangents of these products.

use super::{active, gradient_types, hessian_type};
use crate::activity::Activity;
use crate::derivatives::{self, has_derivative};
use crate::forward::Forwarded;
use crate::ir::builder::Builder;
use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::*;
use crate::signature::is_output;
use crate::signature::one_or_tuple;
use crate::types::{FloatType, Type};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The Hessian of a function that returns one float, with value and gradient before it if asked for; `None` if
/// the function is not in a straight line, or becomes longer than `longest`.
pub fn hessian(
    primal: &Function,
    float: &FloatType,
    jointly: bool,
    longest: u64,
) -> Option<Forwarded> {
    let result = match (&primal.result, is_straight(primal, float)) {
        (Aggregate::Value(result), true) => *result,
        _ => return None,
    };
    let types = gradient_types(primal);
    let activity = Activity::of(primal);
    let mut pushing = Pushing::new(primal, &activity)?;
    pushing.begin(result);
    for instruction in primal.body.instructions.iter().rev() {
        if let InstructionKind::Operation(operation, arguments) = &instruction.kind
            && activity.is_active(instruction.results[0])
        {
            pushing.builder.at(instruction.span);
            pushing.undo(*operation, arguments, instruction.results[0]);
            if pushing.length > longest {
                return None;
            }
        }
    }
    let (gradient, matrix) = (pushing.gradient(&types, float), pushing.matrix(float));
    let mut made = pushing.builder.finish();
    let ty = hessian_type(&types, float);
    if jointly {
        let gradient_type = one_or_tuple(types, Type::Tuple);
        made.result = Aggregate::Tuple(vec![primal.result.clone(), gradient, matrix]);
        made.result_type = Type::Tuple(vec![primal.result_type.clone(), gradient_type, ty]);
    } else {
        made.result = matrix;
        made.result_type = ty;
    }
    Some(Forwarded { function: made, refusals: vec![] })
}

/// Whether a function only reads and calculates, with floats of one type.
fn is_straight(primal: &Function, float: &FloatType) -> bool {
    let reads = |instruction: &Instruction| match instruction.kind {
        InstructionKind::Constant(_)
        | InstructionKind::Length(_)
        | InstructionKind::Load(_)
        | InstructionKind::Operation(..) => instruction.results.iter().all(|result| {
            let ty = &primal.value(*result).ty;
            !ty.is_float() || *ty == Type::Float(float.clone())
        }),
        _ => false,
    };
    primal.body.instructions.iter().all(reads)
        && !primal.parameters.iter().any(|parameter| is_output(&parameter.ty))
}

/// The state of the sweep.
struct Pushing<'a> {
    activity: &'a Activity,
    builder: Builder,
    /// The parameters' floats end to end: by position the value that stands for it, if it is read.
    inputs: Vec<Option<ValueId>>,
    /// Values that read an input again: the one that stands for it.
    again: Map<ValueId, ValueId>,
    adjoints: Map<ValueId, ValueId>,
    /// By pair of values, the smaller one first: the entry of the symmetric matrix.
    second: BTreeMap<(ValueId, ValueId), ValueId>,
    /// The instructions that were made.
    length: u64,
}

impl<'a> Pushing<'a> {
    /// Begins with the primal; `None` if it is not known which input something reads.
    fn new(primal: &Function, activity: &'a Activity) -> Option<Self> {
        let span = primal.parameters.first()?.span;
        let builder = Builder::new(Function { body: Region::default(), ..primal.clone() }, span);
        let (adjoints, second) = (Map::new(), BTreeMap::new());
        let (inputs, again) = (vec![], Map::new());
        let mut pushing = Self { activity, builder, inputs, again, adjoints, second, length: 0 };
        let mut first = Map::new();
        for parameter in active(primal) {
            let position = pushing.inputs.len();
            let count = parameter.ty.tangent().float_count()? as usize;
            pushing.inputs.resize(position + count, None);
            match parameter.binding {
                ParameterBinding::Value(value) => pushing.inputs[position] = Some(value),
                ParameterBinding::Slot(slot) => {
                    first.insert(slot, position);
                }
            }
        }
        for instruction in &primal.body.instructions {
            pushing.builder.append(instruction.clone());
            if let InstructionKind::Load(place) = &instruction.kind
                && activity.is_active(instruction.results[0])
            {
                let inside = pushing.builder.position_in(place)? as usize;
                pushing.read(first.get(&place.root)? + inside, instruction.results[0]);
            }
        }
        Some(pushing)
    }

    /// A value reads the input at a position.
    fn read(&mut self, position: usize, value: ValueId) {
        match self.inputs[position] {
            Some(known) => {
                self.again.insert(value, known);
            }
            None => self.inputs[position] = Some(value),
        }
    }

    fn node(&self, value: ValueId) -> ValueId {
        self.again.get(&value).copied().unwrap_or(value)
    }

    /// The adjoint of the result is 1.
    fn begin(&mut self, result: ValueId) {
        if self.activity.is_active(result) {
            let one = self.one(result);
            self.adjoints.insert(self.node(result), one);
        }
    }

    fn one(&mut self, like: ValueId) -> ValueId {
        match self.builder.function.value(like).ty.clone() {
            Type::Float(ty) => self.builder.float(1.0, &ty),
            // Only floats are active.
            ty => self.builder.constant(Constant::Undefined(ty)),
        }
    }

    /// Undoes an operation.
    fn undo(&mut self, operation: Operation, arguments: &[ValueId], result: ValueId) {
        let arguments: Vec<_> = arguments.iter().map(|argument| self.node(*argument)).collect();
        let wanted = arguments.iter().enumerate().map(|(position, argument)| {
            self.activity.is_active(*argument) && has_derivative(operation, position)
        });
        let wanted = wanted.collect();
        let step = Step { operation, arguments, result, wanted };
        for (other, entry) in self.take_edges(result) {
            for (argument, term) in self.terms(&step, entry) {
                // Both orders of the pair.
                let term = if argument == other { self.sum(term, term) } else { term };
                self.add_pair(argument, other, term);
            }
        }
        if let Some(entry) = self.second.remove(&(result, result)) {
            self.push_square(&step, entry);
        }
        if let Some(adjoint) = self.adjoints.remove(&result) {
            self.create(&step, adjoint);
        }
    }

    /// Takes the entries of a value with others.
    fn take_edges(&mut self, value: ValueId) -> Vec<(ValueId, ValueId)> {
        let is_edge =
            |pair: &(ValueId, ValueId)| pair.0 != pair.1 && [pair.0, pair.1].contains(&value);
        let pairs: Vec<_> = self.second.keys().copied().filter(is_edge).collect();
        let other = |pair: (ValueId, ValueId)| if pair.0 == value { pair.1 } else { pair.0 };
        pairs
            .into_iter()
            .filter_map(|pair| Some((other(pair), self.second.remove(&pair)?)))
            .collect()
    }

    /// By argument the partial derivative times a factor, as far as it is not zero.
    fn terms(&mut self, step: &Step, factor: ValueId) -> Vec<(ValueId, ValueId)> {
        self.length += 1;
        let terms = derivatives::vjp(
            step.operation,
            &step.arguments,
            step.result,
            factor,
            &step.wanted,
            &mut self.builder,
        );
        let mut own: Vec<(ValueId, ValueId)> = vec![];
        for (argument, term) in step.arguments.iter().zip(terms) {
            let Some(term) = term else { continue };
            match own.iter().position(|(known, _)| known == argument) {
                // One value in two places.
                Some(known) => own[known].1 = self.sum(own[known].1, term),
                None => own.push((*argument, term)),
            }
        }
        own
    }

    /// w (Σ p du)²
    fn push_square(&mut self, step: &Step, entry: ValueId) {
        for (position, (row, term)) in self.terms(step, entry).into_iter().enumerate() {
            for (column, product) in self.terms(step, term).into_iter().skip(position) {
                self.add_pair(row, column, product);
            }
        }
    }

    /// Second derivatives of the operation itself, and the adjoints of its arguments.
    fn create(&mut self, step: &Step, adjoint: ValueId) {
        self.builder.open(vec![]);
        let own = self.terms(step, adjoint);
        let made = self.builder.close(vec![]).instructions;
        self.length += made.len() as u64;
        made.iter().for_each(|instruction| self.builder.append(instruction.clone()));
        for (position, (by, _)) in own.iter().enumerate() {
            let tangents = self.tangents(step, &made, *by);
            for (argument, term) in &own[position..] {
                if let Some(tangent) = tangents.get(term) {
                    self.add_pair(*argument, *by, *tangent);
                }
            }
        }
        for (argument, term) in own {
            let sum = match self.adjoints.remove(&argument) {
                Some(known) => self.sum(known, term),
                None => term,
            };
            self.name_adjoint(argument, sum);
            self.adjoints.insert(argument, sum);
        }
    }

    /// The tangents of what was made for a step, where one argument varies.
    fn tangents(
        &mut self,
        step: &Step,
        made: &[Instruction],
        by: ValueId,
    ) -> Map<ValueId, ValueId> {
        let mut tangents = Map::new();
        let one = self.one(by);
        tangents.insert(by, one);
        self.tangent(step.operation, &step.arguments, step.result, &mut tangents);
        for instruction in made {
            if let InstructionKind::Operation(operation, arguments) = &instruction.kind {
                self.tangent(*operation, arguments, instruction.results[0], &mut tangents);
            }
        }
        tangents
    }

    fn tangent(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
        tangents: &mut Map<ValueId, ValueId>,
    ) {
        let own: Vec<_> = arguments.iter().map(|value| tangents.get(value).copied()).collect();
        if own.iter().all(Option::is_none) {
            return;
        }
        self.length += 1;
        let tangent = derivatives::jvp(operation, arguments, result, &own, &mut self.builder);
        if let Some(tangent) = tangent {
            tangents.insert(result, tangent);
        }
    }

    /// Adds to the entry of a pair.
    fn add_pair(&mut self, a: ValueId, b: ValueId, term: ValueId) {
        let pair = (a.min(b), a.max(b));
        let entry = match self.second.get(&pair) {
            Some(known) => self.sum(*known, term),
            None => term,
        };
        self.second.insert(pair, entry);
    }

    fn sum(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.length += 1;
        self.builder.float_operation(FloatOperation::Add, &[a, b])
    }

    fn name_adjoint(&mut self, value: ValueId, adjoint: ValueId) {
        let name = self.builder.function.value(value).name.clone();
        let own = &mut self.builder.function.values[adjoint.0 as usize].name;
        if let (Some(name), None) = (name, &own) {
            *own = Some(Rc::from(format!("{name}_adjoint")));
        }
    }

    /// The gradient in the shape of the parameters.
    fn gradient(&mut self, types: &[Type], float: &FloatType) -> Aggregate {
        let zero = self.builder.float(0.0, float);
        let of = |input: &Option<ValueId>| self.adjoints.get(input.as_ref()?).copied();
        let floats: Vec<_> = self.inputs.iter().map(|input| of(input).unwrap_or(zero)).collect();
        let mut floats = floats.into_iter();
        let parts = types.iter().map(|ty| shaped(ty, &mut floats)).collect();
        one_or_tuple(parts, Aggregate::Tuple)
    }

    /// The Hessian as an array of rows.
    fn matrix(&mut self, float: &FloatType) -> Aggregate {
        let zero = self.builder.float(0.0, float);
        let entry = |a: &Option<ValueId>, b: &Option<ValueId>| {
            let (a, b) = ((*a)?, (*b)?);
            self.second.get(&(a.min(b), a.max(b))).copied()
        };
        let row = |a| self.inputs.iter().map(move |b| entry(a, b).unwrap_or(zero));
        let rows =
            self.inputs.iter().map(|a| Aggregate::Array(row(a).map(Aggregate::Value).collect()));
        Aggregate::Array(rows.collect())
    }
}

/// An operation to be undone.
struct Step {
    operation: Operation,
    arguments: Vec<ValueId>,
    result: ValueId,
    /// The arguments that derivatives are passed on to.
    wanted: Vec<bool>,
}

/// Floats in the shape of a tangent.
fn shaped(ty: &Type, floats: &mut dyn Iterator<Item = ValueId>) -> Aggregate {
    match ty {
        Type::Float(_) => floats.next().map_or(Aggregate::Unit, Aggregate::Value),
        Type::Array(element, crate::types::Length::Literal(length)) => {
            Aggregate::Array((0..*length).map(|_| shaped(element, floats)).collect())
        }
        Type::Tuple(elements) => {
            Aggregate::Tuple(elements.iter().map(|element| shaped(element, floats)).collect())
        }
        Type::Struct(definition) => {
            let field = |(name, ty): &(Rc<str>, Type)| (name.clone(), shaped(ty, floats));
            Aggregate::Struct(definition.clone(), definition.fields.iter().map(field).collect())
        }
        _ => Aggregate::Unit,
    }
}
