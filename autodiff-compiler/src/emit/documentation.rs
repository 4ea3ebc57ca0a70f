//! Formulas of a function and its partial derivatives, for rustdoc.
//!
//! A function that is one closed formula (no loop, no branch, no call, nothing printed) is written
//! out as mathematics, and so is every partial derivative in its gradient:
//!
//! ```text
//! rosenbrock(x, y) = (1 - x)² + 100·(y - x²)²
//! ∂/∂x = -2·(1 - x) - 400·x·(y - x²)
//! ∂/∂y = 200·(y - x²)
//! ```

use crate::ir::operations::{FloatOperation, Operation};
use crate::ir::{
    Aggregate, Constant, Function, InstructionKind, ParameterBinding, Place, Projection, SlotId,
    ValueId,
};
use crate::reverse::owner_of_buffer;
use std::collections::HashMap;

/// More nodes than this in one formula help nobody.
const MOST_NODES: usize = 60;

/// The formulas of a function and of its gradient (`gradient_into`: after the function's parameters
/// one for each active parameter), as Markdown; `None` if it is more than a formula, or a long one.
pub fn formulas(value: &Function, gradient: Option<&Function>) -> Option<String> {
    let mut lines = Vec::new();
    let names: Vec<&str> = value.parameters.iter().map(|parameter| &*parameter.name).collect();
    let result = Reader::read(value, value.parameters.len())?.result(&value.result)?;
    lines.push(format!("{}({}) = {}", value.name, names.join(", "), result.text(Level::Sum)));
    if let Some(gradient) = gradient {
        let reader = Reader::read(gradient, value.parameters.len())?;
        let partials = reader.partials()?;
        let sign = if partials.len() == 1 { "d" } else { "∂" };
        for (place, formula) in partials {
            lines.push(format!("{sign}/{sign}{place} = {}", formula.text(Level::Sum)));
        }
    }
    Some(format!("```text\n{}\n```", lines.join("\n")))
}

/// An expression as mathematics writes it.
#[derive(Clone, Debug, PartialEq)]
enum Formula {
    Number(f64),
    Symbol(String),
    Sum(Box<Formula>, Box<Formula>),
    Difference(Box<Formula>, Box<Formula>),
    Product(Box<Formula>, Box<Formula>),
    Quotient(Box<Formula>, Box<Formula>),
    Negative(Box<Formula>),
    Power(Box<Formula>, Box<Formula>),
    Absolute(Box<Formula>),
    Call(&'static str, Vec<Formula>),
}

/// How tightly a formula holds together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Sum,
    Product,
    Power,
    Atom,
}

impl Formula {
    fn nodes(&self) -> usize {
        1 + match self {
            Self::Number(_) | Self::Symbol(_) => 0,
            Self::Negative(a) | Self::Absolute(a) => a.nodes(),
            Self::Sum(a, b)
            | Self::Difference(a, b)
            | Self::Product(a, b)
            | Self::Quotient(a, b)
            | Self::Power(a, b) => a.nodes() + b.nodes(),
            Self::Call(_, arguments) => arguments.iter().map(Self::nodes).sum(),
        }
    }

    fn level(&self) -> Level {
        match self {
            Self::Sum(..) | Self::Difference(..) | Self::Negative(_) => Level::Sum,
            Self::Number(value) if value.is_sign_negative() => Level::Sum,
            Self::Product(..) | Self::Quotient(..) => Level::Product,
            Self::Power(..) => Level::Power,
            _ => Level::Atom,
        }
    }

