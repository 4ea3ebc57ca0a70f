//! Methods of iterators, and of collections as iterators, that are no plain signature: those that
//! depend on what an item dereferences to or on what the context wants.

use super::methods::MethodCall;
use super::unify::Kind;
use super::{Inference, Obligation};
use crate::hir::ExpressionId;
use crate::types::Type;

impl<'a> Inference<'a> {
    /// The type of such a method; `None` if it is another one.
    pub(super) fn iterator_method(&mut self, call: &MethodCall<'a>) -> Option<Type> {
        if call.name == "into_iter" {
            return self.items_by_receiver(call);
        }
        let (item, is_option) = match &call.base {
            Type::Iterator(item) | Type::Range(item) => ((**item).clone(), false),
            Type::Option(item) => ((**item).clone(), true),
            _ => return None,
        };
        let wrap = |ty: Type| match is_option {
            true => Type::Option(Box::new(ty)),
            false => Type::Iterator(Box::new(ty)),
        };
        Some(match call.name.as_str() {
            "copied" | "cloned" => wrap(self.copied(call.at, &item)),
            "flatten" if is_option => self.variables.shallow(&item),
            _ if is_option => return None,
            "flatten" => wrap(self.item_or_later(call.at, &item)),
            "flat_map" => {
                let [function] = call.arguments else { return None };
                let produced = self.variables.fresh(Kind::Any);
                self.apply(*function, &[item], &produced);
                wrap(self.item_or_later(*function, &produced))
            }
            "sum" | "product" => {
                let result = self.wanted(call);
                self.later_or_now(Obligation::Sum { at: call.at, item, result: result.clone() });
                result
            }
            "collect" => {
                let result = self.wanted(call);
                self.later_or_now(Obligation::Collect {
                    at: call.at,
                    item,
                    result: result.clone(),
                    extends: false,
                });
                result
            }
            "partition" => {
                let [function] = call.arguments else { return None };
                let result = self.wanted(call);
                let by_reference = self.by_reference(&item);
                self.apply(*function, &[by_reference], &Type::Bool);
                self.later_or_now(Obligation::Collect {
                    at: call.at,
                    item,
                    result: result.clone(),
                    extends: true,
                });
                Type::Tuple(vec![result.clone(), result])
            }
            "unzip" => self.unzipped(call, &item),
            _ => return None,
        })
    }

    /// The type written with `::<…>`, or what the context will say.
    fn wanted(&mut self, call: &MethodCall<'_>) -> Type {
        match call.generics {
            [written, ..] => self.written(written),
            [] => self.variables.fresh(Kind::Any),
        }
    }

    fn later_or_now(&mut self, obligation: Obligation) {
        self.later(obligation);
        self.progress();
    }

    fn items_by_receiver(&mut self, call: &MethodCall<'_>) -> Option<Type> {
        if let Type::Iterator(item) | Type::Range(item) = &call.base {
            return Some(Type::Iterator(item.clone()));
        }
        let receiver = match call.layers.as_slice() {
            [] => call.base.clone(),
            layers => super::unify::reference(layers.iter().all(|m| *m), call.base.clone()),
        };
        let item = self.item_of(&receiver)?;
        Some(Type::Iterator(Box::new(item)))
    }

    /// What `copied` and `cloned` give for references to items.
    fn copied(&mut self, at: ExpressionId, item: &Type) -> Type {
        match self.known(item) {
            Type::Reference { to, .. } => *to,
            Type::Opaque(_) => self.variables.fresh_opaque(),
            other => {
                let to = self.variables.fresh(Kind::Any);
                self.unify(at, &other, &super::unify::shared(to.clone()));
                to
            }
        }
    }

    fn unzipped(&mut self, call: &MethodCall<'_>, item: &Type) -> Type {
        let pair = match self.known(item) {
            Type::Tuple(elements) if elements.len() == 2 => elements,
            other => {
                let pair = vec![self.variables.fresh(Kind::Any), self.variables.fresh(Kind::Any)];
                self.unify(call.at, &other, &Type::Tuple(pair.clone()));
                pair
            }
        };
        let written = match call.generics {
            [_, _, left, right] => Some([left, right]),
            _ => None,
        };
        let results: Vec<_> = (0..2)
            .map(|side| match written {
                Some(written) => self.written(written[side]),
                None => self.variables.fresh(Kind::Any),
            })
            .collect();
        for (item, result) in pair.into_iter().zip(&results) {
            let result = result.clone();
            self.later_or_now(Obligation::Collect { at: call.at, item, result, extends: true });
        }
        Type::Tuple(results)
    }

    /// `sum`, `product`, `extend`: the result is what the items are or refer to. Settled when the
    /// result is known.
    pub(super) fn sum(&mut self, at: ExpressionId, item: &Type, result: &Type) -> bool {
        match self.variables.shallow(result) {
            Type::Float(_) | Type::Integer(_) => {}
            Type::Variable(_) if self.variables.is_number(result) => {}
            Type::Variable(_) => return false,
            Type::Option(_) | Type::Opaque(_) => return true,
            other => {
                // `Vec<Vec<f64>>::extend` and the like.
                self.unify(at, item, &other);
                return true;
            }
        }
        if self.variables.is_unknown(item) {
            return false;
        }
        let item = self.peel_once(item);
        if matches!(item, Type::Option(_) | Type::Opaque(_)) {
            return true;
        }
        self.unify(at, &item, result);
        true
    }

    /// `collect`, `unzip`, `partition`. Settled when the result is known.
    pub(super) fn collect(
        &mut self,
        at: ExpressionId,
        item: &Type,
        result: &Type,
        extends: bool,
    ) -> bool {
        match self.variables.shallow(result) {
            Type::Vec(element) if extends => self.extend(at, item, &element),
            Type::Vec(element) => self.unify(at, item, &element),
            Type::Variable(_) => return false,
            Type::Option(inner) => {
                let element = self.variables.fresh(Kind::Any);
                self.unify(at, item, &Type::Option(Box::new(element.clone())));
                self.later(Obligation::Collect { at, item: element, result: *inner, extends });
            }
            _ => {}
        }
        true
    }
}
