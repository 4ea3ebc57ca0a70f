//! What the compiler knows about an annotated function or a derived struct from outside its body:
//! parameter types, return type, field types. A signature travels between items by macro (see
//! `transport`), so that callers in other modules and crates know it.

use crate::ir::CallOutput;
use crate::types::{FloatType, Holds, StructType, Type};
use std::collections::HashMap;
use std::rc::Rc;

/// The signature of an annotated function that is called.
#[derive(Clone, Debug)]
pub struct FunctionSignature {
    /// Parameter types in order, as declared.
    pub parameters: Vec<Type>,
    /// The return type.
    pub result: Type,
    /// Which parameters its derivative covers.
    pub active: Vec<bool>,
    /// Names of its type parameters bounded by `Float`.
    pub float_parameters: Vec<Rc<str>>,
    /// `Some`: its outputs are functions beside it with this prefix, not those of a type.
    pub prefix: Option<Rc<str>>,
    /// It is the function that calls it.
    pub recursive: bool,
    /// It may fail, and `result` is what it gives in the IR ([`Type::outcome`]).
    pub fallible: bool,
    /// What else is known of it.
    pub notes: Notes,
}

/// What a signature does not say and callers need to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// It prints: it must not run again for its gradient.
    pub prints: bool,
    /// Its gradient is a rule written by hand: there are no sweeps.
    pub by_rule: bool,
    /// It has `jvp`.
    pub jvp: bool,
    /// Its derivatives have theirs: the order is 2 or more.
    pub second: bool,
    /// Those have theirs: the order is 3.
    pub third: bool,
    /// It has `__value_lanes` and `__gradient_lanes`, which loops with lanes call.
    pub lanes: bool,
    /// It has `__jvp_lanes`: its Jacobian-vector product in several directions at once.
    pub directions: bool,
}

impl Notes {
    /// The notes with their names.
    pub fn named(self) -> impl Iterator<Item = &'static str> {
        let Notes { prints, by_rule, jvp, second, third, lanes, directions } = self;
        let orders = [("jvp", jvp), ("second", second), ("third", third)];
        let in_lanes = [("lanes", lanes), ("directions", directions)];
        [("prints", prints), ("by_rule", by_rule)]
            .into_iter()
            .chain(orders)
            .chain(in_lanes)
            .filter_map(|(name, holds)| holds.then_some(name))
    }

    /// Whether there is a function that callers want.
    pub fn offers(self, output: CallOutput) -> bool {
        use CallOutput as C;
        match output {
            C::Jvp => self.jvp,
            C::GradientIntoJvp | C::ForwardJvp | C::ReverseJvp => self.second,
            C::JvpJvp | C::GradientIntoJvpJvp | C::ForwardJvpJvp | C::ReverseJvpJvp => self.third,
            _ => true,
        }
    }

    /// Takes a note by its name.
    pub fn add(&mut self, name: &str) {
        self.prints |= name == "prints";
        self.by_rule |= name == "by_rule";
        self.jvp |= name == "jvp";
        self.second |= name == "second";
        self.third |= name == "third";
        self.lanes |= name == "lanes";
        self.directions |= name == "directions";
    }
}

/// One part by itself, several as a tuple.
pub(crate) fn one_or_tuple<T>(mut parts: Vec<T>, tuple: impl Fn(Vec<T>) -> T) -> T {
    match parts.len() {
        1 => parts.remove(0),
        _ => tuple(parts),
    }
}

/// The type in which a direction of a parameter is passed: its gradient type, but for a `Vec` a slice.
pub fn direction_parameter(ty: &Type) -> Type {
    match ty.tangent() {
        Type::Vec(element) => {
            Type::Reference { mutable: false, to: Box::new(Type::Slice(element)) }
        }
        other => other,
    }
}

impl FunctionSignature {
    /// As the IR has it: an `Option` or a `Result` that is returned is taken apart.
    pub fn lowered(&self) -> Self {
        match self.result.outcome() {
            Some(result) => Self { result, fallible: true, ..self.clone() },
            None => self.clone(),
        }
    }

    /// Whether calls of it are reversed by `__forward` and `__reverse`.
    pub fn is_split(&self) -> bool {
        self.recursive
            || self.notes.prints
            || !self.result.is_float()
            || self.parameters.iter().any(is_mutable)
    }

    /// Whether it has `__forward` and `__reverse` although its calls can be reversed by its gradient:
    /// for callers that cannot keep an argument until then. Numbers, and arrays and slices of them, can
    /// be kept.
    pub fn offers_split(&self) -> bool {
        fn hard_to_keep(ty: &Type) -> bool {
            match ty {
                Type::Struct(_) | Type::Opaque(_) | Type::Option(_) => true,
                Type::Reference { to: inner, .. }
                | Type::Slice(inner)
                | Type::Vec(inner)
                | Type::Array(inner, _) => hard_to_keep(inner),
                Type::Tuple(elements) => elements.iter().any(hard_to_keep),
                _ => false,
            }
        }
        !self.notes.by_rule && self.parameters.iter().any(hard_to_keep)
    }

