//! Text of the typed syntax, for tests: Rust-like, with every variable as `name.index` and every exit
//! with its target, so that shadowing and labels can be seen.

use super::*;
use std::fmt::{Display, Formatter};

impl Display for Body {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let printer = Printer { body: self };
        for item in &self.items {
            writeln!(f, "{item}")?;
        }
        for (index, function) in self.functions.iter().enumerate() {
            writeln!(
                f,
                "fn {}#{index}({}) -> {} {}",
                function.name,
                printer.parameters(&function.parameters),
                function.result,
                printer.expression(function.body, 0)
            )?;
        }
        writeln!(
            f,
            "({}) -> {} {}",
            printer.parameters(&self.parameters),
            self.result,
            printer.expression(self.root, 0)
        )
    }
}

struct Printer<'a> {
    body: &'a Body,
}

impl Printer<'_> {
    fn parameters(&self, parameters: &[Parameter]) -> String {
        join(parameters.iter().map(|parameter| match &parameter.ty {
            Some(ty) => format!("{}: {ty}", self.pattern(&parameter.pattern)),
            None => self.pattern(&parameter.pattern),
        }))
    }

    fn variable(&self, id: BindingId) -> String {
        format!("{}.{}", self.body.binding(id).name, id.0)
    }

    fn expressions(&self, ids: &[ExpressionId], depth: usize) -> String {
        join(ids.iter().map(|id| self.expression(*id, depth)))
    }

    fn optional(&self, id: &Option<ExpressionId>, depth: usize) -> String {
        id.map(|id| self.expression(id, depth)).unwrap_or_default()
    }

    fn expression(&self, id: ExpressionId, depth: usize) -> String {
        let of = |id: &ExpressionId| self.expression(*id, depth);
        match &self.body.expression(id).kind {
            ExpressionKind::Literal(literal) => literal_text(literal),
            ExpressionKind::Variable(binding) => self.variable(*binding),
            ExpressionKind::Path(path) => format!("path {}", path_text(path)),
            ExpressionKind::FunctionPath(callee) => format!("fn {}", self.callee(callee, depth)),
            ExpressionKind::Unary(operator, value) => {
                let operator = match operator {
                    UnaryOperator::Negate => "-",
                    UnaryOperator::Not => "!",
                    UnaryOperator::Dereference => "*",
                };
                format!("{operator}{}", of(value))
            }
            ExpressionKind::Binary(operator, a, b) => {
                format!("({} {} {})", of(a), operator.text(), of(b))
            }
            ExpressionKind::Assign(a, b) => format!("{} = {}", of(a), of(b)),
            ExpressionKind::AssignOperation(operator, a, b) => {
                format!("{} {}= {}", of(a), operator.text(), of(b))
            }
            ExpressionKind::Cast(value, ty) => format!("({} as {ty})", of(value)),
            ExpressionKind::Field(value, name) => format!("{}.{name}", of(value)),
            ExpressionKind::Index(value, index) => format!("{}[{}]", of(value), of(index)),
            ExpressionKind::Borrow { mutable, value } => {
                format!("{}{}", if *mutable { "&mut " } else { "&" }, of(value))
            }
            ExpressionKind::Tuple(elements) => format!("({})", self.expressions(elements, depth)),
            ExpressionKind::Array(elements) => format!("[{}]", self.expressions(elements, depth)),
            ExpressionKind::ArrayRepeat(value, length) => format!("[{}; {length}]", of(value)),
            ExpressionKind::VecList(elements) => {
                format!("vec![{}]", self.expressions(elements, depth))
            }
            ExpressionKind::VecRepeat(value, length) => {
                format!("vec![{}; {}]", of(value), of(length))
            }
            ExpressionKind::Struct { path, fields, base } => {
                let fields =
                    join(fields.iter().map(|(name, value)| format!("{name}: {}", of(value))));
                match base {
                    Some(base) => format!("{} {{ {fields}, ..{} }}", path_text(path), of(base)),
                    None => format!("{} {{ {fields} }}", path_text(path)),
                }
            }
            ExpressionKind::Range { start, end, inclusive } => {
                let dots = if *inclusive { "..=" } else { ".." };
                format!("({}{dots}{})", self.optional(start, depth), self.optional(end, depth))
            }
            ExpressionKind::Block(block) => {
                let label = if block.labelled { format!("'{}: ", id.0) } else { String::new() };
                format!("{label}{}", self.block(block, depth))
            }
            ExpressionKind::If { condition, then_branch, else_branch } => {
                let otherwise = match else_branch {
                    Some(branch) => format!(" else {}", of(branch)),
                    None => String::new(),
                };
                format!("if {} {}{otherwise}", of(condition), of(then_branch))
            }
            ExpressionKind::Let(pattern, value) => {
                format!("let {} = {}", self.pattern(pattern), of(value))
            }
            ExpressionKind::Match { scrutinee, arms } => {
                let indent = "    ".repeat(depth + 1);
                let mut text = format!("match {} {{\n", of(scrutinee));
                for arm in arms {
                    let guard = match &arm.guard {
                        Some(guard) => format!(" if {}", self.expression(*guard, depth + 1)),
                        None => String::new(),
                    };
                    let pattern = self.pattern(&arm.pattern);
                    let body = self.expression(arm.body, depth + 1);
                    text.push_str(&format!("{indent}{pattern}{guard} => {body},\n"));
                }
                format!("{text}{}}}", "    ".repeat(depth))
            }
            ExpressionKind::While { condition, body } => {
                format!("'{}: while {} {}", id.0, of(condition), of(body))
            }
            ExpressionKind::Loop { body } => format!("'{}: loop {}", id.0, of(body)),
            ExpressionKind::For { pattern, iterator, body } => {
                format!("'{}: for {} in {} {}", id.0, self.pattern(pattern), of(iterator), of(body))
            }
            ExpressionKind::Break { target, value } => {
                format!("break '{} {}", target.0, self.optional(value, depth)).trim_end().into()
            }
            ExpressionKind::Continue { target } => format!("continue '{}", target.0),
            ExpressionKind::Return { target, value } => {
                let target = match target {
                    ReturnTarget::Function => String::new(),
                    ReturnTarget::Nested(function) => format!(" #{}", function.0),
                    ReturnTarget::Closure(closure) => format!(" '{}", closure.0),
                };
                format!("return{target} {}", self.optional(value, depth)).trim_end().into()
            }
            ExpressionKind::Closure { parameters, result, body } => {
                let result = match result {
                    Some(result) => format!(" -> {result}"),
                    None => String::new(),
                };
                format!("'{}: |{}|{result} {}", id.0, self.parameters(parameters), of(body))
            }
            ExpressionKind::Call { callee, arguments } => {
                format!("{}({})", self.callee(callee, depth), self.expressions(arguments, depth))
            }
            ExpressionKind::MethodCall { receiver, method, generics, arguments } => {
                let generics = if generics.is_empty() {
                    String::new()
                } else {
                    format!("::<{}>", join(generics.iter().map(Type::to_string)))
                };
                let arguments = self.expressions(arguments, depth);
                format!("{}.{method}{generics}({arguments})", of(receiver))
            }
            ExpressionKind::Macro(call) => {
                format!("{}!({})", call.path.text, self.pieces(&call.pieces, depth))
            }
            ExpressionKind::Opaque(opaque) => {
                let ty = opaque.ty.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default();
                format!("<{}{ty}>", self.pieces(&opaque.pieces, depth))
            }
        }
    }

    fn block(&self, block: &Block, depth: usize) -> String {
        if block.statements.is_empty() && block.value.is_none() {
            return "{}".into();
        }
        let indent = "    ".repeat(depth + 1);
        let mut text = "{\n".to_string();
        for statement in &block.statements {
            let statement = match statement {
                Statement::Expression(id) => format!("{};", self.expression(*id, depth + 1)),
                Statement::Let { pattern, ty, value, otherwise } => {
                    let mut text = format!("let {}", self.pattern(pattern));
                    if let Some(ty) = ty {
                        text.push_str(&format!(": {ty}"));
                    }
                    if let Some(value) = value {
                        text.push_str(&format!(" = {}", self.expression(*value, depth + 1)));
                    }
                    if let Some(otherwise) = otherwise {
                        text.push_str(&format!(" else {}", self.expression(*otherwise, depth + 1)));
                    }
                    format!("{text};")
                }
            };
            text.push_str(&format!("{indent}{statement}\n"));
        }
        if let Some(value) = block.value {
            text.push_str(&format!("{indent}{}\n", self.expression(value, depth + 1)));
        }
        format!("{text}{}}}", "    ".repeat(depth))
    }

    fn callee(&self, callee: &Callee, depth: usize) -> String {
        match callee {
            Callee::Value(id) => format!("({})", self.expression(*id, depth)),
            Callee::Nested(function) => {
                format!("{}#{}", self.body.function(*function).name, function.0)
            }
            Callee::Path(path) => path_text(path),
        }
    }

    fn pieces(&self, pieces: &[Piece], depth: usize) -> String {
        let texts = pieces.iter().map(|piece| match piece {
            Piece::Tokens(tokens) => tokens.to_string(),
            Piece::Expression(id) => format!("${{{}}}", self.expression(*id, depth)),
            Piece::Group(_, pieces) => format!("({})", self.pieces(pieces, depth)),
        });
        texts.collect::<Vec<_>>().join(" ")
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        let all = |patterns: &[Pattern]| {
            patterns.iter().map(|pattern| self.pattern(pattern)).collect::<Vec<_>>()
        };
        match &pattern.kind {
            PatternKind::Wild => "_".into(),
            PatternKind::Rest => "..".into(),
            PatternKind::Binding { binding, by_reference, inner } => {
                let prefix = match by_reference {
                    Some(true) => "ref mut ",
                    Some(false) => "ref ",
                    None if self.body.binding(*binding).mutable => "mut ",
                    None => "",
                };
                let inner = match inner {
                    Some(inner) => format!(" @ {}", self.pattern(inner)),
                    None => String::new(),
                };
                format!("{prefix}{}{inner}", self.variable(*binding))
            }
            PatternKind::Tuple(inner) => format!("({})", all(inner).join(", ")),
            PatternKind::Slice(inner) => format!("[{}]", all(inner).join(", ")),
            PatternKind::Struct { path, fields } => {
                let fields =
                    fields.iter().map(|(name, inner)| format!("{name}: {}", self.pattern(inner)));
                format!("{} {{ {} }}", path_text(path), join(fields))
            }
            PatternKind::Reference(inner) => format!("&{}", self.pattern(inner)),
            PatternKind::Literal { value, negative } => signed_text(value, *negative),
            PatternKind::Range { start, end, inclusive } => {
                let end_text = |end: &Option<(Literal, bool)>| match end {
                    Some((value, negative)) => signed_text(value, *negative),
                    None => String::new(),
                };
                let dots = if *inclusive { "..=" } else { ".." };
                format!("{}{dots}{}", end_text(start), end_text(end))
            }
            PatternKind::Or(inner) => all(inner).join(" | "),
            PatternKind::Variant(variant, inner) => {
                format!("{}({})", variant.name(), self.pattern(inner))
            }
            PatternKind::None => "None".into(),
            PatternKind::Opaque { tokens, bindings } => {
                let bindings = join(bindings.iter().map(|binding| self.variable(*binding)));
                format!("<{tokens}: {bindings}>")
            }
        }
    }
}

