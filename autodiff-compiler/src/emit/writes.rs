//! Statements that write memory.

use super::expressions::Code;
use super::pending::{Built, Writes};
use super::{Emitter, types};
use crate::ir::{Argument, Instruction, Place, Projection, ResizeKind, ValueId};
use crate::types::Type;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

impl Emitter<'_> {
    pub(super) fn store(&mut self, instruction: &Instruction, place: &Place, value: ValueId) {
        let value = self.operand(value);
        let place = self.scalar_place(place);
        self.before_writing(&Writes::of(&instruction.kind));
        self.assignment(place.code, value.code);
    }

    /// The type of the elements of what is at a place.
    pub(super) fn element_at(&self, place: &Place) -> Type {
        let ty = self.function.place_type(place);
        ty.as_ref().and_then(Type::element).cloned().unwrap_or(Type::Unit)
    }

    /// `let x: f64 = stack.pop().unwrap();`
    pub(super) fn pop(&mut self, instruction: &Instruction, place: &Place) {
        let code = match self.block_element(place) {
            Some(element) => element,
            None => self.place(place).code.method("pop", vec![]).method("unwrap", vec![]),
        };
        self.before_writing(&Writes::of(&instruction.kind));
        self.bind(instruction.results[0], &code);
    }

    pub(super) fn resize(&mut self, instruction: &Instruction, place: &Place, kind: &ResizeKind) {
        let code = self.place(place).code;
        let mut fixed = None;
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
                fixed = self.fixed.contains(place.root).then(|| length.clone());
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
                self.statements.push(quote!(let _ = #code;));
            }
            _ => self.statement(code),
        }
        if let Some(length) = fixed {
            let name = self.slot_name(place.root);
            let element = types::tokens(&self.element_at(place));
            self.statements.push(quote!(let #name: &mut [#element] = &mut #name[..#length];));
            self.depths[place.root.0 as usize] = 1;
        }
    }

    /// `x.swap(i, j)` for elements of one place, else `mem::swap`.
    pub(super) fn swap(&mut self, instruction: &Instruction, a: &Place, b: &Place) {
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
        let is_slice =
            |place: &Place| matches!(self.function.place_type(place), Some(Type::Slice(_)));
        if is_slice(a) || is_slice(b) {
            let parts = [a, b].map(|place| Argument::Mutable(place.clone()));
            let mut built = Built::pure(Code::atom(quote!()));
            let (parts, after) = self.call_arguments(&parts, &[], &mut built, &writes);
            self.before_writing(&writes);
            self.statement(Code::call(quote!(<[_]>::swap_with_slice), parts));
            self.statements.extend(after);
            return;
        }
        let indexed = |place: &Place| {
            place.path.iter().any(|projection| !matches!(projection, Projection::Field(_)))
        };
        let ty = self.function.place_type(a);
        if same_root && (indexed(a) || indexed(b)) && ty.as_ref().is_some_and(Type::is_copy) {
            // Two borrows of one array: rustc does not see that they are apart. They may be equal.
            let ty = ty.filter(|_| !self.has_lanes(a));
            let a = self.scalar_place(a).code;
            let b = self.scalar_place(b).code;
            self.before_writing(&writes);
            let name = self.names.fresh("swapped", instruction.span.start);
            let annotation = ty.as_ref().and_then(super::types::annotation);
            self.statements.push(quote!(let #name #annotation = #a; #a = #b; #b = #name;));
            return;
        }
        let a = self.borrow(a, true).code;
        let b = self.borrow(b, true).code;
        self.before_writing(&writes);
        self.statement(Code::call(
            quote_spanned!(crate::edition::root()=> ::core::mem::swap),
            vec![a, b],
        ));
    }

    /// `place.fill(value)`, row by row for nested arrays.
    pub(super) fn fill(&mut self, instruction: &Instruction, place: &Place, value: ValueId) {
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
}
