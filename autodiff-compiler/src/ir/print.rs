//! IR as text, for tests, dumps and error messages: `impl Display for Function`.
//!
//! The text only depends on the function: values are `%name.3` or `%12` (the number is the
//! [`ValueId`]), slots `@w` (a number follows where two slots share a name), places `@w[%i.2]`,
//! `@x[%a.1..%b.4].field`; a projection that is in bounds by construction has a `!` after the bracket
//! (`@x[%i.2]!`). Types stand where the operands do not tell them. It never fails: what a broken
//! function refers to and does not have prints as `%?7`, `@?7`.

use super::*;
use proc_macro2::Delimiter;
use std::collections::HashSet;
use std::fmt::{self, Display, Formatter, Write};

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { names: Names::of(self), text: String::new(), depth: 0 };
        printer.function();
        f.write_str(&printer.text)
    }
}

impl Function {
    /// The first line of an instruction, for messages.
    pub fn text_of_instruction(&self, instruction: &Instruction) -> String {
        let mut printer = Printer { names: Names::of(self), text: String::new(), depth: 0 };
        printer.instruction(instruction);
        printer.text.lines().next().unwrap_or_default().to_owned()
    }

    /// A value as it prints.
    pub fn text_of_value(&self, value: ValueId) -> String {
        Names::of(self).value(value)
    }

    /// A place as it prints.
    pub fn text_of_place(&self, place: &Place) -> String {
        Names::of(self).place(place)
    }
}

/// How values, slots and what is made of them are written.
struct Names<'a> {
    function: &'a Function,
    /// By slot.
    slots: Vec<String>,
}

impl<'a> Names<'a> {
    fn of(function: &'a Function) -> Self {
        let mut taken = HashSet::new();
        let slots = function
            .slots
            .iter()
            .enumerate()
            .map(|(number, slot)| {
                let plain = format!("@{}", slot.name);
                if taken.insert(plain.clone()) { plain } else { format!("{plain}.{number}") }
            })
            .collect();
        Self { function, slots }
    }

    fn value(&self, id: ValueId) -> String {
        match self.function.values.get(id.0 as usize) {
            Some(Value { name: Some(name), .. }) => format!("%{name}.{}", id.0),
            Some(_) => format!("%{}", id.0),
            None => format!("%?{}", id.0),
        }
    }

    fn typed(&self, id: ValueId) -> String {
        match self.function.values.get(id.0 as usize) {
            Some(value) => format!("{}: {}", self.value(id), value.ty),
            None => self.value(id),
        }
    }

    fn slot(&self, id: SlotId) -> String {
        self.slots.get(id.0 as usize).cloned().unwrap_or_else(|| format!("@?{}", id.0))
    }

    fn list(&self, values: &[ValueId]) -> String {
        join(values.iter().map(|value| self.value(*value)))
    }

    fn place(&self, place: &Place) -> String {
        let mut text = self.slot(place.root);
        let mark = |proven: &bool| if *proven { "!" } else { "" };
        for projection in &place.path {
            text += &match projection {
                Projection::Index { index, proven } => {
                    format!("[{}]{}", self.value(*index), mark(proven))
                }
                Projection::Range { start, end, proven } => {
                    format!("[{}..{}]{}", self.value(*start), self.value(*end), mark(proven))
                }
                Projection::Field(name) => format!(".{name}"),
            };
        }
        text
    }

