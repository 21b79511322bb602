//! From one field as written to an input, an output, or a field of the row alone.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, ExprArray, Ident, LitStr};

use super::given_twice;
use crate::bound::{Bounds, Kind};
use crate::diagnostics::Faults;
use crate::docs;
use crate::keys::{Entry, Given, list_of};
use crate::part::FieldDefault;
use crate::signature::case::Case;
use crate::signature::model::{Field, Skipped};
use crate::signature::rule::Rule;
use crate::signature::syntax::{FieldSyntax, Role, RoleSyntax};
use crate::signature::wire::Wire;

pub(crate) const FIELD_KEYS: [&str; 13] = [
    "desc",
    "rename",
    "alias",
    "default",
    "examples",
    "ge",
    "gt",
    "le",
    "lt",
    "min_length",
    "max_length",
    "pattern",
    "format",
];
const OPTION_KEYS: [&str; 1] = ["skip"];

/// What a field of the struct comes to.
pub(super) enum Checked {
    Field(Field),
    Skipped(Skipped),
}

/// Checks a field, and adds the rules that stand on it to those of the struct.
pub(super) fn check_field(
    syntax: FieldSyntax,
    case: Option<Case>,
    rules: &mut Vec<Rule>,
    faults: &mut Faults,
) -> Checked {
    let wire = Wire::read(&syntax.serde, faults);
    let mut skip = wire.skip.clone();
    for option in &syntax.options {
        match option.name().as_str() {
            "skip" => {
                // With a value it is a fault, and still means to skip.
                option.expect_bare(faults);
                skip.get_or_insert_with(|| option.key.clone());
            }
            _ => option.reject("signature", &OPTION_KEYS, faults),
        }
    }
    if let Some(skip) = skip {
        if syntax.roles.is_empty() {
            return Checked::Skipped(skipped(syntax, wire, faults));
        }
        let message = format!(
            "`{}` is skipped, so it can be neither an input nor an output: leave out `skip` or its \
             role",
            syntax.ident
        );
        faults.at(skip, message);
    }
    let role = check_role(&syntax, faults);
    for rule in &syntax.rules {
        match role {
            Role::Output => rules.extend(rule.read(faults)),
            Role::Input => rule.reject_on(&syntax.ident, "an input", faults),
        }
    }
    let FieldSyntax { ident, ty, docs, roles, .. } = syntax;
    let (mut desc, mut rename, mut default, mut examples) = (None, None, None, None);
    let mut aliases = Vec::new();
    let mut bounds = Bounds::default();
    for (role, entry) in roles.iter().flat_map(|r| r.entries.iter().map(|e| (r.role, e))) {
        let key = entry.name();
        match key.as_str() {
            "desc" => entry.put(&mut desc, entry.const_text(faults), faults),
            "rename" => entry.put(&mut rename, name_of(entry, faults), faults),
            "default" => entry.put(&mut default, default_of(entry, faults), faults),
            "examples" => entry.put(&mut examples, examples_of(entry, faults), faults),
            "alias" => aliases.extend(name_of(entry, faults)),
            key => match Kind::of(key) {
                Some(kind) => bounds.add(kind, entry, faults),
                None => entry.reject(role.name(), &FIELD_KEYS, faults),
            },
        }
    }
    take_over(&mut rename, wire.rename, "rename", role, faults);
    take_over(&mut default, wire.default, "default", role, faults);
    aliases.extend(wire.aliases);
    let rust_name = ident.unraw().to_string();
    let name = rename.unwrap_or_else(|| {
        let name = case.map_or_else(|| rust_name.clone(), |case| case.apply(&rust_name));
        LitStr::new(&name, ident.span())
    });
    Checked::Field(Field {
        role,
        desc: desc.map(|text| text.to_token_stream()).or_else(|| docs::text(&docs)),
        name,
        aliases,
        default,
        bounds: bounds.finish(faults),
        examples: examples.unwrap_or_default(),
        ident,
        ty,
        docs,
    })
}

