//! Functions: signatures, bodies, calls, arguments.

use super::Generator;
use super::scope::{Form, Kind, List};

/// What a function takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Parameter {
    Float,
    FloatReference(bool),
    /// Of which form, mutably or not, with at least so many elements.
    List(Form, bool, usize),
    /// `&[[f64; 2]]`, `&mut [[f64; 2]]`, with at least so many rows.
    Rows(bool, usize),
    /// `usize`, at most so large.
    Count(usize),
    Integer,
    Truth,
    Pair,
}

/// What a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Result {
    Float,
    Pair,
    Array(usize),
    Vec,
    Unit,
}

/// A function that can be called.
#[derive(Clone, Debug)]
pub(super) struct Helper {
    name: String,
    parameters: Vec<Parameter>,
    result: Result,
    optional: bool,
}

impl Parameter {
    fn ty(&self) -> String {
        match self {
            Parameter::Float => "f64".to_owned(),
            Parameter::FloatReference(false) => "&f64".to_owned(),
            Parameter::FloatReference(true) => "&mut f64".to_owned(),
            Parameter::List(form, mutable, _) => {
                let reference = if *mutable { "&mut " } else { "&" };
                match form {
                    Form::Array(length) => format!("[f64; {length}]"),
                    Form::ArrayReference(length) => format!("{reference}[f64; {length}]"),
                    Form::Slice => format!("{reference}[f64]"),
                    Form::Vec => "Vec<f64>".to_owned(),
                    Form::VecReference => format!("{reference}Vec<f64>"),
                }
            }
            Parameter::Rows(false, _) => "&[[f64; 2]]".to_owned(),
            Parameter::Rows(true, _) => "&mut [[f64; 2]]".to_owned(),
            Parameter::Count(_) => "usize".to_owned(),
            Parameter::Integer => "i32".to_owned(),
            Parameter::Truth => "bool".to_owned(),
            Parameter::Pair => "(f64, f64)".to_owned(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Parameter::Float => Kind::Float,
            Parameter::FloatReference(mutable) => Kind::FloatReference(*mutable),
            Parameter::List(form, _, least) => Kind::List(List { form: *form, least: *least }),
            Parameter::Rows(_, least) => Kind::Rows(List { form: Form::Slice, least: *least }, 2),
            Parameter::Count(bound) => Kind::Count(*bound),
            Parameter::Integer => Kind::Integer,
            Parameter::Truth => Kind::Truth,
            Parameter::Pair => Kind::Pair,
        }
    }

    /// Whether the function may change what it is given.
    fn is_mutable(&self) -> bool {
        matches!(
            self,
            Parameter::FloatReference(true)
                | Parameter::List(_, true, _)
                | Parameter::Rows(true, _)
        )
    }

    /// Whether it is `&mut`.
    fn is_output(&self) -> bool {
        let owned = matches!(self, Parameter::List(form, ..) if form.is_owned());
        self.is_mutable() && !owned
    }
}

impl Result {
    fn arrow(self, optional: bool) -> String {
        let ty = match self {
            Result::Float => "f64".to_owned(),
            Result::Pair => "(f64, f64)".to_owned(),
            Result::Array(length) => format!("[f64; {length}]"),
            Result::Vec => "Vec<f64>".to_owned(),
            Result::Unit if optional => "()".to_owned(),
            Result::Unit => return String::new(),
        };
        if optional { format!(" -> Option<{ty}>") } else { format!(" -> {ty}") }
    }
}

impl Generator {
    /// Helpers, the main function, its samples.
    pub(super) fn file(&mut self, name: &str) {
        for _ in
            0..self.weighted(&[(60, 0), (28, 1), (12, 2)]).max(usize::from(self.style.together))
        {
            match self.percent(15) {
                true => self.recursive_helper(),
                false => self.helper(),
            }
        }
        let count = 1 + self.pick(4);
        let mut parameters = vec![Parameter::Float];
        for _ in 0..count {
            let parameter = self.parameter();
            parameters.push(parameter);
        }
        self.result = match self.pick(10) {
            0 => Result::Pair,
            1 => Result::Array(2),
            2 => Result::Vec,
            _ => Result::Float,
        };
        // Small ones are quick to check, large ones have what only meets in large ones.
        self.budget = match self.weighted(&[(60, 0), (31, 1), (9, 2)]) {
            0 => 1 + self.pick(4),
            1 => 4 + self.pick(7),
            _ => 10 + self.pick(16),
        };
        let parameters = self.function(name, parameters, false);
        let mut samples: Vec<_> =
            (0..1 + usize::from(self.percent(25))).map(|_| self.sample(&parameters, 0)).collect();
        if self.style.long {
            let longer = 8 + self.pick(14);
            samples.push(self.sample(&parameters, longer));
        }
        self.line(format!("samples! {{ gradient {name}: {} }}", samples.join(", ")));
    }

