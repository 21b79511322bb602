//! From what was written to a model, reporting every fault on the way.

use std::collections::BTreeMap;

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, ItemImpl, LitStr, Member, Token, Type};

use super::bounds;
use super::forward;
use super::model::{Model, Registry, RegistryField, Treatment};
use super::syntax::Syntax;
use super::uses::{self, Use};
use crate::diagnostics::Faults;
use crate::keys::{Entry, list_of};
use crate::part::name_after;
use crate::registry::{PATH_SEGMENT, is_path_segment, name_of};

const KEYS: [&str; 7] = ["also", "skip", "frozen", "rename", "input", "derived", "crate"];

/// The module as far as it can be made out; with faults it is only good for a fallback.
pub(super) fn check(syntax: &Syntax, faults: &mut Faults) -> Model {
    let Syntax { options, item } = syntax;
    if let Some(lifetime) = item.generics.lifetimes().next() {
        faults.at(
            lifetime,
            "a module cannot borrow, for its clones outlive the call: own the data, or share it \
             by `Arc`",
        );
    }
    let ident = type_name(item);
    let (mut krate, mut input, mut derived) = (None, None, None);
    let mut lists = Lists::default();
    for option in options {
        match option.name().as_str() {
            "crate" => option.put(&mut krate, option.krate(faults), faults),
            "input" => option.put(&mut input, name_given(option, faults), faults),
            "derived" => {
                let given = option.expect_bare(faults).then_some(option);
                option.put(&mut derived, given, faults);
            }
            "also" | "skip" | "frozen" => lists.add_fields(option, faults),
            "rename" => lists.add_names(option, faults),
            _ => option.reject("module", &KEYS, faults),
        }
    }
    let registry = match derived {
        Some(_) => {
            for option in options {
                let instead = match option.name().as_str() {
                    "also" => "remove it",
                    "skip" => "write `#[parameters(skip)]` on the field",
                    "frozen" => "write `#[parameters(frozen)]` on the field",
                    "rename" => "write `#[parameters(rename = \"…\")]` on the field",
                    _ => continue,
                };
                faults.at(
                    &option.key,
                    format!("with `derived`, `#[derive(Parameters)]` lists the fields: {instead}"),
                );
            }
            None
        }
        None => Some(registry(item, lists, faults)),
    };
    let krate = krate.unwrap_or_default();
    let mut generics = item.generics.clone();
    bounds::check(&mut generics, &krate, faults);
    Model {
        krate,
        generics,
        self_ty: item.self_ty.as_ref().clone(),
        cfgs: item.attrs.iter().filter(|a| a.path().is_ident("cfg")).cloned().collect(),
        input_name: input.unwrap_or_else(|| name_after(&ident, "Input")),
        ident,
        forward: forward::check(item, faults),
        registry,
    }
}

/// The last word of the impl's type.
fn type_name(item: &ItemImpl) -> Ident {
    match item.self_ty.as_ref() {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    }
    .unwrap_or_else(|| Ident::new("Module", proc_macro2::Span::call_site()))
}

fn name_given(option: &Entry, faults: &mut Faults) -> Option<Ident> {
    if let crate::keys::Given::Expr(value) = &option.value
        && let syn::Expr::Path(path) = value.as_ref()
        && let Some(ident) = path.path.get_ident()
    {
        return Some(ident.clone());
    }
    faults.at(option, "`input` takes the name of the struct to make: `input = Question`");
    None
}

/// What the attribute says of fields.
#[derive(Default)]
struct Lists {
    /// By field: the list that names it, and the field as written there.
    named: BTreeMap<String, Vec<(String, Member)>>,
    order: Vec<String>,
    names: BTreeMap<String, LitStr>,
}

/// `field = "name"`.
struct NewName {
    member: Member,
    name: LitStr,
}

impl Parse for NewName {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let member = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self { member, name: input.parse()? })
    }
}

impl Lists {
    fn add_fields(&mut self, option: &Entry, faults: &mut Faults) {
        let list = option.name();
        for member in list_of::<Member>(option, &format!("{list}(field, other)"), faults) {
            self.add(&list, member, faults);
        }
    }

    fn add_names(&mut self, option: &Entry, faults: &mut Faults) {
        let example = "rename(field = \"name\")";
        for NewName { member, name } in list_of::<NewName>(option, example, faults) {
            if matches!(member, Member::Unnamed(_)) {
                faults.at(
                    &member,
                    "a field without a name stands in paths by its number and cannot be renamed",
                );
                continue;
            }
            let text = name.value();
            if !is_path_segment(&text) {
                faults.at(&name, PATH_SEGMENT);
                continue;
            }
            let field = name_of(&member);
            if self.add("rename", member, faults) {
                self.names.insert(field, name);
            }
        }
    }

    fn add(&mut self, list: &str, member: Member, faults: &mut Faults) -> bool {
        let name = name_of(&member);
        if !self.order.contains(&name) {
            self.order.push(name.clone());
        }
        let others = self.named.entry(name.clone()).or_default();
        if others.iter().any(|(other, _)| other == list) {
            faults.at(&member, format!("`{name}` is in `{list}` twice: keep one"));
            return false;
        }
        if let Some((other, _)) = others.iter().find(|(o, _)| (o == "skip") != (list == "skip")) {
            faults.at(
                &member,
                format!(
                    "`{name}` is in `{other}` and in `{list}`: a field is either skipped or \
                     visited, keep one"
                ),
            );
            return false;
        }
        others.push((list.to_owned(), member));
        true
    }

    fn is_in(&self, list: &str, field: &str) -> bool {
        self.named.get(field).is_some_and(|lists| lists.iter().any(|(name, _)| name == list))
    }
}

fn registry(item: &ItemImpl, lists: Lists, faults: &mut Faults) -> Registry {
    let is_proved = !faults.found();
    let mut found = uses::of_items(&item.items);
    for field in &lists.order {
        let mentions = lists.named.get(field).into_iter().flatten();
        let Some((_, member)) = mentions.clone().next() else {
            continue;
        };
        match found.iter_mut().find(|used| name_of(&used.member) == *field) {
            // The attribute is the place to speak of a field that it skips.
            Some(used) if lists.is_in("skip", field) => used.member = member.clone(),
            Some(_) => {}
            None => found.push(Use { member: member.clone(), cfgs: Vec::new() }),
        }
    }
    let fields: Vec<_> = found.into_iter().map(|used| field(used, &lists)).collect();
    check_names(&fields, &lists, faults);
    Registry { fields, is_proved }
}

fn field(used: Use, lists: &Lists) -> RegistryField {
    let field = name_of(&used.member);
    let treatment = if lists.is_in("skip", &field) {
        Treatment::Skip
    } else {
        let name = match &used.member {
            Member::Named(ident) => Some(
                lists.names.get(&field).map_or_else(|| ident.unraw().to_string(), LitStr::value),
            ),
            Member::Unnamed(_) => None,
        };
        Treatment::Visit { name, is_frozen: lists.is_in("frozen", &field) }
    };
    RegistryField { member: used.member, cfgs: used.cfgs, treatment }
}

/// Checks that every path leads to one field.
fn check_names(fields: &[RegistryField], lists: &Lists, faults: &mut Faults) {
    for (field, literal) in &lists.names {
        let is_taken = fields.iter().any(|other| {
            let name = match &other.treatment {
                Treatment::Visit { name, .. } => name.as_deref(),
                Treatment::Skip => None,
            };
            name == Some(&literal.value()) && name_of(&other.member) != *field
        });
        if is_taken {
            let taken = literal.value();
            faults.at(literal, format!("`{taken}` already is the path of another field"));
        }
    }
}
