use super::*;
use crate::ir::sketch::{Sketch, shared};
use crate::types::{OpaqueType, StructType};
use quote::quote;

/// Whether the part of a differentiated struct varies that is of this type.
fn varies(part: Type) -> bool {
    let path = quote!(Model);
    let known = Type::Struct(std::rc::Rc::new(StructType {
        path: path.clone(),
        name: "Model".into(),
        fields: vec![("weight".into(), Type::F64), ("part".into(), part.clone())],
        tuple: false,
        tangent_path: path,
        tangent: false,
    }));
    let mut f = Sketch::new("f", Type::F64);
    let model = Place::root(f.slot("model", shared(known)));
    let weight = f.load(model.field("weight"), Type::F64);
    let pieces = vec![Piece::Argument(Argument::Place(model.field("part")))];
    let opaque = Opaque { pieces, result_slot: None };
    let made = f.push(InstructionKind::Opaque(opaque), vec![Type::Opaque(None)])[0];
    let function = f.returns_value(weight);
    Activity::of(&function).is_varied(made)
}

fn named(holds: Holds) -> Type {
    Type::Opaque(Some(OpaqueType { tokens: quote!(Part), text: "Part".into(), holds }))
}

#[test]
fn parts_vary_unless_they_are_known_to_hold_no_floats() {
    assert!(varies(Type::F64));
    assert!(varies(named(Holds::Anything)));
    assert!(varies(Type::Vec(Box::new(named(Holds::Anything)))));
    assert!(varies(Type::Option(Box::new(Type::F64))));
    assert!(!varies(named(Holds::NoFloats)));
    assert!(!varies(Type::Vec(Box::new(named(Holds::Numbers)))));
    assert!(!varies(Type::Option(Box::new(Type::USIZE))));
    // Left out of derivatives.
    assert!(!varies(Type::Opaque(None)));
}