    /// Arguments. `longer`: by how much lists are longer than they have to be, at least.
    fn sample(&mut self, parameters: &[Parameter], longer: usize) -> String {
        let arguments: Vec<_> =
            parameters.iter().map(|parameter| self.argument_value(parameter, longer)).collect();
        format!("({},)", arguments.join(", "))
    }

    fn parameter(&mut self) -> Parameter {
        let mutable = self.percent(45);
        let least = self.pick(4);
        match self.pick(14) {
            0 | 1 => Parameter::Float,
            2 | 3 => Parameter::List(Form::Slice, false, least),
            4 | 5 => Parameter::List(Form::Slice, true, least),
            6 => Parameter::List(Form::ArrayReference(2 + self.pick(2)), mutable, 2),
            7 => Parameter::List(Form::Array(2 + self.pick(2)), true, 2),
            8 => match self.percent(50) {
                true => Parameter::List(Form::Vec, true, least),
                false => Parameter::List(Form::VecReference, true, least),
            },
            9 => Parameter::Rows(mutable, least),
            10 | 11 => Parameter::Count(4),
            12 => match self.pick(3) {
                0 => Parameter::Integer,
                1 => Parameter::Truth,
                _ => Parameter::Pair,
            },
            _ => Parameter::FloatReference(mutable),
        }
    }

    /// A function and its samples' parameters. What `&mut` arguments hold moves with it.
    fn function(&mut self, name: &str, parameters: Vec<Parameter>, helper: bool) -> Vec<Parameter> {
        let outer = self.scope.take();
        let mut declared = vec![];
        let mut list = vec![];
        for parameter in &parameters {
            let stem = match parameter {
                Parameter::Float => "x",
                Parameter::Count(_) | Parameter::Integer => "n",
                Parameter::Truth => "flag",
                _ => "b",
            };
            let own = self.fresh(stem);
            let by_value = matches!(parameter, Parameter::List(Form::Array(_) | Form::Vec, ..));
            let keyword = if by_value { "mut " } else { "" };
            list.push(format!("{keyword}{own}: {}", parameter.ty()));
            declared.push((own, parameter.clone()));
        }
        for (own, parameter) in &declared {
            let mutable = parameter.is_mutable();
            self.scope.declare(own, parameter.kind(), mutable);
        }
        let arguments = if helper { String::new() } else { self.wrt(&declared) };
        self.line(format!("#[differentiate{arguments}]"));
        let head =
            format!("pub fn {name}({}){}", list.join(", "), self.result.arrow(self.optional));
        self.block(&head, "", |generator| {
            let name = generator.fresh("s");
            let start = generator.float(1);
            generator.line(format!("let mut {name}: f64 = {start};"));
            generator.scope.declare(&name, Kind::Float, true);
            generator.statements(if helper { 3 } else { 8 });
            if !helper && generator.style.together {
                generator.everything_together();
            }
            if !helper {
                generator.statements(8);
            }
            if generator.optional && generator.percent(60) {
                let condition = generator.truth();
                generator.line(format!("if {condition} {{ return None; }}"));
            }
            let result = generator.result_value(true);
            if !result.is_empty() {
                generator.line(result);
            }
        });
        self.line("");
        self.scope = outer;
        parameters
    }

