//! IR to readable Rust.
//!
//! Takes a verified [`ir::Function`](crate::ir::Function) and gives one `fn` item that computes the
//! same bits and panics at the same points in the same order. The code names std by paths from the
//! root, calls trait methods by path, and so compiles under `#![no_implicit_prelude]`; it holds no
//! `unsafe`.
//!
//! The parts: [`expressions`] prints expressions with few parentheses; [`pending`] decides whether a
//! value may be written where it is used; [`control`] writes regions and branches, [`loops`] and
//! [`variables`] what loops carry, [`chunks`] what may run on several threads, [`statements`] single instructions, [`writes`] those that change
//! memory, [`operations`] calculations; [`places`] and [`aggregates`] say what they name.
//!
//! Carried values of loops are mutable variables. SSA gives each state of such a variable its own
//! value; here several values share one variable again where their lives do not overlap (see
//! [`control`]).

mod aggregates;
mod blocks;
mod chunks;
mod control;
mod deferred;
pub mod documentation;
mod expressions;
pub mod fallible;
mod fixed;
pub mod item;
mod lanes;
mod loops;
mod matrices;
mod names;
mod operations;
mod overlaps;
mod parallel;
mod pending;
mod places;
mod record;
mod statements;
mod sweeps;
mod tangents;
mod tape;
mod types;
mod uses;
mod variables;
mod writes;

#[cfg(test)]
mod tests;

use crate::ir::{Function, ParameterBinding, Set, SlotId, SlotKind, ValueId, name_beside};
use crate::types::Type;
use expressions::Code;
use names::Names;
use pending::{Built, Pending, Reads, Variable};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// What a function is emitted with, besides its IR.
#[derive(Clone, Debug)]
pub struct Header {
    /// The path of `autodiff_core`.
    pub crate_path: TokenStream,
    /// Attributes of the item, besides its documentation.
    pub attributes: TokenStream,
    /// Documentation, Markdown; one `#[doc]` a line.
    pub documentation: String,
    /// `pub`, `pub(crate)`, or nothing.
    pub visibility: TokenStream,
    /// The function's name.
    pub name: Ident,
    /// `<T: Float>`, or nothing.
    pub generics: TokenStream,
    /// `::<T, N>` for calls from one output to another, or nothing if their arguments tell the types.
    pub turbofish: TokenStream,
    /// `where …`, or nothing.
    pub where_clause: TokenStream,
    /// The parameter types as written, by position; where there is none, the IR's type is printed.
    pub parameter_types: Vec<Option<TokenStream>>,
    /// The receiver as written (`&self`), if the first parameter is one.
    pub receiver: Option<TokenStream>,
    /// Whether it takes the tape as its last parameter; otherwise it makes one if it needs one.
    pub takes_tape: bool,
    /// Statements before everything else.
    pub prologue: TokenStream,
    /// The result type as written; where there is none, the IR's type is printed.
    pub result_type: Option<TokenStream>,
}

impl Header {
    /// A private function without generics.
    pub fn new(name: &str) -> Self {
        Self {
            crate_path: quote!(::autodiff_core),
            attributes: TokenStream::new(),
            documentation: String::new(),
            visibility: TokenStream::new(),
            name: names::identifier(name),
            generics: TokenStream::new(),
            turbofish: TokenStream::new(),
            where_clause: TokenStream::new(),
            parameter_types: Vec::new(),
            receiver: None,
            takes_tape: false,
            prologue: TokenStream::new(),
            result_type: None,
        }
    }
}