impl BinaryOperator {
    /// As in Rust.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Remainder => "%",
            BinaryOperator::And => "&&",
            BinaryOperator::Or => "||",
            BinaryOperator::BitAnd => "&",
            BinaryOperator::BitOr => "|",
            BinaryOperator::BitXor => "^",
            BinaryOperator::ShiftLeft => "<<",
            BinaryOperator::ShiftRight => ">>",
            BinaryOperator::Equal => "==",
            BinaryOperator::NotEqual => "!=",
            BinaryOperator::Less => "<",
            BinaryOperator::LessEqual => "<=",
            BinaryOperator::Greater => ">",
            BinaryOperator::GreaterEqual => ">=",
        }
    }
}

fn path_text(path: &Path) -> String {
    if path.generics.is_empty() {
        return path.text.to_string();
    }
    format!("{}::<{}>", path.text, join(path.generics.iter().map(Type::to_string)))
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Float(digits, suffix) => {
            format!("{digits}{}", suffix.as_ref().map_or("", |suffix| suffix.name()))
        }
        Literal::Integer(value, suffix) => {
            format!("{value}{}", suffix.map_or("", |suffix| suffix.name()))
        }
        Literal::Bool(value) => value.to_string(),
    }
}

fn signed_text(literal: &Literal, negative: bool) -> String {
    format!("{}{}", if negative { "-" } else { "" }, literal_text(literal))
}

fn join(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}