    /// Some main functions leave something out. (A helper that does takes only what is passive, which is
    /// not known here.)
    fn wrt(&mut self, declared: &[(String, Parameter)]) -> String {
        let floats: Vec<_> = declared
            .iter()
            .filter(|(_, p)| {
                !matches!(p, Parameter::Count(_) | Parameter::Integer | Parameter::Truth)
            })
            .collect();
        // What is behind `&mut` and left out is refused where it becomes active.
        let outputs = floats.iter().any(|(_, parameter)| parameter.is_output());
        if floats.len() < 2 || outputs || self.percent(75) {
            return String::new();
        }
        let kept: Vec<_> =
            floats[..floats.len() - 1].iter().map(|(name, _)| name.clone()).collect();
        format!("(wrt({}))", kept.join(", "))
    }

    /// A function that others call.
    fn helper(&mut self) {
        let name = self.fresh("helper_");
        let mut parameters = vec![Parameter::Float];
        for _ in 0..self.pick(3) {
            let parameter = self.parameter();
            parameters.push(parameter);
        }
        let outputs = parameters.iter().any(Parameter::is_output);
        self.result = match self.pick(8) {
            0 => Result::Pair,
            1 => Result::Array(2),
            2 => Result::Vec,
            3 if outputs => Result::Unit,
            _ => Result::Float,
        };
        self.budget = 1 + self.pick(3);
        self.optional = self.percent(35);
        // A helper runs wherever it is called.
        self.runs = 12;
        let parameters = self.function(&name, parameters, true);
        self.runs = 1;
        let optional = std::mem::take(&mut self.optional);
        self.helpers.push(Helper { name, parameters, result: self.result, optional });
    }

    /// A function that calls itself.
    fn recursive_helper(&mut self) {
        let name = self.fresh("recursive_");
        self.result = Result::Float;
        let (x, n, t) = (self.fresh("x"), self.fresh("n"), self.fresh("t"));
        let kept = self.scope.enter();
        self.scope.declare(&x, Kind::Float, false);
        let (base, step) = (self.float(2), self.bounded(1));
        self.scope.declare(&t, Kind::Float, false);
        let (argument, rest) = (self.bounded(1), self.float(1));
        self.scope.leave(kept);
        self.line(format!("#[differentiate(wrt({x}))]"));
        self.block(&format!("pub fn {name}({x}: f64, {n}: usize) -> f64"), "", |generator| {
            generator.line(format!("if {n} == 0 {{ return {base}; }}"));
            generator.line(format!("let {t}: f64 = {step};"));
            generator.line(format!("0.5 * {name}({argument}, {n} - 1) + {rest}"));
        });
        self.line("");
        let parameters = vec![Parameter::Float, Parameter::Count(3)];
        self.helpers.push(Helper { name, parameters, result: Result::Float, optional: false });
    }

    /// What the function returns here: at its end everything that was calculated should matter.
    fn result_value(&mut self, end: bool) -> String {
        let float = |generator: &mut Self| {
            let first = generator.float(2);
            if !end {
                return first;
            }
            let mut terms = vec![first];
            let floats = generator.scope.named(|v| v.kind == Kind::Float && v.mutable);
            terms.extend(floats);
            for list in generator.scope.named(|v| matches!(v.kind, Kind::List(_))) {
                terms.push(format!("{list}.iter().sum::<f64>()"));
            }
            terms.join(" + ")
        };
        let value = match self.result {
            Result::Float => float(self),
            Result::Pair => format!("({}, {})", float(self), self.float(1)),
            Result::Array(length) => {
                let mut elements = vec![float(self)];
                elements.extend((1..length).map(|_| self.float(1)));
                format!("[{}]", elements.join(", "))
            }
            Result::Vec => {
                let owned = self
                    .scope
                    .named(|v| matches!(&v.kind, Kind::List(list) if list.form == Form::Vec));
                match end && !owned.is_empty() && self.percent(50) {
                    true => self.one_of(&owned),
                    false => format!("vec![{}, {}]", float(self), self.float(1)),
                }
            }
            Result::Unit if self.optional => "()".to_owned(),
            Result::Unit => String::new(),
        };
        if self.optional { format!("Some({value})") } else { value }
    }

