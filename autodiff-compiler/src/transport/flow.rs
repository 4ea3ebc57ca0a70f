//! Which variables may hold what depends on active parameters, before types are known.
//!
//! A variable counts if it is made of an active one in any way. Of iterators the items are followed, through pairs
//! (`zip`, `enumerate`), so that an index or a passive list beside an active one stays passive; closures and nested
//! functions are followed to where they are called. What is counted or measured has no derivative.
//!
//! Guarantees nothing: a call that is taken for passive here and gets something active is refused where activity is
//! known ([`crate::reverse::support`]), so a mistake costs a function and no derivative.

use crate::hir::{
    BindingId, Body, Callee, ExpressionId, ExpressionKind, Parameter, Pattern, PatternKind,
    Statement, Variant,
};
use crate::types::Type;
use std::collections::{HashMap, HashSet};

/// Methods whose result has no derivative.
const MEASURES: &[&str] = &[
    "len",
    "is_empty",
    "capacity",
    "count",
    "position",
    "contains",
    "is_nan",
    "is_finite",
    "is_infinite",
    "is_some",
    "is_none",
    "is_sign_negative",
    "is_sign_positive",
];

/// Methods whose arguments are integers.
const COUNTS: &[&str] = &[
    "chunks",
    "chunks_mut",
    "chunks_exact",
    "chunks_exact_mut",
    "windows",
    "skip",
    "take",
    "step_by",
    "split_at",
    "split_at_mut",
];

/// Adaptors that pass on the items of their receiver, or parts of a list for its elements.
const SAME_ITEMS: &[&str] = &[
    "iter",
    "iter_mut",
    "into_iter",
    "copied",
    "cloned",
    "rev",
    "skip",
    "take",
    "step_by",
    "filter",
    "inspect",
    "skip_while",
    "take_while",
    "by_ref",
    "windows",
    "chunks",
    "chunks_mut",
    "chunks_exact",
    "chunks_exact_mut",
];

/// Methods whose closure takes an item of the receiver in each of its parameters.
const TAKES_ITEMS: &[&str] = &[
    "map",
    "for_each",
    "filter",
    "filter_map",
    "flat_map",
    "inspect",
    "any",
    "all",
    "position",
    "find",
    "find_map",
    "skip_while",
    "take_while",
    "map_while",
    "max_by",
    "min_by",
    "max_by_key",
    "min_by_key",
    "and_then",
    "map_or",
    "map_or_else",
    "is_some_and",
    "is_ok_and",
];

/// Methods whose closure takes an error, which has no derivative, or nothing.
const TAKES_ERROR: &[&str] = &["map_err", "or_else", "unwrap_or_else", "ok_or_else", "inspect_err"];

/// Further methods that keep nothing of their arguments.
const KEEPS_NOTHING: &[&str] = &[
    "zip",
    "chain",
    "fold",
    "max",
    "min",
    "powf",
    "atan2",
    "hypot",
    "mul_add",
    "clamp",
    "copysign",
    "rem_euclid",
    "div_euclid",
    "total_cmp",
    "partial_cmp",
    "ok_or",
    "or",
    "expect",
    "unwrap_or",
];

/// Methods whose result is, or holds, a mutable reference into the receiver.
const LENDS: &[&str] = &[
    "iter_mut",
    "chunks_mut",
    "chunks_exact_mut",
    "split_at_mut",
    "split_first_mut",
    "split_last_mut",
    "first_mut",
    "last_mut",
    "get_mut",
    "as_mut",
    "as_mut_slice",
];

/// Further methods that pass on a reference that their receiver, or an argument, holds.
const PASSES_ON: &[&str] = &["enumerate", "zip", "chain", "unwrap", "expect"];

fn is_in(names: &[&str], method: &syn::Ident) -> bool {
    names.iter().any(|name| method == name)
}

/// Whether nothing that is passed to a method is in its receiver afterwards.
fn leaves_receiver(method: &syn::Ident) -> bool {
    [KEEPS_NOTHING, TAKES_ITEMS, TAKES_ERROR, SAME_ITEMS].iter().any(|names| is_in(names, method))
}

