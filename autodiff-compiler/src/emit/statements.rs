//! Single instructions: values to expressions or `let`, memory writes to assignments.

use super::expressions::{Code, punctuation};
use super::pending::{Built, Writes};
use super::{Emitter, Variable, deferred, types};
use crate::ir::{Aggregate, Instruction, InstructionKind, Set, SlotId, SlotKind, ValueId};
use crate::types::Type;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

impl Emitter<'_> {
    /// Writes one instruction.
    pub(super) fn instruction(&mut self, instruction: &Instruction) {
        let used = instruction.results.iter().any(|result| self.use_count(*result) > 0);
        if super::uses::is_dropped(&instruction.kind, used) {
            return;
        }
        if self.lane_instruction(instruction) {
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
                self.assignment(place.code.clone(), Code::float_sum(place.code, value.code));
            }
            InstructionKind::Define(slot, content) => {
                self.define_slot(&instruction.kind, *slot, content);
            }
            InstructionKind::Assign(place, content) => {
                let writes = Writes::of(&instruction.kind);
                self.assign_aggregate(place, content, &writes);
            }
            InstructionKind::Push(place, content) => {
                let ty = self.element_at(place);
                let element = self.block_element(place);
                let place = self.place(place);
                let content = self.aggregate(content, &ty);
                self.before_writing(&Writes::of(&instruction.kind));
                if let Some(element) = element {
                    let content = content.code;
                    self.statements.push(quote!(#element = #content;));
                    return;
                }
                self.statement(place.code.method("push", vec![content.code]));
            }
            InstructionKind::Pop(place) => self.pop(instruction, place),
            InstructionKind::Resize(place, kind) => self.resize(instruction, place, kind),
            InstructionKind::Swap(a, b) => self.swap(instruction, a, b),
            InstructionKind::Fill(place, value) => self.fill(instruction, place, *value),
            InstructionKind::If { .. } | InstructionKind::Match { .. } => {
                self.branches(instruction);
            }
            InstructionKind::For(counted) => match (&counted.lanes, &counted.chunks) {
                (Some(lanes), _) => self.lane_loop(instruction, counted, lanes.clone()),
                (None, Some(chunks)) => self.chunk_loop(instruction, counted, *chunks),
                (None, None) => self.for_loop(instruction, counted),
            },
            InstructionKind::Loop { carried, body } => {
                self.uncounted_loop(instruction, carried, body);
            }
            InstructionKind::Call(call) => self.call(instruction, call),
            InstructionKind::Opaque(opaque) => self.opaque(instruction, opaque),
            InstructionKind::Effect(effect) => self.effect(effect),
            InstructionKind::Save(values) => self.save(values),
            InstructionKind::SaveStack(slot) => self.save_stack(*slot),
            InstructionKind::Restore => self.restore(&instruction.results),
        }
    }

    /// Writes down what must not wait any longer when the instruction evaluates its operands.
    fn prepare(&mut self, kind: &InstructionKind) {
        if self.pending.is_empty() {
            return;
        }
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
            | InstructionKind::Pop(_)
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
        let mut written = Set::new();
        kind.for_each_written_root(&mut |root| {
            written.insert(root);
        });
        self.before_borrowing(&under_borrow, &written);
        let mut emptied = Set::new();
        kind.for_each_content(&mut |content| super::places::emptied(content, &mut emptied));
        self.before_borrowing(&order, &emptied);
    }

    /// Writes down those operands that read what is borrowed mutably when they are evaluated.
    pub(super) fn before_borrowing(&mut self, operands: &[ValueId], borrowed: &Set<SlotId>) {
        if borrowed.is_empty() {
            return;
        }
        for value in self
            .pending
            .due(&|value, built| operands.contains(&value) && built.reads.touch(borrowed))
        {
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
        self.statements.push(quote!(#code;));
    }

    /// `let name: T = code;`, and the value is known by that name.
    pub(super) fn bind(&mut self, value: ValueId, code: &Code) {
        let name = self.name_of(value, code);
        let annotation = self.annotation(value);
        self.statements.push(quote!(let #name #annotation = #code;));
        self.hold(value, Code::Name(name));
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
        if let Some(variable) = self.target_of(value) {
            self.assign_variable(variable, built);
            self.hold_in(value, variable);
            return;
        }
        // Adjoints have names for when they need one.
        let name = self.function.value(value).name.as_deref();
        let named = name.is_some_and(|name| !name.ends_with("_adjoint"));
        match self.use_count(value) {
            0 => {
                if built.ordered {
                    self.before_ordered();
                    let code = built.code.typed();
                    let annotation = self.annotation(value);
                    self.statements.push(quote!(let _ #annotation = #code;));
                }
            }
            // A constant stands for itself: equal ones have been made one, whoever named them.
            _ if matches!(built.code, Code::Number { .. } | Code::Atom(_)) => {
                self.held[value.0 as usize] = Some(built);
            }
            1 if self.is_needed_by_lane(value) => self.bind(value, &built.code),
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
        if let Code::Infix(operator @ ("+" | "-" | "*" | "/" | "%" | "&" | "|" | "^"), first, rest) =
            &code
            && first.is_same_place(&place)
        {
            let mut tokens = place.tokens();
            punctuation(&format!("{operator}="), &mut tokens);
            self.statements.push(quote!(#tokens #rest;));
            return;
        }
        self.statements.push(quote!(#place = #code;));
    }

    fn define_slot(&mut self, kind: &InstructionKind, slot: SlotId, content_kind: &Aggregate) {
        let content = match content_kind {
            Aggregate::Deferred => None,
            content => Some(self.aggregate(content, &self.function.slot(slot).ty)),
        };
        let mut takes = false;
        content_kind.for_each_taken(&mut |_| takes = true);
        if takes {
            // What was read of a place that is taken, or moved, is read before.
            self.before_writing(&Writes::of(kind));
        } else if content.as_ref().is_some_and(|built| built.ordered) {
            self.before_ordered();
        }
        if matches!(content_kind, Aggregate::Stack | Aggregate::RestoredStack) {
            // The type is in the expression: it is not `Vec`.
            let name = self.names.fresh(&self.function.slot(slot).name, Span::call_site());
            let content = content.map(|built| built.code.tokens());
            self.statements.push(quote!(let mut #name = #content;));
            self.slots[slot.0 as usize] = Some(name);
            return;
        }
        self.declare_slot(slot, content.map(|built| built.code.tokens()));
    }

    /// `let mut name: T = content;`
    pub(super) fn declare_slot(&mut self, slot: SlotId, content: Option<TokenStream>) {
        let known = self.function.slot(slot);
        let name = self.names.fresh(&known.name, known.span.start);
        let lent;
        let annotation = match known.kind {
            SlotKind::Shared => {
                self.depths[slot.0 as usize] = 1;
                lent = Type::Reference { to: Box::new(known.ty.clone()), mutable: false };
                types::annotation(&lent)
            }
            _ if self.is_typed_by_lanes(slot) => None,
            _ => types::annotation(&known.ty),
        };
        let by_lanes = self.list_of_lanes(slot).map(|ty| quote!(: #ty));
        let mutable = self.mutated.contains(slot).then(|| quote!(mut));
        let unset = self.unset.contains(slot);
        let lanes = self.is_typed_by_lanes(slot).then(|| self.no_lanes());
        let placeholder = unset.then(|| deferred::placeholder(&known.ty, lanes.as_ref())).flatten();
        self.statements.push(match (content, placeholder) {
            (Some(content), _) => quote!(let #mutable #name #annotation #by_lanes = #content;),
            (None, Some(placeholder)) => {
                quote!(let mut #name #annotation #by_lanes = #placeholder;)
            }
            // Whether an assignment is the first one depends on the path.
            (None, None) => quote!(#[allow(unused_mut)] let mut #name #annotation #by_lanes;),
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