    /// `return` of something.
    pub(super) fn return_statement(&mut self) -> String {
        if self.optional && self.percent(40) {
            return "return None;".to_owned();
        }
        match self.result {
            Result::Unit if !self.optional => "return;".to_owned(),
            _ => format!("return {};", self.result_value(false)),
        }
    }

    /// A call that is a float, if there is something to call.
    pub(super) fn called(&mut self, depth: usize) -> Option<String> {
        let functions = self.scope.named(|v| matches!(v.kind, Kind::Function(1)));
        if !functions.is_empty() && self.percent(40) {
            let name = self.one_of(&functions);
            return Some(format!("{name}({})", self.float(depth.saturating_sub(1))));
        }
        let helpers: Vec<_> = self
            .helpers
            .iter()
            .filter(|helper| !helper.parameters.iter().any(Parameter::is_output))
            .filter(|helper| helper.result != Result::Vec && helper.result != Result::Unit)
            .cloned()
            .collect();
        if helpers.is_empty() || self.runs > 24 {
            return None;
        }
        let helper = self.one_of(&helpers);
        let arguments: Option<Vec<_>> = helper
            .parameters
            .iter()
            .map(|parameter| self.argument(parameter, &mut vec![]))
            .collect();
        let call = format!("{}({})", helper.name, arguments?.join(", "));
        if helper.optional {
            let otherwise = self.float(1);
            return Some(match helper.result {
                Result::Pair => format!("{call}.map_or({otherwise}, |p| p.{})", self.pick(2)),
                Result::Array(length) => {
                    format!("{call}.map_or({otherwise}, |a| a[{}])", self.pick(length))
                }
                _ => match self.pick(3) {
                    0 => format!("{call}.unwrap_or({otherwise})"),
                    1 => format!("{call}.map_or({otherwise}, |t| 0.5 * t * t)"),
                    _ => format!("(match {call} {{ Some(t) => t, None => {otherwise} }})"),
                },
            });
        }
        Some(match helper.result {
            Result::Pair => format!("{call}.{}", self.pick(2)),
            Result::Array(length) => format!("{call}[{}]", self.pick(length)),
            _ => call,
        })
    }

    /// A call as a statement: it may change its arguments.
    pub(super) fn call_statement(&mut self) {
        if self.helpers.is_empty() || self.runs > 24 {
            return;
        }
        let helpers = self.helpers.clone();
        let helper = self.one_of(&helpers);
        let kept = self.scope.enter();
        let mut used = vec![];
        // Those behind `&mut` first: nobody else may name them.
        let mut arguments = vec![String::new(); helper.parameters.len()];
        let order = {
            let mut order: Vec<_> = (0..arguments.len()).collect();
            order.sort_by_key(|position| !helper.parameters[*position].is_output());
            order
        };
        let mut complete = true;
        for position in order {
            match self.argument(&helper.parameters[position], &mut used) {
                Some(argument) => arguments[position] = argument,
                None => complete = false,
            }
            used.iter().for_each(|name| self.scope.hide(name));
        }
        self.scope.leave(kept);
        if !complete {
            return;
        }
        let call = format!("{}({})", helper.name, arguments.join(", "));
        let call = if helper.optional { self.unwrapped(&call, helper.result) } else { call };
        match helper.result {
            Result::Unit => self.line(format!("{call};")),
            Result::Float => {
                let name = self.fresh("t");
                self.line(format!("let {name}: f64 = {call};"));
                self.scope.declare(&name, Kind::Float, false);
            }
            Result::Pair => {
                let (p, q) = (self.fresh("p"), self.fresh("q"));
                self.line(format!("let ({p}, {q}) = {call};"));
                self.scope.declare(&p, Kind::Float, false);
                self.scope.declare(&q, Kind::Float, false);
            }
            Result::Array(length) => {
                let name = self.fresh("a");
                // The result of a call with passive arguments is not known by itself.
                self.line(format!("let mut {name}: [f64; {length}] = {call};"));
                let list = List { form: Form::Array(length), least: length };
                self.scope.declare(&name, Kind::List(list), true);
            }
            Result::Vec => {
                let name = self.fresh("a");
                self.line(format!("let mut {name}: Vec<f64> = {call};"));
                let list = List { form: Form::Vec, least: 0 };
                self.scope.declare(&name, Kind::List(list), true);
            }
        }
    }