/// What the items of an iterator are made of.
enum Item {
    /// Whether something in it may be active.
    Whole(bool),
    Pair(Box<Item>, Box<Item>),
}

impl Item {
    fn is_active(&self) -> bool {
        match self {
            Self::Whole(active) => *active,
            Self::Pair(a, b) => a.is_active() || b.is_active(),
        }
    }
}

/// Which variables may hold what depends on active parameters, and which functions get them.
pub(super) struct Flow<'a> {
    body: &'a Body,
    active: HashSet<BindingId>,
    /// Closures by the variable that holds them, if that is only called.
    closures: HashMap<BindingId, &'a [Parameter]>,
    /// Closures that are called where it can be seen.
    followed: HashSet<ExpressionId>,
    grew: bool,
}

impl<'a> Flow<'a> {
    /// Follows what the active variables are used for.
    pub(super) fn of(body: &'a Body, active: HashSet<BindingId>) -> Self {
        let (closures, followed) = (HashMap::new(), HashSet::new());
        let mut flow = Self { body, active, closures, followed, grew: true };
        flow.follow_closures();
        while std::mem::take(&mut flow.grew) {
            for index in 0..body.expressions.len() as u32 {
                flow.expression(ExpressionId(index));
            }
        }
        flow
    }

    /// Functions called with, or passed beside, what may be active.
    pub(super) fn called(&self) -> HashSet<String> {
        let mut called = HashSet::new();
        let mut beside_passive = HashSet::new();
        for expression in &self.body.expressions {
            let passed: Vec<ExpressionId> = match &expression.kind {
                ExpressionKind::Call { arguments, .. } => arguments.clone(),
                ExpressionKind::MethodCall { receiver, arguments, .. } => {
                    [&[*receiver], &arguments[..]].concat()
                }
                _ => continue,
            };
            if !passed.iter().any(|argument| self.mentions(*argument)) {
                beside_passive.extend(passed);
            } else if let ExpressionKind::Call { callee: Callee::Path(path), .. } = &expression.kind
            {
                called.insert(path.text.to_string());
            }
        }
        for (index, expression) in self.body.expressions.iter().enumerate() {
            if let ExpressionKind::FunctionPath(Callee::Path(path)) = &expression.kind
                && !beside_passive.contains(&ExpressionId(index as u32))
            {
                called.insert(path.text.to_string());
            }
        }
        called
    }