    fn aggregate(&self, content: &Aggregate) -> String {
        let all = |elements: &[Aggregate]| join(elements.iter().map(|e| self.aggregate(e)));
        match content {
            Aggregate::Unit => "()".to_owned(),
            Aggregate::Value(value) => self.value(*value),
            Aggregate::Place(place, transfer) => {
                let verb = match transfer {
                    Transfer::Copy => "copy",
                    Transfer::Clone => "clone",
                    Transfer::Move => "move",
                    Transfer::Take => "take",
                };
                format!("{verb} {}", self.place(place))
            }
            Aggregate::Reference { place, mutable: false } => format!("&{}", self.place(place)),
            Aggregate::Reference { place, mutable: true } => format!("&mut {}", self.place(place)),
            Aggregate::Tuple(elements) if elements.len() == 1 => format!("({},)", all(elements)),
            Aggregate::Tuple(elements) => format!("({})", all(elements)),
            Aggregate::Struct(definition, fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, content)| format!("{name}: {}", self.aggregate(content)));
                format!("{} {{ {} }}", definition.name, join(fields))
            }
            Aggregate::Array(elements) => format!("[{}]", all(elements)),
            Aggregate::ArrayRepeat(element, length) => {
                format!("[{}; {length}]", self.aggregate(element))
            }
            Aggregate::Vec(elements) => format!("vec[{}]", all(elements)),
            Aggregate::VecRepeat(element, length) => {
                format!("vec[{}; {}]", self.aggregate(element), self.value(*length))
            }
            Aggregate::VecWithCapacity(length) => {
                format!("vec_with_capacity {}", self.value(*length))
            }
            Aggregate::ZerosLike(place) => format!("zeros_like {}", self.place(place)),
            Aggregate::Stack => "stack".to_owned(),
            Aggregate::RestoredStack => "restored".to_owned(),
            Aggregate::Deferred => "deferred".to_owned(),
        }
    }

    fn argument(&self, argument: &Argument) -> String {
        match argument {
            Argument::Value(content) => self.aggregate(content),
            Argument::Shared(place) => format!("&{}", self.place(place)),
            Argument::Mutable(place) => format!("&mut {}", self.place(place)),
            Argument::Place(place) => format!("place {}", self.place(place)),
        }
    }

    fn pieces(&self, pieces: &[Piece]) -> String {
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Tokens(tokens) => tokens.to_string(),
            Piece::Argument(argument) => format!("${{{}}}", self.argument(argument)),
            Piece::Group(delimiter, pieces) => {
                let (open, close) = match delimiter {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                format!("{open}{}{close}", self.pieces(pieces))
            }
        });
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn join(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

/// A constant as it prints: like a Rust literal with its type.
fn constant_text(constant: &Constant) -> String {
    match constant {
        Constant::Float(value, ty) => format!("{value:?}_{}", ty.name()),
        // Two's complement of 128 bits: `u128` has values that `i128` writes as negative.
        Constant::Integer(value, IntegerType::U128) => format!("{}_u128", *value as u128),
        Constant::Integer(value, ty) => format!("{value}_{}", ty.name()),
        Constant::Bool(value) => value.to_string(),
        Constant::Undefined(ty) => format!("undefined_{ty}"),
        Constant::LeftOver(count) => format!("left_over_by_{count}"),
    }
}

struct Printer<'a> {
    names: Names<'a>,
    text: String,
    depth: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        // Writing to a `String` does not fail.
        let _ = writeln!(self.text, "{:1$}{text}", "", self.depth * 4);
    }

    fn function(&mut self) {
        let function = self.names.function;
        let parameters = function.parameters.iter().map(|parameter| {
            let binding = match parameter.binding {
                ParameterBinding::Value(value) => self.names.value(value),
                ParameterBinding::Slot(slot) => self.names.slot(slot),
            };
            let active = if parameter.active { "active " } else { "" };
            format!("{active}{binding}: {}", parameter.ty)
        });
        let head =
            format!("fn {}({}) -> {} {{", function.name, join(parameters), function.result_type);
        self.line(&head);
        self.depth += 1;
        self.region(&function.body);
        let result = format!("return {}", self.names.aggregate(&function.result));
        self.line(&result);
        self.depth -= 1;
        self.line("}");
    }

    /// What is in a region, one step to the right of its owner.
    fn region(&mut self, region: &Region) {
        for instruction in &region.instructions {
            self.instruction(instruction);
        }
        if !region.yields.is_empty() {
            let text = format!("yield {}", self.names.list(&region.yields));
            self.line(&text);
        }
    }

    /// `head {`, a region, and `}` if it is the last one of its owner.
    fn block(&mut self, head: &str, region: &Region, tail: &str) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        self.region(region);
        self.depth -= 1;
        if !tail.is_empty() {
            self.line(tail);
        }
    }

    /// `(%sum.3: f64 = %0, …)`: the carried values of a loop and where they start.
    fn carried(&self, parameters: &[ValueId], initial: &[ValueId]) -> String {
        if parameters.is_empty() && initial.is_empty() {
            return String::new();
        }
        let count = parameters.len().max(initial.len());
        let pairs = (0..count).map(|k| {
            let parameter =
                parameters.get(k).map_or("?".to_owned(), |value| self.names.typed(*value));
            let initial = initial.get(k).map_or("?".to_owned(), |value| self.names.value(*value));
            format!("{parameter} = {initial}")
        });
        format!(" ({})", join(pairs))
    }

    fn instruction(&mut self, instruction: &Instruction) {
        use InstructionKind::*;
        let names = &self.names;
        let results = &instruction.results;
        // `%3 = ` and `%3: f64 = `, or nothing.
        let plain = match results.is_empty() {
            true => String::new(),
            false => format!("{} = ", names.list(results)),
        };
        let typed = match results.is_empty() {
            true => String::new(),
            false => format!("{} = ", join(results.iter().map(|value| names.typed(*value)))),
        };
        let line = match &instruction.kind {
            Constant(constant) => format!("{plain}{}", constant_text(constant)),
            Operation(operation, arguments) => {
                let definition = match operation {
                    operations::Operation::Cast => &typed,
                    _ => &plain,
                };
                format!("{definition}{} {}", operation.text(), names.list(arguments))
            }
            Length(place) => format!("{plain}length {}", names.place(place)),
            Load(place) => format!("{typed}load {}", names.place(place)),
            Store(place, value) => {
                format!("{plain}store {}, {}", names.place(place), names.value(*value))
            }
            AddTo(place, value) => {
                format!("{plain}add_to {}, {}", names.place(place), names.value(*value))
            }
            Define(slot, content) => {
                let ty = names.function.slots.get(slot.0 as usize).map(|slot| &slot.ty);
                let ty = ty.map_or(String::new(), |ty| format!(": {ty}"));
                format!("{plain}define {}{ty} = {}", names.slot(*slot), names.aggregate(content))
            }
            Assign(place, content) => {
                format!("{plain}assign {} = {}", names.place(place), names.aggregate(content))
            }
            Push(place, content) => {
                format!("{plain}push {}, {}", names.place(place), names.aggregate(content))
            }
            Resize(place, kind) => {
                let place = names.place(place);
                let text = match kind {
                    ResizeKind::Clear => format!("clear {place}"),
                    ResizeKind::Pop => format!("pop {place}"),
                    ResizeKind::Truncate(length) => {
                        format!("truncate {place}, {}", names.value(*length))
                    }
                    ResizeKind::Reserve(length) => {
                        format!("reserve {place}, {}", names.value(*length))
                    }
                    ResizeKind::Resize(length, content) => {
                        let content = names.aggregate(content);
                        format!("resize {place}, {}, {content}", names.value(*length))
                    }
                    ResizeKind::ExtendFrom(source) => {
                        format!("extend {place}, {}", names.place(source))
                    }
                };
                format!("{plain}{text}")
            }
            Pop(place) => format!("{typed}pop {}", names.place(place)),
            Swap(a, b) => format!("{plain}swap {}, {}", names.place(a), names.place(b)),
            Fill(place, value) => {
                format!("{plain}fill {}, {}", names.place(place), names.value(*value))
            }
            If { condition, then_region, else_region } => {
                let head = format!("{typed}if {}", names.value(*condition));
                let tail_needed =
                    else_region.instructions.is_empty() && else_region.yields.is_empty();
                if tail_needed {
                    return self.block(&head, then_region, "}");
                }
                self.block(&head, then_region, "");
                return self.block("} else", else_region, "}");
            }
            For(loop_) => {
                let super::For {
                    start,
                    end,
                    inclusive,
                    step,
                    reversed,
                    carried,
                    exits,
                    body,
                    lanes,
                    chunks,
                } = loop_;
                let (index, parameters) = match body.parameters.split_first() {
                    Some((index, rest)) => (names.typed(*index), rest),
                    None => ("?".to_owned(), &[][..]),
                };
                let dots = if *inclusive { "..=" } else { ".." };
                let mut head = format!(
                    "{plain}for {index} in {}{dots}{}",
                    names.value(*start),
                    names.value(*end)
                );
                if let Some(step) = step {
                    head += &format!(" step {}", names.value(*step));
                }
                if *reversed {
                    head += " rev";
                }
                if *exits {
                    head += " exits";
                }
                if let Some(lanes) = lanes {
                    head += &format!(" lanes {}", lanes.count);
                }
                if let Some(chunks) = chunks {
                    let (work, fold) = (names.value(chunks.work), names.value(chunks.fold));
                    head += &format!(" chunks of work {work} folded from {fold}");
                }
                head += &self.carried(parameters, carried);
                return self.block(&head, body, "}");
            }
            Loop { carried, body } => {
                let head = format!("{plain}loop{}", self.carried(&body.parameters, carried));
                return self.block(&head, body, "}");
            }
            Match { scrutinee, arms } => {
                let head = format!("{typed}match {} {{", names.argument(scrutinee));
                self.line(&head);
                self.depth += 1;
                arms.iter().for_each(|arm| self.arm(arm));
                self.depth -= 1;
                return self.line("}");
            }
            Call(call) => {
                let arguments = join(call.arguments.iter().map(|a| names.argument(a)));
                let slot = names.result_slot(call.result_slot);
                let output = match call.output {
                    CallOutput::Value => String::new(),
                    other => format!("::{}", other.name()),
                };
                format!("{typed}{slot}call {}{output}({arguments})", call.name)
            }
            Opaque(opaque) => {
                let slot = names.result_slot(opaque.result_slot);
                format!("{typed}{slot}opaque {{ {} }}", names.pieces(&opaque.pieces))
            }
            Effect(effect) => {
                let path = effect.path.to_string().replace(' ', "");
                format!("{plain}effect {path}!({})", names.pieces(&effect.pieces))
            }
            Save(values) => {
                format!("{plain}save {}", join(values.iter().map(|value| names.value(*value))))
            }
            SaveStack(slot) => format!("{plain}save {}", names.slot(*slot)),
            Restore => format!("{typed}restore"),
        };
        self.line(&line);
    }

    fn arm(&mut self, arm: &MatchArm) {
        let bindings = arm
            .bindings
            .iter()
            .map(|(name, value)| format!("{name} = {}", self.names.typed(*value)));
        let bindings = join(bindings);
        let with = if bindings.is_empty() { String::new() } else { format!(" ({bindings})") };
        let pattern = format!("{}{with}", arm.pattern);
        let head = match &arm.guard {
            None => format!("{pattern} =>"),
            Some(guard) => {
                self.block(&format!("{pattern} if"), guard, "");
                "} =>".to_owned()
            }
        };
        self.block(&head, &arm.body, "}");
    }
}

