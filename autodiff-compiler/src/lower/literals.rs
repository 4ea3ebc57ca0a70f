//! Literals and constants by path.

use super::Lowerer;
use super::flow::Lowered;
use super::operand::{Operand, Pointer};
use crate::hir::{ExpressionId, Literal, Path};
use crate::ir::{Constant, Opaque, Piece, ValueId};
use crate::types::{FloatType, IntegerType, Type};

impl Lowerer<'_> {
    /// A literal, possibly with a minus sign.
    pub(super) fn literal(
        &mut self,
        id: ExpressionId,
        literal: &Literal,
        negative: bool,
    ) -> Lowered<Operand> {
        let ty = self.type_of(id);
        match constant(literal, negative, &ty) {
            Some(constant) => Ok(Operand::Scalar(self.builder.constant(constant))),
            None => self.refuse(
                id,
                format!("this literal has type `{ty}` here, which is not a number"),
                "write a suffix: `1.0_f64`",
            ),
        }
    }

    /// The value of a literal in a pattern.
    pub(super) fn literal_of_type(
        &mut self,
        literal: &Literal,
        negative: bool,
        ty: &Type,
    ) -> Option<ValueId> {
        constant(literal, negative, ty).map(|constant| self.builder.constant(constant))
    }

    /// A constant by path: std's by value, the user's by its tokens.
    pub(super) fn constant_path(&mut self, id: ExpressionId, path: &Path) -> Lowered<Operand> {
        let ty = self.type_of(id);
        let text = crate::known::without_std(&path.text);
        if matches!(text, "None" | "Option::None" | "option::Option::None")
            && let Type::Option(_) = &ty
        {
            return self.absent(&ty);
        }
        let declared = self.body.constants.iter().any(|(name, _)| *name == path.text);
        if !declared && let Some(constant) = std_constant(text, &ty) {
            return Ok(Operand::Scalar(self.builder.constant(constant)));
        }
        if let Type::Reference { to, mutable: false } = &ty
            && matches!(**to, Type::Slice(_) | Type::Array(..) | Type::Vec(_))
        {
            let to = Pointer::Memory(self.lent_constant(path, to));
            return Ok(Operand::Reference { to, mutable: false });
        }
        let pieces = vec![Piece::Tokens(path.tokens.clone())];
        self.opaque_value(id, Opaque { pieces, result_slot: None }, ty)
    }
}

/// The constant that a literal of a type is.
fn constant(literal: &Literal, negative: bool, ty: &Type) -> Option<Constant> {
    match (literal, ty) {
        (Literal::Bool(value), _) => Some(Constant::Bool(*value)),
        (Literal::Float(text, _), Type::Float(ty)) => Some(float(text, negative, ty)?),
        (Literal::Integer(value, _), Type::Integer(ty)) => {
            let value = *value as i128;
            Some(Constant::Integer(if negative { value.wrapping_neg() } else { value }, *ty))
        }
        _ => None,
    }
}

fn float(text: &str, negative: bool, ty: &FloatType) -> Option<Constant> {
    let value = match ty {
        FloatType::F32 => f64::from(text.parse::<f32>().ok()?),
        FloatType::F64 | FloatType::Parameter(_) => text.parse::<f64>().ok()?,
    };
    Some(Constant::Float(if negative { -value } else { value }, ty.clone()))
}

macro_rules! float_constants {
    ($($name:ident)*) => {
        /// The mathematical constants, in both widths.
        const MATHEMATICAL: &[(&str, f64, f32)] = &[
            $( (stringify!($name), std::f64::consts::$name, std::f32::consts::$name) ),*
        ];
    };
}

float_constants! {
    E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6
    FRAC_PI_8 LN_10 LN_2 LOG10_2 LOG10_E LOG2_10 LOG2_E PI SQRT_2 TAU
}

macro_rules! associated_constants {
    ($($name:ident)*) => {
        /// The constants of the float types.
        const ASSOCIATED: &[(&str, f64, f32)] = &[$( (stringify!($name), f64::$name, f32::$name) ),*];
    };
}

associated_constants! { EPSILON INFINITY MAX MIN MIN_POSITIVE NAN NEG_INFINITY }

/// The constant of std that a path stands for, as a path from the root; `ty` is the type that it has.
pub fn constant_of_std(text: &str, ty: &Type) -> Option<proc_macro2::TokenStream> {
    let text = crate::known::without_std(text);
    std_constant(text, ty)?;
    let text = text.strip_prefix("primitive::").unwrap_or(text);
    let path = match text.strip_prefix("consts::") {
        Some(name) => format!("::core::{ty}::consts::{name}"),
        None if text.contains("::consts::") => format!("::core::{text}"),
        None => {
            let (owner, name) = text.rsplit_once("::")?;
            format!("<::core::primitive::{owner}>::{name}")
        }
    };
    path.parse().ok()
}

/// A constant of std, by its path without the crate.
fn std_constant(text: &str, ty: &Type) -> Option<Constant> {
    let text = text.strip_prefix("primitive::").unwrap_or(text);
    let (owner, name) = text.rsplit_once("::")?;
    let of = |table: &[(&str, f64, f32)], single: bool| {
        let row = table.iter().find(|row| row.0 == name)?;
        Some(if single {
            Constant::Float(f64::from(row.2), FloatType::F32)
        } else {
            Constant::Float(row.1, FloatType::F64)
        })
    };
    match owner {
        "f64::consts" | "f32::consts" => of(MATHEMATICAL, owner.starts_with("f32")),
        // Imported at module level: `consts::PI` of the type it has here.
        "consts" => match ty {
            Type::Float(FloatType::F32) => of(MATHEMATICAL, true),
            Type::Float(FloatType::F64) => of(MATHEMATICAL, false),
            _ => None,
        },
        "f64" | "f32" => of(ASSOCIATED, owner == "f32"),
        _ => {
            let ty = IntegerType::from_name(owner)?;
            let bits = match ty {
                IntegerType::I8 | IntegerType::U8 => 8,
                IntegerType::I16 | IntegerType::U16 => 16,
                IntegerType::I32 | IntegerType::U32 => 32,
                IntegerType::I64 | IntegerType::U64 => 64,
                IntegerType::I128 | IntegerType::U128 => 128,
                // Their width is the target's.
                IntegerType::Isize | IntegerType::Usize => return None,
            };
            let value = match (name, ty.is_signed()) {
                ("BITS", _) => return Some(Constant::Integer(bits, IntegerType::U32)),
                ("MIN", false) => 0,
                ("MAX", false) if bits == 128 => -1,
                ("MAX", false) => (1_i128 << bits) - 1,
                ("MIN", true) => i128::MIN >> (128 - bits),
                ("MAX", true) => i128::MAX >> (128 - bits),
                _ => return None,
            };
            Some(Constant::Integer(value, ty))
        }
    }
}