/// One `fn` item that does what the IR function does.
pub fn function(function: &Function, header: &Header) -> TokenStream {
    let mut emitter = Emitter::new(function, header);
    let mut parameters = emitter.parameters();
    parameters.extend(emitter.begin_tape());
    let body = emitter.body();
    let Header { attributes, visibility, name, generics, where_clause, prologue, .. } = header;
    let mut body = quote!(#prologue #body);
    let documentation = documentation_lines(&header.documentation);
    let result = match &header.result_type {
        Some(written) => quote!(-> #written),
        None if function.result_type == Type::Unit => quote!(),
        None => {
            let ty = types::tokens(&function.result_type);
            quote!(-> #ty)
        }
    };
    if crate::lanes::has_lanes(function) {
        let names = function.parameters.iter().map(item::name_of);
        let tape = emitter.tape.filter(|_| header.takes_tape);
        body = lanes::Dispatch {
            crate_path: &header.crate_path,
            generics,
            where_clause,
            parameters: &parameters,
            arguments: &names.chain(tape).collect::<Vec<_>>(),
            result: &result,
            simd: &emitter.simd,
            body,
        }
        .tokens();
        // What the inner function changes.
        parameters = parameters.into_iter().map(without_mut).collect();
    }
    quote! {
        #documentation
        #attributes
        #visibility fn #name #generics (#(#parameters),*) #result #where_clause {
            #body
        }
    }
}

/// A parameter without the `mut` before its name.
fn without_mut(parameter: TokenStream) -> TokenStream {
    let mut tokens = parameter.into_iter().peekable();
    tokens.next_if(|token| matches!(token, proc_macro2::TokenTree::Ident(word) if word == "mut"));
    tokens.collect()
}

/// The tokens of a type.
pub fn type_tokens(ty: &Type) -> TokenStream {
    types::tokens(ty)
}

pub(crate) use item::one_or_tuple;
pub(crate) use lanes::callee::{Product, Signature as SignatureInLanes};

/// `#[doc]` attributes, one a line.
fn documentation_lines(text: &str) -> TokenStream {
    text.lines()
        .map(|line| {
            let line = if line.is_empty() { String::new() } else { format!(" {line}") };
            quote!(#[doc = #line])
        })
        .collect()
}

/// The state while one function is written.
struct Emitter<'a> {
    function: &'a Function,
    header: &'a Header,
    names: Names,
    /// Uses by emitted code, by value.
    uses: Vec<u32>,
    /// How a value that was written down or needs no writing is mentioned, by value.
    held: Vec<Option<Built>>,
    /// The variables of slots that exist, by slot.
    slots: Vec<Option<Ident>>,
    /// How many references lie between the variable of a slot and its content, by slot.
    depths: Vec<usize>,
    /// Slots that need `mut`.
    mutated: Set<SlotId>,
    /// Stacks that are written as slices once they have their length.
    fixed: Set<SlotId>,
    /// Stacks of derivative code.
    stacks: Set<SlotId>,
    /// The blocks of stacks that the loops around here fill or read.
    blocks: Vec<record::RecordedBlock>,
    /// Slots whose declaration sets them, so that rustc sees that every path does.
    unset: Set<SlotId>,
    /// The mutable variables of carried values.
    variables: Vec<Ident>,
    /// Variables that some statement assigns after their declaration.
    assigned: Set<Variable>,
    /// Declarations without their `let`, and where they stand in the statements.
    declarations: Vec<(Variable, usize, TokenStream)>,
    /// Values that are assigned to a variable where they are computed.
    targets: Vec<(ValueId, Variable)>,
    /// The value that each variable holds at the moment; a variable that is missing at the end holds
    /// none.
    holders: Vec<Option<ValueId>>,
    pending: Pending,
    /// How the tape is mentioned.
    tape: Option<Ident>,
    /// The loop with lanes that is being written.
    lanes: Option<lanes::LaneLoop>,
    /// Slots in which a loop with lanes sums.
    lane_sums: Set<SlotId>,
    /// The token of the instruction set, in functions with lanes.
    simd: Ident,
    /// The statements of the block that is being written.
    statements: Vec<TokenStream>,
}

impl<'a> Emitter<'a> {
    fn new(function: &'a Function, header: &'a Header) -> Self {
        let mut names = Names::new(function);
        for tokens in [&header.generics, &header.where_clause, &header.crate_path] {
            names.avoid(tokens.clone());
        }
        // Parameters have the names that the user gave them.
        let hint = name_beside(&function.parameters, &[], "simd");
        let simd = names.fresh(&hint, proc_macro2::Span::call_site());
        Self {
            function,
            header,
            names,
            uses: uses::count(function),
            held: vec![None; function.values.len()],
            slots: vec![None; function.slots.len()],
            depths: vec![0; function.slots.len()],
            mutated: places::mutated(function),
            fixed: fixed::stacks_of_fixed_length(function),
            stacks: crate::ir::recorded::stacks(function),
            blocks: Vec::new(),
            unset: deferred::unset_somewhere(function),
            variables: Vec::new(),
            assigned: Set::new(),
            declarations: Vec::new(),
            targets: Vec::new(),
            holders: Vec::new(),
            pending: Pending::default(),
            tape: None,
            lanes: None,
            lane_sums: lanes::sums(function),
            simd,
            statements: Vec::new(),
        }
    }

    /// The parameters of the signature; binds them.
    fn parameters(&mut self) -> Vec<TokenStream> {
        let mut tokens = Vec::new();
        for (position, parameter) in self.function.parameters.iter().enumerate() {
            let declared = self.names.take(&parameter.name, parameter.span.start);
            let mut name = declared.clone();
            if &*parameter.name != "self" && self.names.is_avoided(&parameter.name) {
                // A pattern or closure in the user's tokens may bind the same name.
                name = self.names.fresh(&parameter.name, parameter.span.start);
            }
            let ty = match self.header.parameter_types.get(position) {
                Some(Some(written)) => written.clone(),
                _ => types::tokens(&parameter.ty),
            };
            let mut mutable = quote!();
            match parameter.binding {
                ParameterBinding::Value(value) => self.hold(value, Code::Name(name.clone())),
                ParameterBinding::Slot(slot) => {
                    self.slots[slot.0 as usize] = Some(name.clone());
                    self.depths[slot.0 as usize] = reference_depth(&parameter.ty);
                    let by_value = self.function.slot(slot).kind == SlotKind::ByValue;
                    if by_value && self.mutated.contains(slot) {
                        mutable = quote!(mut);
                    }
                }
            }
            tokens.push(match &self.header.receiver {
                Some(receiver) if position == 0 => receiver.clone(),
                _ if name == declared => quote!(#mutable #name: #ty),
                _ => {
                    self.statements.push(quote!(let #mutable #name = #declared;));
                    quote!(#declared: #ty)
                }
            });
        }
        tokens
    }

    /// Statements and result of the function.
    fn body(&mut self) -> TokenStream {
        let function = self.function;
        let tail = self.function_block(&function.body, &function.result);
        let mut statements = std::mem::take(&mut self.statements);
        statements.push(tail);
        statements.into_iter().collect()
    }

    /// From now on the value is mentioned by this code, which never changes its meaning.
    fn hold(&mut self, value: ValueId, code: Code) {
        self.held[value.0 as usize] = Some(Built::pure(code));
    }

    /// From now on the value is mentioned by the variable, until that is assigned again.
    fn hold_in(&mut self, value: ValueId, variable: Variable) {
        let code = Code::Name(self.variables[variable.0].clone());
        let reads = Reads { variables: Set::from_iter([variable]), ..Reads::default() };
        self.held[value.0 as usize] = Some(Built { code, reads, ordered: false });
        self.set_holder(variable, value);
    }

    /// The variable that a value is assigned to where it is computed.
    fn target_of(&self, value: ValueId) -> Option<Variable> {
        self.targets.iter().find(|(target, _)| *target == value).map(|(_, variable)| *variable)
    }

    fn set_holder(&mut self, variable: Variable, value: ValueId) {
        self.holders.resize(self.variables.len(), None);
        self.holders[variable.0] = Some(value);
    }

    /// The value that a variable holds at the moment.
    fn holder_of(&self, variable: Variable) -> Option<ValueId> {
        self.holders.get(variable.0).copied().flatten()
    }

    /// The variable of a slot.
    fn slot_name(&self, slot: SlotId) -> Ident {
        self.slots[slot.0 as usize].clone().unwrap_or_else(|| {
            // The verifier has seen a definition before every use.
            names::identifier(&self.function.slot(slot).name)
        })
    }

    /// The value's expression, for its place of use.
    fn operand(&mut self, value: ValueId) -> Built {
        if let Some(built) = self.pending.take(value) {
            return built;
        }
        self.held[value.0 as usize].clone().unwrap_or_else(|| {
            let hint = self.function.value(value).name.as_deref().unwrap_or("t");
            Built::pure(Code::Name(names::identifier(hint)))
        })
    }

    /// How often emitted code uses the value.
    fn use_count(&self, value: ValueId) -> u32 {
        self.uses[value.0 as usize]
    }
}

/// The number of references around a type.
fn reference_depth(ty: &Type) -> usize {
    match ty {
        Type::Reference { to, .. } => 1 + reference_depth(to),
        _ => 0,
    }
}