    /// The parameters of a closure.
    fn parameters(&self, id: ExpressionId) -> Option<&'a [Parameter]> {
        match &self.body.expression(id).kind {
            ExpressionKind::Closure { parameters, .. } => Some(parameters),
            _ => None,
        }
    }

    fn follow_closures(&mut self) {
        let body = self.body;
        let mut mentioned: HashMap<BindingId, usize> = HashMap::new();
        let mut called: HashMap<BindingId, usize> = HashMap::new();
        for expression in &body.expressions {
            match &expression.kind {
                ExpressionKind::Variable(binding) => *mentioned.entry(*binding).or_default() += 1,
                ExpressionKind::Call { callee: Callee::Value(callee), .. } => {
                    if let ExpressionKind::Variable(binding) = &body.expression(*callee).kind {
                        *called.entry(*binding).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
        for expression in &body.expressions {
            match &expression.kind {
                ExpressionKind::MethodCall { method, arguments, .. }
                    if is_in(TAKES_ITEMS, method)
                        || is_in(TAKES_ERROR, method)
                        || method == "fold" =>
                {
                    let is_closure = |id: &&ExpressionId| self.parameters(**id).is_some();
                    let closures: Vec<_> = arguments.iter().filter(is_closure).collect();
                    self.followed.extend(closures);
                }
                ExpressionKind::Block(block) => {
                    for statement in &block.statements {
                        if let Statement::Let { pattern, value: Some(value), .. } = statement
                            && let PatternKind::Binding { binding, .. } = &pattern.kind
                            && let Some(parameters) = self.parameters(*value)
                            && mentioned.get(binding) == called.get(binding)
                        {
                            self.closures.insert(*binding, parameters);
                            self.followed.insert(*value);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether an active variable occurs in the expression.
    fn mentions(&self, id: ExpressionId) -> bool {
        match &self.body.expression(id).kind {
            ExpressionKind::Variable(binding) => self.active.contains(binding),
            // An integer has no derivative, wherever it comes from.
            ExpressionKind::Cast(_, Type::Integer(_)) => false,
            ExpressionKind::MethodCall { method, .. } if is_in(MEASURES, method) => false,
            _ => self.body.children(id).into_iter().any(|child| self.mentions(child)),
        }
    }

    /// What the items are of something that is iterated over.
    fn item(&self, id: ExpressionId) -> Item {
        match &self.body.expression(id).kind {
            // It counts.
            ExpressionKind::Range { .. } => Item::Whole(false),
            ExpressionKind::Borrow { value, .. } => self.item(*value),
            ExpressionKind::MethodCall { receiver, method, arguments, .. } => {
                match &arguments[..] {
                    [] if method == "enumerate" => {
                        Item::Pair(Box::new(Item::Whole(false)), Box::new(self.item(*receiver)))
                    }
                    [other] if method == "zip" => {
                        Item::Pair(Box::new(self.item(*receiver)), Box::new(self.item(*other)))
                    }
                    _ if is_in(SAME_ITEMS, method) => self.item(*receiver),
                    _ => Item::Whole(self.mentions(id)),
                }
            }
            _ => Item::Whole(self.mentions(id)),
        }
    }

    fn bind(&mut self, pattern: &Pattern) {
        // An error has no derivative.
        if matches!(pattern.kind, PatternKind::Variant(Variant::Err, _)) {
            return;
        }
        for binding in pattern.bindings() {
            self.grew |= self.active.insert(binding);
        }
    }

    /// Binds the names of a pattern for what it takes apart.
    fn bind_parts(&mut self, pattern: &Pattern, value: ExpressionId) {
        if self.mentions(value) {
            self.bind(pattern);
        }
        self.return_to_lender(pattern, value);
    }

    /// What is written through a reference is in what lends it.
    fn return_to_lender(&mut self, pattern: &Pattern, lender: ExpressionId) {
        if pattern.bindings().iter().any(|binding| self.active.contains(binding)) {
            self.lend(lender);
        }
    }

    /// Binds the names of a pattern for an item.
    fn bind_item(&mut self, pattern: &Pattern, item: &Item) {
        match (&pattern.kind, item) {
            (PatternKind::Reference(inner), _) => self.bind_item(inner, item),
            (PatternKind::Tuple(parts), Item::Pair(a, b)) if parts.len() == 2 => {
                self.bind_item(&parts[0], a);
                self.bind_item(&parts[1], b);
            }
            _ if item.is_active() => self.bind(pattern),
            _ => {}
        }
    }

    /// What is assigned to, or lent mutably, may hold it from now on.
    fn bind_variables(&mut self, id: ExpressionId) {
        match &self.body.expression(id).kind {
            ExpressionKind::Variable(binding) => self.grew |= self.active.insert(*binding),
            // An index stays passive, and so does a length or a count.
            ExpressionKind::Index(base, _) => return self.bind_variables(*base),
            ExpressionKind::MethodCall { receiver, method, .. } if is_in(COUNTS, method) => {
                return self.bind_variables(*receiver);
            }
            _ => {}
        }
        self.body.children(id).into_iter().for_each(|child| self.bind_variables(child));
    }

    /// Binds parameters for the arguments that are passed.
    fn pass(&mut self, parameters: &[Parameter], arguments: &[ExpressionId]) {
        for (parameter, argument) in parameters.iter().zip(arguments) {
            if self.mentions(*argument) {
                self.bind(&parameter.pattern);
            }
        }
    }

    fn expression(&mut self, id: ExpressionId) {
        let body = self.body;
        match &body.expression(id).kind {
            ExpressionKind::Block(block) => {
                for statement in &block.statements {
                    if let Statement::Let { pattern, value: Some(value), .. } = statement {
                        self.bind_parts(pattern, *value);
                    }
                }
            }
            ExpressionKind::Assign(place, value)
            | ExpressionKind::AssignOperation(_, place, value) => {
                if self.mentions(*value) {
                    self.bind_variables(*place);
                }
                if self.mentions(*place) {
                    self.lend(*value);
                }
            }
            ExpressionKind::For { pattern, iterator, .. } => {
                let item = self.item(*iterator);
                self.bind_item(pattern, &item);
                self.return_to_lender(pattern, *iterator);
            }
            ExpressionKind::Let(pattern, value) => self.bind_parts(pattern, *value),
            ExpressionKind::Match { scrutinee, arms } => {
                arms.iter().for_each(|arm| self.bind_parts(&arm.pattern, *scrutinee));
            }
            // Its parameters may hold anything where it is not seen who calls it.
            ExpressionKind::Closure { parameters, .. } if !self.followed.contains(&id) => {
                parameters.iter().for_each(|parameter| self.bind(&parameter.pattern));
            }
            ExpressionKind::FunctionPath(Callee::Nested(function)) => {
                let nested = &body.functions[function.0 as usize];
                nested.parameters.iter().for_each(|parameter| self.bind(&parameter.pattern));
            }
            ExpressionKind::MethodCall { receiver, method, arguments, .. } => {
                self.closures_of_method(*receiver, method, arguments);
                if !leaves_receiver(method)
                    && arguments.iter().any(|argument| self.mentions(*argument))
                {
                    self.bind_variables(*receiver);
                }
            }
            ExpressionKind::Call { callee, arguments } => {
                match callee {
                    Callee::Nested(function) => {
                        self.pass(&body.functions[function.0 as usize].parameters, arguments);
                    }
                    Callee::Value(value) => {
                        if let ExpressionKind::Variable(binding) = &body.expression(*value).kind
                            && let Some(parameters) = self.closures.get(binding)
                        {
                            self.pass(parameters, arguments);
                        }
                    }
                    Callee::Path(_) => {}
                }
                if !arguments.iter().any(|argument| self.mentions(*argument)) {
                    return;
                }
                for argument in arguments {
                    let kind = &body.expression(*argument).kind;
                    if matches!(kind, ExpressionKind::Borrow { mutable: true, .. }) {
                        self.bind_variables(*argument);
                    }
                }
            }
            _ => {}
        }
    }

    /// Binds the parameters of the closures that a method calls for items of its receiver.
    fn closures_of_method(
        &mut self,
        receiver: ExpressionId,
        method: &syn::Ident,
        arguments: &[ExpressionId],
    ) {
        for argument in arguments {
            let Some(parameters) = self.parameters(*argument) else { continue };
            let item = self.item(receiver);
            match parameters {
                [sum, parameter] if method == "fold" => {
                    self.bind(&sum.pattern);
                    self.bind_item(&parameter.pattern, &item);
                }
                _ if is_in(TAKES_ITEMS, method) => {
                    for parameter in parameters {
                        self.bind_item(&parameter.pattern, &item);
                    }
                }
                _ => continue,
            }
            for parameter in parameters {
                self.return_to_lender(&parameter.pattern, receiver);
            }
        }
    }

    /// What lends a mutable reference may hold what is behind it.
    fn lend(&mut self, id: ExpressionId) {
        match &self.body.expression(id).kind {
            ExpressionKind::Borrow { mutable: true, value } => self.bind_variables(*value),
            ExpressionKind::Tuple(parts) => parts.iter().for_each(|part| self.lend(*part)),
            ExpressionKind::MethodCall { receiver, method, .. } if is_in(LENDS, method) => {
                self.bind_variables(*receiver);
            }
            ExpressionKind::MethodCall { receiver, method, arguments, .. }
                if is_in(SAME_ITEMS, method) || is_in(PASSES_ON, method) =>
            {
                self.lend(*receiver);
                arguments.iter().for_each(|argument| self.lend(*argument));
            }
            _ => {}
        }
    }
}