/// Takes over what serde's attribute says where ours says nothing; both is a fault.
fn take_over<T>(
    slot: &mut Option<T>,
    from_serde: Option<(T, Ident)>,
    key: &str,
    role: Role,
    faults: &mut Faults,
) {
    let Some((value, place)) = from_serde else { return };
    if slot.is_some() {
        faults.at(place, given_twice(key, role.name()));
    } else {
        *slot = Some(value);
    }
}

/// A field without a role, which the model never sees.
fn skipped(syntax: FieldSyntax, wire: Wire, faults: &mut Faults) -> Skipped {
    let named = wire.rename.map(|(name, _)| name).into_iter().chain(wire.aliases);
    for name in named {
        faults.at(name, format!("`{}` is skipped, so it needs no name", syntax.ident));
    }
    for rule in &syntax.rules {
        rule.reject_on(&syntax.ident, "skipped", faults);
    }
    let value = match wire.default {
        Some((FieldDefault::Call(path), _)) => Some(path),
        _ => None,
    };
    Skipped { ident: syntax.ident, ty: syntax.ty, value }
}

/// The side a field is on; a field that does not say counts as an output.
fn check_role(field: &FieldSyntax, faults: &mut Faults) -> Role {
    match field.roles.as_slice() {
        [] => {
            let name = &field.ident;
            let advice = match &field.misspelt {
                Some((word, meant)) => format!("did you mean `#[{meant}]` by `#[{word}]`?"),
                None => "put one of the two on it".to_owned(),
            };
            faults.at(name, format!("`{name}` is neither `#[input]` nor `#[output]`: {advice}"));
            Role::Output
        }
        [only] => only.role,
        [first, others @ ..] => {
            for other in others {
                faults.at(&other.attribute, one_role(field, first, other));
            }
            first.role
        }
    }
}

fn one_role(field: &FieldSyntax, first: &RoleSyntax, other: &RoleSyntax) -> String {
    let name = &field.ident;
    if first.role == other.role {
        let role = first.role.name();
        format!("`{name}` has `#[{role}]` twice: put all keys into one")
    } else {
        format!("`{name}` cannot be an input and an output: keep one of the two attributes")
    }
}

pub(crate) fn name_of(entry: &Entry, faults: &mut Faults) -> Option<LitStr> {
    let text = entry.text(faults)?;
    fit_name(text, faults)
}

/// A name on the wire, such as a field can have in prompts and files.
pub(in crate::signature) fn fit_name(text: LitStr, faults: &mut Faults) -> Option<LitStr> {
    match dspy_grammar::check_wire_name(&text.value()) {
        Ok(()) => Some(text),
        Err(message) => {
            faults.at(&text, message);
            None
        }
    }
}

pub(crate) fn default_of(entry: &Entry, faults: &mut Faults) -> Option<FieldDefault> {
    match &entry.value {
        Given::Nothing => Some(FieldDefault::OfType(entry.key.span())),
        Given::Expr(value) => Some(FieldDefault::Expr(value.clone())),
        Given::List(_) => {
            faults
                .at(entry, "`default` takes a value: `default = …`, or nothing for the type's own");
            None
        }
    }
}

/// The values of `examples(…)` or `examples = […]`.
pub(crate) fn examples_of(entry: &Entry, faults: &mut Faults) -> Option<Vec<Expr>> {
    const EXAMPLE: &str = "examples(\"one\", \"another\")";
    let examples = match &entry.value {
        Given::Expr(value) => match value.as_ref() {
            Expr::Array(ExprArray { elems, .. }) if elems.is_empty() => {
                faults.at(entry, format!("`examples` names nothing: `{EXAMPLE}`"));
                return None;
            }
            Expr::Array(ExprArray { elems, .. }) => elems.iter().cloned().collect(),
            _ => {
                faults.at(entry, format!("`examples` takes a list: `{EXAMPLE}`"));
                return None;
            }
        },
        Given::Nothing | Given::List(_) => list_of(entry, EXAMPLE, faults),
    };
    Some(examples)
}
