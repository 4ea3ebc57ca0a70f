//! Items inside the body.
//!
//! Nested functions become [`NestedFunction`]s. `const`, `use` and `type` items are kept as tokens for
//! the top of every emitted function, where they must mean what they mean at their place: so each name
//! may be declared once in the function, and an item of an inner block may not have the name of
//! something that is used outside of that block.

use super::Resolver;
use super::patterns::Refutable;
use super::scopes::Named;
use super::signatures::parameter_type;
use crate::diagnostics::SourceSpan;
use crate::hir::{FunctionId, NestedFunction, Parameter, Pattern, PatternKind, ReturnTarget};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Item, Stmt, UseTree};

impl Resolver<'_> {
    /// Declares the items of a block: they are visible in all of it. The functions are in order.
    pub(super) fn declare_items(&mut self, statements: &[Stmt]) -> Vec<FunctionId> {
        let mut functions = Vec::new();
        for statement in statements {
            let Stmt::Item(item) = statement else { continue };
            match item {
                Item::Fn(function) => {
                    let name = &function.sig.ident;
                    let id = self.reserve_function(name.clone());
                    self.declare(name, Named::Function(id));
                    functions.push(id);
                }
                Item::Const(item) => self.declare_item(&item.ident, Named::Item),
                Item::Type(item) => self.declare_item(&item.ident, Named::Item),
                Item::Use(item) => self.declare_imports(&item.tree, String::new()),
                other => {
                    self.refuse(
                        SourceSpan::of(other),
                        "this item is not supported inside a differentiated function",
                        "move it out of the function".to_string(),
                    );
                }
            }
        }
        // What items say is read when all their names are visible.
        for statement in statements {
            match statement {
                Stmt::Item(Item::Const(item)) => {
                    let ty = self.read_type(&item.ty);
                    self.note_names_in(item.expr.to_token_stream());
                    self.body.constants.push((item.ident.to_string().into(), ty));
                    self.body.items.push(item.to_token_stream());
                }
                Stmt::Item(Item::Type(item)) => {
                    let ty = self.read_type(&item.ty);
                    if item.generics.params.is_empty() {
                        self.types.add_alias(item.ident.to_string(), ty);
                    }
                    self.body.items.push(item.to_token_stream());
                }
                Stmt::Item(Item::Use(item)) => self.body.items.push(item.to_token_stream()),
                _ => {}
            }
        }
        functions
    }

    fn declare_imports(&mut self, tree: &UseTree, mut prefix: String) {
        let mut import = |name: &Ident, alias: &Ident, prefix: &str| {
            let path = match name.to_string().as_str() {
                "self" => prefix.trim_end_matches("::").to_string(),
                name => format!("{prefix}{name}"),
            };
            self.types.add_import(alias.to_string(), path);
            self.declare_item(alias, Named::Alias);
        };
        match tree {
            UseTree::Path(path) => {
                prefix.push_str(&format!("{}::", path.ident));
                self.declare_imports(&path.tree, prefix);
            }
            UseTree::Name(name) if name.ident == "self" => {
                let last = prefix.trim_end_matches("::").rsplit("::").next().unwrap_or_default();
                if let Ok(alias) = syn::parse_str::<Ident>(last) {
                    import(
                        &name.ident,
                        &Ident::new(&alias.to_string(), name.ident.span()),
                        &prefix,
                    );
                }
            }
            UseTree::Name(name) => import(&name.ident, &name.ident, &prefix),
            UseTree::Rename(rename) if rename.rename == "_" => {}
            UseTree::Rename(rename) => import(&rename.ident, &rename.rename, &prefix),
            UseTree::Glob(_) => {}
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.declare_imports(tree, prefix.clone());
                }
            }
        }
    }

    fn declare_item(&mut self, name: &Ident, named: Named) {
        if self.items.contains(name) {
            self.diagnostics.error(
                name.span(),
                format!("`{name}` is declared twice in this function"),
                "give one of them another name".to_string(),
            );
        }
        if self.scopes.variable(&name.to_string()).is_some() {
            self.diagnostics.error(
                name.span(),
                format!("`{name}` is also the name of a variable here"),
                "give one of them another name".to_string(),
            );
        }
        self.items.push(name.clone());
        self.declare(name, named);
    }

    /// Items move to the top of the function: nothing outside of their block may have their name.
    pub(super) fn check_item_names(&mut self) {
        for item in std::mem::take(&mut self.items) {
            if self.free_names.contains(&item) {
                self.diagnostics.error(
                    item.span(),
                    format!("`{item}` is declared in a block and also used outside of it"),
                    "give it another name, or move it to the top of the function".to_string(),
                );
            }
        }
    }

    pub(super) fn nested_function(&mut self, id: FunctionId, function: &syn::ItemFn) {
        let targets = std::mem::take(&mut self.targets);
        let return_target = std::mem::replace(&mut self.return_target, ReturnTarget::Nested(id));
        self.scopes.open_function();
        let parameters = self.parameters(&function.sig.inputs);
        let result = self.result_type(&function.sig.output);
        let return_type = self.return_type.replace(result.clone());
        let body = self.block_expression(&function.block, None);
        self.scopes.close_function();
        self.targets = targets;
        self.return_target = return_target;
        self.return_type = return_type;
        let name = function.sig.ident.clone();
        self.body.functions[id.0 as usize] = NestedFunction { name, parameters, result, body };
    }

    /// The parameters of a function, which become visible; `self` is a variable of this name.
    pub(super) fn parameters<'p>(
        &mut self,
        inputs: impl IntoIterator<Item = &'p syn::FnArg>,
    ) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for input in inputs {
            let pattern = match input {
                syn::FnArg::Receiver(receiver) => {
                    let ty = parameter_type(input, &self.types);
                    let name = Ident::new("self", receiver.self_token.span);
                    let mutable = receiver.mutability.is_some() && receiver.reference.is_none();
                    let binding = self.bind(name.clone(), mutable, Some(ty));
                    self.declare(&name, Named::Variable(binding));
                    let kind = PatternKind::Binding { binding, by_reference: None, inner: None };
                    Pattern { kind, span: receiver.self_token.span.into() }
                }
                syn::FnArg::Typed(parameter) => {
                    let ty = self.read_type(&parameter.ty);
                    self.pattern(&parameter.pat, Some(&ty), Refutable::No)
                }
            };
            parameters.push(Parameter { pattern, ty: Some(parameter_type(input, &self.types)) });
        }
        parameters
    }
}
