//! Calls by path, calls of closures, and functions used as values.

use super::signatures::{Expected, Scope, Signature, read};
use super::{Callable, Inference, Kind, Obligation};
use crate::hir::{Callee, ExpressionId, ExpressionKind, FunctionId, Path};
use crate::known::{self, Known, KnownFunction};
use crate::signature::{FunctionSignature, is_mutable};
use crate::types::Type;

/// The signature of a function that is known by path, as a row.
fn signature_of(function: KnownFunction) -> &'static str {
    use KnownFunction::*;
    match function {
        Swap => "swap(&mut A, &mut A)",
        Replace => "replace(&mut A, A) -> A",
        Take => "take(&mut A) -> A",
        Drop => "drop(Any)",
        VecNew => "new() -> Vec<A>",
        VecWithCapacity => "with_capacity(usize) -> Vec<A>",
        VecFrom => "from(Each<A>) -> Vec<A>",
        Some => "Some(A) -> Option<A>",
        Ok => "Ok(A) -> Result<A, B>",
        Err => "Err(A) -> Result<B, A>",
        CompareMax => "max(A, A) -> A",
        CompareMin => "min(A, A) -> A",
        ArrayFromFn => "from_fn(fn(usize) -> A) -> [A; N]",
        Identity => "identity(A) -> A",
        IteratorZip => "zip(Each<A>, Each<B>) -> Iter<(A, B)>",
        IteratorOnce => "once(A) -> Iter<A>",
        IteratorRepeat => "repeat(A) -> Iter<A>",
        IteratorRepeatN => "repeat_n(A, usize) -> Iter<A>",
        Detach => "detach(A) -> A",
        Erf => "erf(F) -> F",
        Erfc => "erfc(F) -> F",
        NormCdf => "norm_cdf(F) -> F",
        LnGamma => "ln_gamma(F) -> F",
        Digamma => "digamma(F) -> F",
    }
}

impl<'a> Inference<'a> {
    /// `callee(arguments)`.
    pub(super) fn call(
        &mut self,
        at: ExpressionId,
        callee: &'a Callee,
        arguments: &'a [ExpressionId],
    ) -> Type {
        match callee {
            Callee::Value(value) => {
                let ty = self.check(*value, None);
                if !self.is_open_now(&ty) {
                    return self.call_value(at, &ty);
                }
                let result = self.variables.fresh(Kind::Any);
                self.later(Obligation::Call { at, callee: ty, result: result.clone() });
                result
            }
            Callee::Nested(function) => {
                let signature = self.nested(*function);
                self.arguments(&signature.parameters, arguments);
                signature.result
            }
            Callee::Path(path) => match self.path_signature(path) {
                Some(Signature { parameters, result, .. }) if is_vec_from(path) => {
                    self.vec_from(&parameters, &result, arguments);
                    result
                }
                Some(signature) => {
                    self.arguments(&signature.parameters, arguments);
                    signature.result
                }
                None => self.call_unknown(path, arguments),
            },
        }
    }