impl Names<'_> {
    fn result_slot(&self, slot: Option<SlotId>) -> String {
        match slot {
            Some(id) => match self.function.slots.get(id.0 as usize) {
                Some(slot) => format!("define {}: {} = ", self.slot(id), slot.ty),
                None => format!("define {} = ", self.slot(id)),
            },
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::builder::Builder;
    use super::super::operations::{Comparison, FloatOperation};
    use super::*;
    use expect_test::expect;
    use proc_macro2::Span;

    #[test]
    fn a_loop_with_a_branch_prints() {
        let span = SourceSpan::from(Span::call_site());
        let mut function = Function::empty("clipped_sum", Type::F64);
        let limit = function.new_value(Type::F64, Some("limit".into()), span);
        function.parameters.push(Parameter {
            name: "limit".into(),
            ty: Type::F64,
            binding: ParameterBinding::Value(limit),
            active: true,
            span,
        });
        let slice = Type::Slice(Box::new(Type::F64));
        let x = function.new_slot(slice.clone(), "x".into(), span, SlotKind::Shared);
        function.parameters.push(Parameter {
            name: "x".into(),
            ty: Type::Reference { mutable: false, to: Box::new(slice) },
            binding: ParameterBinding::Slot(x),
            active: false,
            span,
        });
        let mut builder = Builder::new(function, span);
        let start = builder.usize(0);
        let end = builder.length(Place::root(x));
        let zero = builder.float(0.0, &FloatType::F64);
        let index = builder.value(Type::USIZE, Some("i".into()));
        let sum = builder.value(Type::F64, Some("sum".into()));
        builder.open(vec![index, sum]);
        let place = Place::root(x).project(Projection::Index { index, proven: true });
        let element = builder.load(place, Type::F64);
        let above = builder.compare(Comparison::Greater, element, limit);
        builder.open(vec![]);
        let then_region = builder.close(vec![limit]);
        builder.open(vec![]);
        let else_region = builder.close(vec![element]);
        let kept = builder.push(
            InstructionKind::If { condition: above, then_region, else_region },
            vec![Type::F64],
        )[0];
        let next = builder.float_operation(FloatOperation::Add, &[sum, kept]);
        let body = builder.close(vec![next]);
        let total = builder.push(
            InstructionKind::For(For { carried: vec![zero], body, ..For::over(start, end) }),
            vec![Type::F64],
        )[0];
        builder.function.result = Aggregate::Value(total);
        let function = builder.finish();
        expect![[r#"
            fn clipped_sum(active %limit.0: f64, @x: &[f64]) -> f64 {
                %1 = 0_usize
                %2 = length @x
                %3 = 0.0_f64
                %10 = for %i.4: usize in %1..%2 (%sum.5: f64 = %3) {
                    %6: f64 = load @x[%i.4]!
                    %7 = gt %6, %limit.0
                    %8: f64 = if %7 {
                        yield %limit.0
                    } else {
                        yield %6
                    }
                    %9 = add %sum.5, %8
                    yield %9
                }
                return %10
            }
        "#]]
        .assert_eq(&function.to_string());
    }
}