    /// What there is in an `Option`, as an expression that may leave the function.
    fn unwrapped(&mut self, call: &str, result: Result) -> String {
        if self.optional && self.function_depth == 0 && self.percent(50) {
            return format!("{call}?");
        }
        let otherwise = match result {
            Result::Float => self.float(1),
            Result::Pair => format!("({}, {})", self.float(1), self.float(0)),
            Result::Array(length) => format!("[{}; {length}]", self.float(1)),
            Result::Vec => format!("vec![{}]", self.float(1)),
            Result::Unit => "()".to_owned(),
        };
        if self.function_depth == 0 && self.percent(30) {
            let leave = self.return_statement();
            return format!("match {call} {{ Some(t) => t, None => {{ {leave} }} }}");
        }
        match result {
            Result::Vec if self.percent(30) => format!("{call}.unwrap_or_default()"),
            _ => format!("{call}.unwrap_or({otherwise})"),
        }
    }

    /// An argument in a call, if there is one; what it borrows mutably is noted.
    fn argument(&mut self, parameter: &Parameter, used: &mut Vec<String>) -> Option<String> {
        match parameter {
            Parameter::Float => Some(self.float(1)),
            Parameter::FloatReference(false) => {
                let floats = self.scope.named(|v| v.kind == Kind::Float);
                match floats.is_empty() {
                    true => Some(format!("&{}", self.literal(false))),
                    false => Some(format!("&{}", self.one_of(&floats))),
                }
            }
            Parameter::FloatReference(true) => {
                let floats = self.scope.changeable(|v| v.kind == Kind::Float);
                match floats.is_empty() || self.percent(30) {
                    true => {
                        let (place, list) = self.element_to_change()?;
                        used.push(list);
                        Some(format!("&mut {place}"))
                    }
                    false => {
                        let name = self.one_of(&floats);
                        used.push(name.clone());
                        Some(format!("&mut {name}"))
                    }
                }
            }
            Parameter::List(form, mutable, least) => {
                self.list_argument(*form, *mutable, *least, used)
            }
            Parameter::Rows(mutable, least) => {
                let fits =
                    |kind: &Kind| matches!(kind, Kind::Rows(list, 2) if list.least >= *least);
                let rows = match mutable {
                    true => self.scope.changeable(|v| fits(&v.kind)),
                    false => self.scope.named(|v| fits(&v.kind)),
                };
                if rows.is_empty() {
                    return None;
                }
                let name = self.one_of(&rows);
                if *mutable {
                    used.push(name.clone());
                }
                let owned = matches!(&self.scope.get(&name)?.kind,
                    Kind::Rows(list, _) if list.form.is_owned());
                Some(match (owned, mutable) {
                    (true, true) => format!("&mut {name}"),
                    (true, false) => format!("&{name}"),
                    (false, _) => name,
                })
            }
            Parameter::Count(bound) => Some(self.count_up_to(*bound)),
            Parameter::Integer => Some(self.integer().unwrap_or_else(|| "2".to_owned())),
            Parameter::Truth => Some(self.truth()),
            Parameter::Pair => {
                let pairs = self.scope.named(|v| v.kind == Kind::Pair);
                match pairs.is_empty() {
                    true => Some(format!("({}, {})", self.float(1), self.atom(false))),
                    false => Some(self.one_of(&pairs)),
                }
            }
        }
    }

