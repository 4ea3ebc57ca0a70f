//! Single instructions: values to expressions or `let`, memory writes to assignments.

use super::expressions::{Code, punctuation};
use super::pending::{Built, Writes};
use super::{Emitter, Variable, types};
use crate::ir::operations::{FloatOperation, IntegerOperation, Operation, Spelling};
use crate::ir::{
    Constant, Instruction, InstructionKind, Place, Projection, ResizeKind, SlotId, ValueId,
};
use crate::types::{FloatType, Type};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

impl Emitter<'_> {
    /// Writes one instruction.
    pub(super) fn instruction(&mut self, instruction: &Instruction) {
        let used = instruction.results.iter().any(|result| self.use_count(*result) > 0);
        if super::uses::is_dropped(&instruction.kind, used) {
            return;
        }
        self.prepare(&instruction.kind);
        match &instruction.kind {
            InstructionKind::Constant(constant) => {
                let code = self.constant(constant);
                self.define(instruction.results[0], Built::pure(code));
            }
            InstructionKind::Operation(operation, arguments) => {
                let built = self.operation(*operation, arguments, instruction.results[0]);
                self.define(instruction.results[0], built);
            }
            InstructionKind::Length(place) => {
                let mut built = self.place(place);
                built.reads.lengths.insert(place.root);
                built.code = built.code.method("len", vec![]);
                self.define(instruction.results[0], built);
            }
            InstructionKind::Load(place) => {
                let mut built = self.scalar_place(place);
                built.reads.content.insert(place.root);
                self.define(instruction.results[0], built);
            }
            InstructionKind::Store(place, value) => self.store(instruction, place, *value),
            InstructionKind::AddTo(place, value) => {
                let value = self.operand(*value);
                let place = self.scalar_place(place);
                self.before_writing(&Writes::of(&instruction.kind));
                self.assignment(place.code.clone(), Code::infix("+", place.code, value.code));
            }
            InstructionKind::Define(slot, content) => self.define_slot(*slot, content),
            InstructionKind::Assign(place, content) => {
                let writes = Writes::of(&instruction.kind);
                self.assign_aggregate(place, content, &writes);
            }
            InstructionKind::Push(place, content) => {
                let ty = self.element_at(place);
                let place = self.place(place);
                let content = self.aggregate(content, &ty);
                self.before_writing(&Writes::of(&instruction.kind));
                self.statement(place.code.method("push", vec![content.code]));
            }
            InstructionKind::Resize(place, kind) => self.resize(instruction, place, kind),
            InstructionKind::Swap(a, b) => self.swap(instruction, a, b),
            InstructionKind::Fill(place, value) => self.fill(instruction, place, *value),
            InstructionKind::If { .. } | InstructionKind::Match { .. } => {
                self.branches(instruction);
            }
            InstructionKind::For(counted) => self.for_loop(instruction, counted),
            InstructionKind::Loop { carried, body } => {
                self.uncounted_loop(instruction, carried, body);
            }
            InstructionKind::Call(call) => self.call(instruction, call),
            InstructionKind::Opaque(opaque) => self.opaque(instruction, opaque),
            InstructionKind::Effect(effect) => self.effect(effect),
        }
    }

    /// Writes down what must not wait any longer when the instruction evaluates its operands.
    fn prepare(&mut self, kind: &InstructionKind) {
        let mut order = kind.operands();
        // Operands that are evaluated while the place that is written is borrowed.
        let mut under_borrow = order.clone();
        match kind {
            // What is assigned is evaluated before the place.
            InstructionKind::Store(place, _)
            | InstructionKind::AddTo(place, _)
            | InstructionKind::Assign(place, _) => {
                under_borrow = place.operands().collect();
                // But a slice is overwritten by a method.
                if !matches!(self.function.place_type(place), Some(Type::Slice(_))) {
                    order.rotate_left(under_borrow.len());
                }
            }
            InstructionKind::Push(..)
            | InstructionKind::Resize(..)
            | InstructionKind::Swap(..)
            | InstructionKind::Fill(..)
            | InstructionKind::Call(_)
            | InstructionKind::Opaque(_) => {}
            // They see to it themselves.
            InstructionKind::If { .. }
            | InstructionKind::Match { .. }
            | InstructionKind::For(_)
            | InstructionKind::Loop { .. } => return,
            _ => under_borrow.clear(),
        }
        self.settle(&order);
        if under_borrow.is_empty() {
            return;
        }
        let written: Vec<SlotId> = kind.writes().iter().map(|place| place.root).collect();
        for value in self.pending.due(&|value, built| {
            under_borrow.contains(&value) && written.iter().any(|root| built.reads.touches(*root))
        }) {
            self.flush(value);
        }
    }

    /// Writes down what must not wait any longer if these operands are evaluated now, in this order.
    pub(super) fn settle(&mut self, operands: &[ValueId]) {
        for value in self.pending.out_of_order(operands) {
            self.flush(value);
        }
    }

    /// Writes down every waiting value that an effect with these writes must not overtake.
    /// The operands of the effect have been taken already.
    pub(super) fn before_writing(&mut self, writes: &Writes) {
        for value in self.pending.due(&|_, built| built.ordered || built.reads.conflicts(writes)) {
            self.flush(value);
        }
    }

    /// Writes down all waiting values whose order matters.
    pub(super) fn before_ordered(&mut self) {
        self.before_writing(&Writes::default());
    }

    /// Writes a waiting value down as `let`.
    pub(super) fn flush(&mut self, value: ValueId) {
        if let Some(built) = self.pending.take(value) {
            self.bind(value, &built.code);
        }
    }

    /// A statement that is an expression.
    pub(super) fn statement(&mut self, code: Code) {
        let tokens = code.tokens();
        self.statements.push(quote!(#tokens;));
    }

    /// `let name: T = code;`, and the value is known by that name.
    pub(super) fn bind(&mut self, value: ValueId, code: &Code) {
        let name = self.name_of(value, code);
        let tokens = code.tokens();
        let annotation = self.annotation(&self.function.value(value).ty);
        self.statements.push(quote!(let #name #annotation = #tokens;));
        self.hold(value, Code::Name(name));
    }

    /// `: T`, if the type is known.
    pub(super) fn annotation(&self, ty: &Type) -> TokenStream {
        if types::is_known(ty) {
            let ty = types::tokens(ty);
            quote!(: #ty)
        } else {
            quote!()
        }
    }

    /// A new name for a value: the user's, else one that tells how it came about.
    pub(super) fn name_of(&mut self, value: ValueId, code: &Code) -> Ident {
        let known = self.function.value(value);
        let span = known.span.start;
        match &known.name {
            Some(name) => self.names.fresh(name, span),
            None => self.names.fresh(&described(code), span),
        }
    }

    /// Decides what becomes of a computed value: assigned to its variable, left waiting for its one
    /// use, or written down.
    pub(super) fn define(&mut self, value: ValueId, built: Built) {
        if let Some(variable) = self.targets.get(&value).copied() {
            self.assign_variable(variable, built);
            self.hold_in(value, variable);
            return;
        }
        let named = self.function.value(value).name.is_some();
        match self.use_count(value) {
            0 => {
                if built.ordered {
                    self.before_ordered();
                    let tokens = built.code.typed_tokens();
                    let annotation = self.annotation(&self.function.value(value).ty);
                    self.statements.push(quote!(let _ #annotation = #tokens;));
                }
            }
            _ if matches!(built.code, Code::Number { .. } | Code::Atom(_)) && !named => {
                self.held[value.0 as usize] = Some(built);
            }
            1 if !named || built.code.is_trivial() || built.code.is_simple_place() => {
                self.pending.push(value, built);
            }
            _ => {
                if built.ordered {
                    self.before_ordered();
                }
                self.bind(value, &built.code);
            }
        }
    }

    /// `variable = code;` or `variable += …;`
    pub(super) fn assign_variable(&mut self, variable: Variable, built: Built) {
        self.assigned.insert(variable);
        let writes = Writes::variable(variable);
        let ordered = built.ordered;
        let due = self
            .pending
            .due(&|_, other| ordered && other.ordered || other.reads.conflicts(&writes));
        for value in due {
            self.flush(value);
        }
        let name = Code::Name(self.variables[variable.0].clone());
        self.assignment(name, built.code);
    }

    /// `place = code;`, in place where the code begins with the place: `place += …;`
    pub(super) fn assignment(&mut self, place: Code, code: Code) {
        let target = place.tokens();
        if let Code::Infix(operator @ ("+" | "-" | "*" | "/" | "%" | "&" | "|" | "^"), first, rest) =
            &code
            && first.is_same_place(&place)
        {
            let operator = punctuation(&format!("{operator}="));
            let rest = rest.tokens();
            self.statements.push(quote!(#target #operator #rest;));
            return;
        }
        let code = code.tokens();
        self.statements.push(quote!(#target = #code;));
    }

    fn store(&mut self, instruction: &Instruction, place: &Place, value: ValueId) {
        let value = self.operand(value);
        let place = self.scalar_place(place);
        self.before_writing(&Writes::of(&instruction.kind));
        self.assignment(place.code, value.code);
    }

    /// The type of the elements of what is at a place.
    fn element_at(&self, place: &Place) -> Type {
        let ty = self.function.place_type(place);
        ty.as_ref().and_then(Type::element).cloned().unwrap_or(Type::Unit)
    }

    fn resize(&mut self, instruction: &Instruction, place: &Place, kind: &ResizeKind) {
        let code = self.place(place).code;
        let code = match kind {
            ResizeKind::Clear => code.method("clear", vec![]),
            ResizeKind::Pop => code.method("pop", vec![]),
            ResizeKind::Truncate(length) => {
                let length = self.operand(*length).code;
                code.method("truncate", vec![length])
            }
            ResizeKind::Reserve(count) => {
                let count = self.operand(*count).code;
                code.method("reserve", vec![count])
            }
            ResizeKind::Resize(length, content) => {
                let length = self.operand(*length).code;
                let content = self.aggregate(content, &self.element_at(place)).code;
                code.method("resize", vec![length, content])
            }
            ResizeKind::ExtendFrom(source) => {
                let source = self.borrow(source, false).code;
                code.method("extend_from_slice", vec![source])
            }
        };
        self.before_writing(&Writes::of(&instruction.kind));
        match kind {
            ResizeKind::Pop => {
                let code = code.tokens();
                self.statements.push(quote!(let _ = #code;));
            }
            _ => self.statement(code),
        }
    }

    /// `x.swap(i, j)` for elements of one place, else `mem::swap`.
    fn swap(&mut self, instruction: &Instruction, a: &Place, b: &Place) {
        let writes = Writes::of(&instruction.kind);
        let same_root = a.root == b.root;
        if a == b && !instruction.kind.may_panic() {
            return;
        }
        let elements = match (a.path.split_last(), b.path.split_last()) {
            (
                Some((Projection::Index { index: i, .. }, before_a)),
                Some((Projection::Index { index: j, .. }, before_b)),
            ) if same_root && before_a == before_b => Some((before_a, *i, *j)),
            _ => None,
        };
        if let Some((path, i, j)) = elements {
            // The indices of the common path are mentioned once.
            let base = self.place(&Place { root: a.root, path: path.to_vec() }).code;
            let (i, j) = (self.operand(i).code, self.operand(j).code);
            self.before_writing(&writes);
            self.statement(base.method("swap", vec![i, j]));
            return;
        }
        let indexed = |place: &Place| {
            place.path.iter().any(|projection| !matches!(projection, Projection::Field(_)))
        };
        let ty = self.function.place_type(a);
        if same_root && (indexed(a) || indexed(b)) && ty.as_ref().is_some_and(Type::is_copy) {
            // Two borrows of one array: rustc does not see that they are apart. They may be equal.
            let a = self.scalar_place(a).code;
            let b = self.scalar_place(b).code;
            self.before_writing(&writes);
            let name = self.names.fresh("swapped", instruction.span.start);
            let (a, b) = (a.tokens(), b.tokens());
            let annotation = ty.map(|ty| self.annotation(&ty));
            self.statements.push(quote!(let #name #annotation = #a; #a = #b; #b = #name;));
            return;
        }
        let a = self.borrow(a, true).code;
        let b = self.borrow(b, true).code;
        self.before_writing(&writes);
        self.statement(Code::call(quote!(::core::mem::swap), vec![a, b]));
    }

    /// `place.fill(value)`, row by row for nested arrays.
    fn fill(&mut self, instruction: &Instruction, place: &Place, value: ValueId) {
        let ty = self.function.place_type(place).unwrap_or(Type::Unit);
        let value = self.operand(value).code;
        let place = self.place(place).code;
        self.before_writing(&Writes::of(&instruction.kind));
        let value = value.tokens();
        let statement = self.fill_rows(&ty, place, &value);
        self.statements.push(statement);
    }

    fn fill_rows(&mut self, ty: &Type, place: Code, value: &TokenStream) -> TokenStream {
        match ty.element() {
            Some(element) if element.element().is_some() => {
                self.names.open();
                let row = self.names.fresh("row", proc_macro2::Span::call_site());
                let inner = self.fill_rows(element, Code::Name(row.clone()), value);
                self.names.close();
                let rows = place.method("iter_mut", vec![]).tokens();
                quote!(for #row in #rows { #inner })
            }
            _ => {
                let place = place.tokens();
                quote!(#place.fill(#value);)
            }
        }
    }

    /// The literal of a constant, or how its type is made from one.
    pub(super) fn constant(&self, constant: &Constant) -> Code {
        match constant {
            Constant::Float(value, FloatType::Parameter(_)) => {
                let value = Code::constant(&Constant::Float(*value, FloatType::F64));
                Code::call(self.float_function("from_f64"), vec![value])
            }
            Constant::Undefined(ty) => match ty {
                Type::Float(float) => self.constant(&Constant::Float(0.0, float.clone())),
                Type::Integer(integer) => Code::constant(&Constant::Integer(0, *integer)),
                Type::Bool => Code::constant(&Constant::Bool(false)),
                Type::Option(_) => Code::atom(quote!(::core::option::Option::None)),
                _ => Code::constant(constant),
            },
            _ => Code::constant(constant),
        }
    }

    /// `#crate::Float::name`.
    fn float_function(&self, name: &str) -> TokenStream {
        let crate_path = &self.header.crate_path;
        let name = super::names::identifier(name, proc_macro2::Span::call_site());
        quote!(#crate_path::Float::#name)
    }

    fn operation(&mut self, operation: Operation, arguments: &[ValueId], result: ValueId) -> Built {
        let function = self.function;
        let of = function.value(arguments[0]);
        let generic = |ty: &Type| matches!(ty, Type::Float(FloatType::Parameter(_)));
        let mut built = Built::pure(Code::atom(quote!()));
        built.ordered = operation.may_panic();
        let mut arguments: Vec<Code> = if operation == Operation::Select {
            self.select_arguments(arguments, &mut built)
        } else {
            arguments.iter().map(|value| self.operand(*value)).map(|b| built.absorb(b)).collect()
        };
        let pure = !built.ordered;
        let mut next = || arguments.remove(0);
        let spelling = match operation {
            Operation::Float(FloatOperation::Detach) => {
                built.code = next();
                return built;
            }
            Operation::Float(operation) => operation.spelling(),
            Operation::Predicate(predicate) => predicate.spelling(),
            Operation::Compare(comparison) => comparison.spelling(),
            Operation::Boolean(boolean) => match boolean.spelling() {
                // Lazy and eager are the same where nothing can be missed.
                Spelling::Infix("&") if pure => Spelling::Infix("&&"),
                Spelling::Infix("|") if pure => Spelling::Infix("||"),
                spelling => spelling,
            },
            Operation::Integer(
                integer @ (IntegerOperation::Min | IntegerOperation::Max | IntegerOperation::Clamp),
            ) => {
                let name = match integer {
                    IntegerOperation::Min => quote!(::core::cmp::Ord::min),
                    IntegerOperation::Max => quote!(::core::cmp::Ord::max),
                    _ => quote!(::core::cmp::Ord::clamp),
                };
                built.code = Code::Call { path: name, arguments, generic: true };
                return built;
            }
            Operation::Integer(integer) => integer.spelling(),
            Operation::Cast => {
                let to = &function.value(result).ty;
                built.code = match (generic(&of.ty), generic(to)) {
                    (true, _) => {
                        let wide = Code::call(self.float_function("to_f64"), vec![next()]);
                        match to {
                            Type::Float(FloatType::F64) => wide,
                            _ => Code::Cast(Box::new(wide), types::tokens(to)),
                        }
                    }
                    (false, true) => {
                        let wide = Code::Cast(Box::new(next()), quote!(f64));
                        Code::call(self.float_function("from_f64"), vec![wide])
                    }
                    _ => Code::Cast(Box::new(next()), types::tokens(to)),
                };
                return built;
            }
            Operation::Select => {
                let (condition, a, b) = (next(), next(), next());
                built.code = Code::If(Box::new(condition), Box::new(a), Box::new(b));
                return built;
            }
        };
        built.code = match spelling {
            Spelling::Prefix(operator) => Code::Prefix(operator, Box::new(next())),
            Spelling::Infix(operator) => {
                let a = next();
                Code::infix(operator, a, next())
            }
            Spelling::Method(name) if generic(&of.ty) => {
                Code::call(self.float_function(name), arguments)
            }
            Spelling::Method(name) => {
                let receiver = next();
                receiver.method(name, arguments)
            }
            Spelling::Special(name) => {
                let crate_path = &self.header.crate_path;
                let name = super::names::identifier(name, proc_macro2::Span::call_site());
                Code::Call { path: quote!(#crate_path::special::#name), arguments, generic: true }
            }
            // Handled above.
            Spelling::Cast => next(),
        };
        built
    }

    /// The arguments of a selection: both sides are evaluated, so those that can panic are written
    /// down before.
    fn select_arguments(&mut self, arguments: &[ValueId], built: &mut Built) -> Vec<Code> {
        let sides = &arguments[1..];
        for value in self.pending.due(&|value, built| built.ordered && sides.contains(&value)) {
            self.flush(value);
        }
        arguments.iter().map(|value| self.operand(*value)).map(|b| built.absorb(b)).collect()
    }

    fn define_slot(&mut self, slot: SlotId, content: &crate::ir::Aggregate) {
        let content = match content {
            crate::ir::Aggregate::Deferred => None,
            content => Some(self.aggregate(content, &self.function.slot(slot).ty)),
        };
        if content.as_ref().is_some_and(|built| built.ordered) {
            self.before_ordered();
        }
        self.declare_slot(slot, content.map(|built| built.code.tokens()));
    }

    /// `let mut name: T = content;`
    pub(super) fn declare_slot(&mut self, slot: SlotId, content: Option<TokenStream>) {
        let known = self.function.slot(slot);
        let name = self.names.fresh(&known.name, known.span.start);
        let annotation = self.annotation(&known.ty);
        let mutable = if self.mutated.contains(&slot) { quote!(mut) } else { quote!() };
        self.statements.push(match content {
            Some(content) => quote!(let #mutable #name #annotation = #content;),
            // Whether an assignment is the first one depends on the path.
            None => quote!(#[allow(unused_mut)] let mut #name #annotation;),
        });
        self.slots[slot.0 as usize] = Some(name);
    }
}

/// A word for a value that has no name of the user's.
fn described(code: &Code) -> String {
    match code {
        Code::Infix(operator, ..) => match *operator {
            "+" => "sum",
            "-" => "difference",
            "*" => "product",
            "/" => "quotient",
            "%" => "remainder",
            "==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||" => "condition",
            _ => "t",
        }
        .to_owned(),
        Code::Method(of, "len", _) => format!("{}_len", described(of)),
        Code::Method(_, name, _) => (*name).to_owned(),
        Code::Prefix("-", of) if of.is_simple_place() => format!("minus_{}", described(of)),
        Code::Prefix("*", of) => described(of),
        Code::Name(name) => name.to_string(),
        Code::Field(of, name) => format!("{}_{name}", described(of)),
        Code::Index(of, index) => match &**index {
            Code::Name(index) => format!("{}_{index}", described(of)),
            Code::Number { digits, .. } => format!("{}_{digits}", described(of)),
            _ => described(of),
        },
        Code::Range(of, ..) => described(of),
        Code::Cast(of, ty) if of.is_simple_place() => {
            format!("{}_{}", described(of), ty.to_token_stream().to_string().replace("::", ""))
        }
        _ => "t".to_owned(),
    }
}