    /// The text, in parentheses if it holds together less tightly than asked for.
    fn text(&self, level: Level) -> String {
        let text = match self {
            Self::Number(value) => number(*value),
            Self::Symbol(name) => name.clone(),
            Self::Sum(a, b) => {
                // a + -b
                let (sign, b) = b.without_sign();
                let sign = if sign { '-' } else { '+' };
                format!("{} {sign} {}", a.text(Level::Sum), b.text(Level::Product))
            }
            Self::Difference(a, b) => {
                format!("{} - {}", a.text(Level::Sum), b.text(Level::Product))
            }
            Self::Product(a, b) => {
                let (first, second) = match (&**a, &**b) {
                    (a @ Self::Number(_), b) => (a, b),
                    (a, b @ Self::Number(_)) => (b, a),
                    (a, b) => (a, b),
                };
                // A leading sign needs no parentheses: -2·x.
                let number_first = matches!(first, Self::Number(_));
                let first = match first {
                    Self::Number(value) => number(*value),
                    other => other.text(Level::Product),
                };
                // 2·(x·y) is 2·x·y.
                let level = if number_first { Level::Product } else { Level::Power };
                format!("{first}·{}", second.text(level))
            }
            Self::Quotient(a, b) => format!("{}/{}", a.text(Level::Product), b.text(Level::Power)),
            Self::Negative(a) => format!("-{}", a.text(Level::Product)),
            Self::Power(a, exponent) => {
                let base = a.text(Level::Atom);
                match **exponent {
                    Self::Number(2.0) => format!("{base}²"),
                    Self::Number(3.0) => format!("{base}³"),
                    _ => format!("{base}^{}", exponent.text(Level::Atom)),
                }
            }
            Self::Absolute(a) => format!("|{}|", a.text(Level::Sum)),
            Self::Call(name, arguments) => {
                let arguments: Vec<String> =
                    arguments.iter().map(|argument| argument.text(Level::Sum)).collect();
                format!("{name}({})", arguments.join(", "))
            }
        };
        let signed_product = matches!(self, Self::Product(a, b)
            if [a, b].iter().any(|factor| matches!(***factor, Self::Number(n) if n.is_sign_negative())));
        let own = if signed_product { Level::Sum } else { self.level() };
        if own < level { format!("({text})") } else { text }
    }

    /// Whether it begins with a minus sign, and the formula without that.
    fn without_sign(&self) -> (bool, Formula) {
        match self {
            Self::Negative(a) => (true, (**a).clone()),
            Self::Number(value) if value.is_sign_negative() => (true, Self::Number(-value)),
            Self::Product(a, b) => match (a.without_sign(), b.without_sign()) {
                ((true, a), _) => (true, Self::Product(Box::new(a), b.clone())),
                (_, (true, b)) => (true, Self::Product(a.clone(), Box::new(b))),
                _ => (false, self.clone()),
            },
            Self::Quotient(a, b) => {
                let (sign, a) = a.without_sign();
                (sign, Self::Quotient(Box::new(a), b.clone()))
            }
            _ => (false, self.clone()),
        }
    }

    fn is_zero(&self) -> bool {
        *self == Self::Number(0.0)
    }
}

/// A number as people write it.
fn number(value: f64) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let size = value.abs();
    let name = [
        (std::f64::consts::PI, "π"),
        (std::f64::consts::TAU, "2π"),
        (std::f64::consts::FRAC_PI_2, "π/2"),
        (std::f64::consts::SQRT_2, "√2"),
        (f64::INFINITY, "∞"),
    ]
    .into_iter()
    .find(|(known, _)| *known == size);
    match name {
        Some((_, name)) => format!("{sign}{name}"),
        None => format!("{value}"),
    }
}

/// Follows a straight function, formula by formula.
struct Reader<'f> {
    function: &'f Function,
    values: HashMap<ValueId, Formula>,
    /// What was written to the gradients, in order of the first write: `x`, `w[0]`, ….
    written: Vec<(SlotId, String, Formula)>,
    /// How many of the parameters are the primal function's.
    primal_parameters: usize,
}

impl<'f> Reader<'f> {
    fn read(function: &'f Function, primal_parameters: usize) -> Option<Self> {
        let mut reader =
            Self { function, values: HashMap::new(), written: Vec::new(), primal_parameters };
        for parameter in &function.parameters {
            if let ParameterBinding::Value(value) = parameter.binding {
                reader.values.insert(value, Formula::Symbol(parameter.name.to_string()));
            }
        }
        for instruction in &function.body.instructions {
            let formula = match &instruction.kind {
                InstructionKind::Constant(Constant::Float(value, _)) => Formula::Number(*value),
                InstructionKind::Constant(Constant::Integer(value, _)) => {
                    Formula::Number(*value as f64)
                }
                InstructionKind::Operation(Operation::Float(operation), arguments) => {
                    reader.operation(*operation, arguments)?
                }
                InstructionKind::Load(place) => reader.load(place)?,
                InstructionKind::Store(place, value) => {
                    let formula = reader.values.get(value)?.clone();
                    reader.write(place, formula)?;
                    continue;
                }
                InstructionKind::AddTo(place, value) => {
                    let more = reader.values.get(value)?.clone();
                    let formula = match reader.load(place)? {
                        before if before.is_zero() => more,
                        before => Formula::Sum(Box::new(before), Box::new(more)),
                    };
                    reader.write(place, formula)?;
                    continue;
                }
                InstructionKind::Assign(place, content) => {
                    reader.assign(place, content)?;
                    continue;
                }
                _ => return None,
            };
            if formula.nodes() > MOST_NODES {
                return None;
            }
            reader.values.insert(*instruction.results.first()?, formula);
        }
        Some(reader)
    }