    fn list_argument(
        &mut self,
        form: Form,
        mutable: bool,
        least: usize,
        used: &mut Vec<String>,
    ) -> Option<String> {
        let fits = |kind: &Kind| match kind {
            Kind::List(list) => match form {
                Form::Slice => list.least >= least,
                Form::Array(length) | Form::ArrayReference(length) => {
                    list.form.fixed() == Some(length)
                }
                Form::Vec | Form::VecReference => list.form.grows() && list.least >= least,
            },
            _ => false,
        };
        let by_reference = mutable && !form.is_owned();
        let lists = match by_reference {
            true => self.scope.changeable(|v| fits(&v.kind)),
            false => self.scope.named(|v| fits(&v.kind)),
        };
        if lists.is_empty() {
            let elements: Vec<_> =
                (0..form.fixed().unwrap_or(least.max(1))).map(|_| self.float(1)).collect();
            let elements = elements.join(", ");
            return match form {
                Form::Array(_) => Some(format!("[{elements}]")),
                Form::Vec => Some(format!("vec![{elements}]")),
                Form::Slice | Form::ArrayReference(_) if !by_reference => {
                    Some(format!("&[{elements}]"))
                }
                _ => None,
            };
        }
        let name = self.one_of(&lists);
        if by_reference {
            // A callee may make it shorter.
            if form.grows() && self.is_looped_over(&name) {
                return None;
            }
            used.push(name.clone());
        }
        let Some(Kind::List(List { form: own, least: there })) =
            self.scope.get(&name).map(|v| v.kind.clone())
        else {
            return None;
        };
        let borrow = match (own.is_owned(), by_reference) {
            (true, true) => "&mut ",
            (true, false) => "&",
            (false, _) => "",
        };
        Some(match form {
            Form::Array(_) if own.is_owned() => name,
            Form::Array(_) => format!("*{name}"),
            Form::Vec => format!("{name}.clone()"),
            Form::Slice => match self.pick(4) {
                0 => {
                    let end = there.max(least);
                    let reference = if by_reference { "&mut " } else { "&" };
                    format!("{reference}{name}[{}..{end}]", self.pick(end - least + 1))
                }
                _ => format!("{borrow}{name}"),
            },
            Form::ArrayReference(_) | Form::VecReference => format!("{borrow}{name}"),
        })
    }

    /// An argument of a sample.
    fn argument_value(&mut self, parameter: &Parameter, longer: usize) -> String {
        let number = |generator: &mut Self| {
            let thousandths = generator.pick(4000) as f64 - 2000.0;
            let number = thousandths / 1000.0 + 0.0005;
            format!("{number:?}")
        };
        let numbers = |generator: &mut Self, length: usize| {
            let numbers: Vec<_> = (0..length).map(|_| number(generator)).collect();
            numbers.join(", ")
        };
        match parameter {
            Parameter::Float | Parameter::FloatReference(_) => number(self),
            Parameter::List(form, _, least) => match form {
                Form::Array(length) | Form::ArrayReference(length) => {
                    format!("[{}]", numbers(self, *length))
                }
                _ => {
                    let length = least + longer + self.pick(3);
                    format!("vec![{}]", numbers(self, length))
                }
            },
            Parameter::Rows(_, least) => {
                let rows: Vec<_> = (0..least + longer + self.pick(2))
                    .map(|_| format!("[{}]", numbers(self, 2)))
                    .collect();
                format!("vec![{}]", rows.join(", "))
            }
            Parameter::Count(bound) => self.pick(bound + 1).to_string(),
            Parameter::Integer => (self.pick(9) as i32 - 4).to_string(),
            Parameter::Truth => self.percent(50).to_string(),
            Parameter::Pair => format!("({})", numbers(self, 2)),
        }
    }
}