    fn call_arguments(&self, at: ExpressionId) -> &'a [ExpressionId] {
        let body = self.body;
        match &body.expression(at).kind {
            ExpressionKind::Call { arguments, .. } => arguments,
            _ => &[],
        }
    }

    /// A call of a closure or function value of known type.
    pub(super) fn call_value(&mut self, at: ExpressionId, callee: &Type) -> Type {
        let arguments = self.call_arguments(at);
        let Type::Closure(id) = self.peel(callee).0 else {
            return self.call_unseen_with(arguments);
        };
        let Some(Callable { parameters: Some(parameters), result }) =
            self.callables.get(&id).cloned()
        else {
            return self.call_unseen_with(arguments);
        };
        let expected: Vec<_> = parameters.into_iter().map(Expected::Value).collect();
        self.arguments(&expected, arguments);
        result
    }

    /// A call of a value that cannot be seen.
    pub(super) fn call_unseen(&mut self, at: ExpressionId) -> Type {
        let arguments = self.call_arguments(at);
        self.call_unseen_with(arguments)
    }

    /// A function used as a value: its type is a callable of this expression.
    pub(super) fn function_value(&mut self, id: ExpressionId, callee: &Callee) -> Type {
        let signature = match callee {
            Callee::Value(value) => return self.check(*value, None),
            Callee::Nested(function) => Some(self.nested(*function)),
            Callee::Path(path) => self.path_signature(path),
        };
        let callable = match signature {
            Some(signature) => {
                let types = signature.parameters.into_iter().map(|expected| match expected {
                    Expected::Value(ty) => ty,
                    _ => self.variables.fresh_opaque(),
                });
                Callable { parameters: Some(types.collect()), result: signature.result }
            }
            None => Callable { parameters: None, result: self.variables.fresh_opaque() },
        };
        self.callables.insert(id, callable);
        Type::Closure(id)
    }

    fn nested(&mut self, function: FunctionId) -> Signature {
        let function = self.body.function(function);
        let parameters: Vec<_> = function
            .parameters
            .iter()
            .map(|parameter| parameter.ty.clone().unwrap_or(Type::Opaque(None)))
            .collect();
        // A nested function cannot use the type parameters around it: all that occur are its own.
        let signature = FunctionSignature {
            active: vec![true; parameters.len()],
            parameters,
            result: function.result.clone(),
            float_parameters: self.float_parameters.clone(),
            ..FunctionSignature::default()
        };
        self.instantiate(&signature, &[])
    }

    /// The signature of a function by path; `None` if it cannot be seen.
    fn path_signature(&mut self, path: &Path) -> Option<Signature> {
        let environment = self.environment;
        if let Some(signature) = environment.functions.get(&*path.text) {
            return Some(self.instantiate(signature, &path.generics));
        }
        if let Some((signature, output)) = environment.output(&path.text)
            && !signature.parameters.iter().any(is_mutable)
        {
            return Some(self.instantiate(&signature.of_output(output), &path.generics));
        }
        if let Some(signature) = self.method_by_path(&path.text) {
            return Some(self.instantiate(signature, &path.generics));
        }
        match known::function(&path.text, &self.float_parameters)? {
            Known::Primitive(owner, name) => self.associated_function(&owner, &name),
            Known::FloatTrait(name) => {
                let owner = self.variables.fresh(Kind::Float);
                self.associated_function(&owner, &name)
            }
            Known::Function(function) => {
                let length = self.variables.fresh_length();
                let mut scope = Scope::new(&mut self.variables, &Type::Unit);
                scope.length = length;
                let signature = read(signature_of(function), &mut scope)?;
                let parts = match &signature.result {
                    Type::Vec(content) | Type::Option(content) => vec![content],
                    Type::Result(value, error) => vec![value, error],
                    _ => vec![],
                };
                for (part, written) in parts.into_iter().zip(&path.generics) {
                    let written = self.written(written);
                    let _ = self.variables.unify(part, &written);
                }
                Some(signature)
            }
        }
    }

    fn method_by_path(&self, text: &str) -> Option<&'a FunctionSignature> {
        let methods = &self.environment.methods;
        if let Some(found) = methods.get(text) {
            return Some(found);
        }
        let name = text.strip_prefix("Self::")?;
        let mut own = methods
            .iter()
            .filter(|(path, _)| path.rsplit_once("::").is_some_and(|(_, method)| method == name));
        match (own.next(), own.next()) {
            (Some((_, found)), None) => Some(found),
            _ => None,
        }
    }

    /// `Vec::from(array)`, `Vec::from(slice)`: the elements by value.
    fn vec_from(&mut self, parameters: &[Expected], result: &Type, arguments: &[ExpressionId]) {
        let ([argument], Type::Vec(element)) = (arguments, result) else {
            return self.arguments(parameters, arguments);
        };
        let ty = self.check(*argument, None);
        match self.peel(&ty).0 {
            Type::Array(found, _) | Type::Slice(found) | Type::Vec(found) => {
                self.unify(*argument, &found, element);
            }
            _ => {
                self.variables.mark_opaque(element);
            }
        }
    }

    /// A call of a function that cannot be seen. A few of std give what the context wants.
    fn call_unknown(&mut self, path: &Path, arguments: &[ExpressionId]) -> Type {
        let unseen = self.call_unseen_with(arguments);
        match known::without_std(&path.text) {
            "Default::default" | "default::Default::default" | "From::from" | "Into::into" => {
                self.variables.fresh(Kind::Any)
            }
            _ => unseen,
        }
    }
}

fn is_vec_from(path: &Path) -> bool {
    matches!(known::function(&path.text, &[]), Some(Known::Function(KnownFunction::VecFrom)))
}