    fn result(&self, result: &Aggregate) -> Option<Formula> {
        match result {
            Aggregate::Value(value) => self.values.get(value).cloned(),
            _ => None,
        }
    }

    /// The partial derivatives by name.
    fn partials(&self) -> Option<Vec<(String, Formula)>> {
        let gradients = self.function.parameters.get(self.primal_parameters..)?;
        let mut found = Vec::new();
        for parameter in gradients {
            let ParameterBinding::Slot(slot) = parameter.binding else { return None };
            let own = self.written.iter().filter(|(root, ..)| *root == slot);
            found.extend(own.map(|(_, place, formula)| (place.clone(), formula.clone())));
        }
        Some(found)
    }

    fn operation(&self, operation: FloatOperation, arguments: &[ValueId]) -> Option<Formula> {
        use FloatOperation::*;
        let mut formulas = Vec::new();
        for argument in arguments {
            formulas.push(self.values.get(argument)?.clone());
        }
        let mut next = || Box::new(formulas.remove(0));
        Some(match operation {
            Neg => product(Formula::Number(-1.0), *next()),
            Add => Formula::Sum(next(), next()),
            Sub => Formula::Difference(next(), next()),
            Mul => {
                let (a, b) = (next(), next());
                product(*a, *b)
            }
            Div => quotient(*next(), *next()),
            Recip => quotient(Formula::Number(1.0), *next()),
            MulAdd => {
                let first = product(*next(), *next());
                Formula::Sum(Box::new(first), next())
            }
            Powi | Powf => Formula::Power(next(), next()),
            Abs => Formula::Absolute(next()),
            Detach => *next(),
            _ => Formula::Call(operation.text(), formulas),
        })
    }

    /// The name of a place that a parameter's scalar is at, with the root's name replaced.
    fn place_name(&self, place: &Place, root: &str) -> Option<String> {
        let mut name = root.to_owned();
        for projection in &place.path {
            match projection {
                Projection::Field(field) => name += &format!(".{field}"),
                Projection::Index { index, .. } => match self.values.get(index)? {
                    Formula::Number(index) => name += &format!("[{index}]"),
                    _ => return None,
                },
                Projection::Range { .. } => return None,
            }
        }
        Some(name)
    }

    /// Which parameter a slot belongs to.
    fn position(&self, slot: SlotId) -> Option<usize> {
        let parameters = &self.function.parameters;
        parameters.iter().position(|parameter| parameter.binding == ParameterBinding::Slot(slot))
    }

    fn load(&self, place: &Place) -> Option<Formula> {
        let position = self.position(place.root)?;
        if position < self.primal_parameters {
            let name = self.place_name(place, &self.function.parameters[position].name)?;
            return Some(Formula::Symbol(name));
        }
        let name = self.gradient_name(place)?;
        self.written.iter().find(|(_, known, _)| *known == name).map(|(.., f)| f.clone())
    }

    /// The name of the parameter's scalar that a place in a gradient belongs to.
    fn gradient_name(&self, place: &Place) -> Option<String> {
        let position = self.position(place.root)?;
        if position < self.primal_parameters {
            return None;
        }
        let own = &self.function.parameters[..self.primal_parameters];
        let buffer = &self.function.parameters[position];
        let owner = owner_of_buffer(own, &self.function.outside, buffer);
        self.place_name(place, &owner.unwrap_or(buffer).name)
    }

    /// Only gradients may be written.
    fn write(&mut self, place: &Place, formula: Formula) -> Option<()> {
        let name = self.gradient_name(place)?;
        if formula.nodes() > MOST_NODES {
            return None;
        }
        match self.written.iter_mut().find(|(_, known, _)| *known == name) {
            Some((.., old)) => *old = formula,
            None => self.written.push((place.root, name, formula)),
        }
        Some(())
    }