    /// Whether its derivative covers a parameter. In a split function the content behind `&mut` is
    /// always covered, since it is an output, too.
    pub fn covers(&self, position: usize) -> bool {
        let Some(ty) = self.parameters.get(position) else { return false };
        (self.active.get(position) == Some(&true) || is_mutable(ty)) && ty.tangent() != Type::Unit
    }

    /// Whether it returns or changes floats.
    pub fn has_outputs(&self) -> bool {
        self.result.holds_floats() || self.parameters.iter().any(is_output)
    }

    /// The positions of the parameters that its derivative covers.
    pub fn covered(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.parameters.len()).filter(|position| self.covers(*position))
    }

    /// The type of all floats of its tangents, if there is one.
    pub fn float_of_tangents(&self) -> Option<FloatType> {
        let inputs = self.covered().map(|position| self.parameters[position].tangent());
        let all: Vec<_> = inputs.chain([self.result.tangent()]).collect();
        crate::matrix::common_float(&all)
    }

    /// Whether its Jacobian-vector product could take several directions at once: tangents are floats of one type in
    /// arrays, lists and tuples, and arguments can be passed several times.
    pub fn may_take_directions(&self) -> bool {
        let Some(float) = self.float_of_tangents() else { return false };
        let by_directions = |ty: Type| ty == Type::Unit || ty.is_made_of(&float);
        let gives = self.result.holds_floats() || self.parameters.iter().any(is_output);
        let inputs = self.covered().map(|position| self.parameters[position].tangent());
        let fallible = self.fallible || self.result.outcome().is_some();
        matches!(float, FloatType::F32 | FloatType::F64)
            && !fallible
            && gives
            && self.float_parameters.is_empty()
            && inputs.chain([self.result.tangent()]).all(by_directions)
            && self.parameters.iter().all(Type::is_repeatable)
    }
}

/// A derivative that an annotated function may call of another one: `potential::gradient(x)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NestedOutput {
    /// `gradient`.
    Gradient,
    /// `value_and_gradient`.
    ValueAndGradient,
    /// `jvp`: value and slope in a direction.
    Jvp,
    /// `vjp`: value and gradient for cotangents.
    Vjp,
}

impl NestedOutput {
    /// By the last segment of the path.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "gradient" => Some(Self::Gradient),
            "value_and_gradient" => Some(Self::ValueAndGradient),
            "jvp" => Some(Self::Jvp),
            "vjp" => Some(Self::Vjp),
            _ => None,
        }
    }

    /// The path of the function, and what is called of it; none of another path.
    pub fn of_path(text: &str) -> Option<(&str, Self)> {
        let (function, name) = text.rsplit_once("::")?;
        Some((function, Self::named(name)?))
    }
}

impl FunctionSignature {
    /// The signature of one of its derivatives; it is not itself annotated.
    pub fn of_output(&self, output: NestedOutput) -> Self {
        let gradients = self.covered().map(|position| self.parameters[position].tangent());
        let gradient = one_or_tuple(gradients.collect(), Type::Tuple);
        let mut parameters = self.parameters.clone();
        let result = match output {
            NestedOutput::Gradient => gradient,
            NestedOutput::ValueAndGradient => Type::Tuple(vec![self.result.clone(), gradient]),
            NestedOutput::Vjp => {
                parameters.push(direction_parameter(&self.result));
                Type::Tuple(vec![self.result.clone(), gradient])
            }
            NestedOutput::Jvp => {
                let directions = self.covered();
                parameters.extend(directions.map(|k| direction_parameter(&self.parameters[k])));
                Type::Tuple(vec![self.result.clone(), self.result.tangent()])
            }
        };
        Self { active: vec![false; parameters.len()], parameters, result, ..self.clone() }
    }
}

/// Whether it is `&mut`.
pub fn is_mutable(ty: &Type) -> bool {
    matches!(ty, Type::Reference { mutable: true, .. })
}

/// Whether what is behind a parameter of this type is an output with a derivative.
pub fn is_output(ty: &Type) -> bool {
    is_mutable(ty) && ty.holds_floats()
}

impl Default for FunctionSignature {
    /// Takes and returns nothing.
    fn default() -> Self {
        Self {
            parameters: Vec::new(),
            result: Type::Unit,
            active: Vec::new(),
            float_parameters: Vec::new(),
            prefix: None,
            recursive: false,
            fallible: false,
            notes: Notes::default(),
        }
    }
}

/// Everything known about names outside the function's body, by path text without spaces
/// (`model::step`).
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Annotated functions.
    pub functions: HashMap<String, FunctionSignature>,
    /// Derived structs.
    pub structs: HashMap<String, Rc<StructType>>,
    /// Derived enums.
    pub enums: HashMap<String, Holds>,
    /// Methods of annotated `impl` blocks in the same item, by `Type::method`.
    pub methods: HashMap<String, FunctionSignature>,
}

impl Environment {
    /// `path::gradient` and the like of an annotated function: its signature and what is called.
    pub fn output(&self, text: &str) -> Option<(&FunctionSignature, NestedOutput)> {
        let (function, output) = NestedOutput::of_path(text)?;
        Some((self.functions.get(function)?, output))
    }
}