    fn assign(&mut self, place: &Place, content: &Aggregate) -> Option<()> {
        let at = |reader: &Self, suffix: String| {
            reader.gradient_name(place).map(|name| (place.root, format!("{name}{suffix}")))
        };
        let mut scalars = Vec::new();
        match content {
            Aggregate::Value(value) => scalars.push((at(self, String::new())?, *value)),
            Aggregate::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let Aggregate::Value(value) = element else { return None };
                    scalars.push((at(self, format!("[{index}]"))?, *value));
                }
            }
            Aggregate::ArrayRepeat(element, crate::types::Length::Literal(count))
                if *count < 20 =>
            {
                let Aggregate::Value(value) = **element else { return None };
                for index in 0..*count {
                    scalars.push((at(self, format!("[{index}]"))?, value));
                }
            }
            Aggregate::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let Aggregate::Value(value) = element else { return None };
                    scalars.push((at(self, format!(".{index}"))?, *value));
                }
            }
            Aggregate::Struct(_, fields) => {
                for (name, element) in fields {
                    let Aggregate::Value(value) = element else { return None };
                    scalars.push((at(self, format!(".{name}"))?, *value));
                }
            }
            _ => return None,
        }
        for ((root, name), value) in scalars {
            let formula = self.values.get(&value)?.clone();
            match self.written.iter_mut().find(|(_, known, _)| *known == name) {
                Some((.., old)) => *old = formula,
                None => self.written.push((root, name, formula)),
            }
        }
        Some(())
    }
}

/// A product with its numbers in front, as one.
fn product(a: Formula, b: Formula) -> Formula {
    let ((m, a), (n, b)) = (factors(a), factors(b));
    let rest = match (a, b) {
        (None, rest) | (rest, None) => rest,
        (Some(a), Some(b)) if a == b => {
            Some(Formula::Power(Box::new(a), Box::new(Formula::Number(2.0))))
        }
        (Some(a), Some(b)) => Some(Formula::Product(Box::new(a), Box::new(b))),
    };
    scaled(m * n, rest)
}

/// A quotient with its numbers in front, where they divide without remainder.
fn quotient(a: Formula, b: Formula) -> Formula {
    let ((m, a), (n, b)) = (factors(a), factors(b));
    let whole = (m / n).fract() == 0.0;
    let (front, below) = if whole { (m / n, 1.0) } else { (m, n) };
    // A minus sign below goes to the front.
    let (front, below) = if below < 0.0 { (-front, -below) } else { (front, below) };
    let below = match (below == 1.0, b) {
        (true, None) => return scaled(front, a),
        (_, b) => scaled(below, b),
    };
    match a {
        Some(a) => scaled(front, Some(Formula::Quotient(Box::new(a), Box::new(below)))),
        None => Formula::Quotient(Box::new(Formula::Number(front)), Box::new(below)),
    }
}

/// The number in front, and the rest, if there is one.
fn factors(formula: Formula) -> (f64, Option<Formula>) {
    match formula {
        Formula::Number(value) if value.is_finite() => (value, None),
        Formula::Negative(a) => {
            let (number, rest) = factors(*a);
            (-number, rest)
        }
        Formula::Product(a, b) => match *a {
            Formula::Number(value) => (value, Some(*b)),
            a => (1.0, Some(Formula::Product(Box::new(a), b))),
        },
        Formula::Quotient(a, b) => {
            let (number, rest) = factors(*a);
            let above = rest.unwrap_or(Formula::Number(1.0));
            (number, Some(Formula::Quotient(Box::new(above), b)))
        }
        other => (1.0, Some(other)),
    }
}

fn scaled(number: f64, rest: Option<Formula>) -> Formula {
    match rest {
        None => Formula::Number(number),
        Some(rest) if number == 1.0 => rest,
        Some(rest) if number == -1.0 => Formula::Negative(Box::new(rest)),
        Some(Formula::Quotient(above, below)) if *above == Formula::Number(1.0) => {
            Formula::Quotient(Box::new(Formula::Number(number)), below)
        }
        Some(rest) => Formula::Product(Box::new(Formula::Number(number)), Box::new(rest)),
    }
}
