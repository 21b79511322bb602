//! Which names a rule speaks of.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprPath, Ident, Item, PatIdent};

/// The first of these names that the expression uses as a value, unless it gives the name a meaning
/// of its own. What stands inside macro calls is not looked at.
pub(super) fn first_of<'e>(expr: &'e Expr, names: &[&Ident]) -> Option<&'e Ident> {
    let mut found = Mentions::default();
    found.visit_expr(expr);
    found
        .used
        .into_iter()
        .find(|used| names.contains(used) && !found.bound.contains(used) && !found.has_items)
}

#[derive(Default)]
struct Mentions<'e> {
    used: Vec<&'e Ident>,
    bound: BTreeSet<&'e Ident>,
    has_items: bool,
}

impl<'e> Visit<'e> for Mentions<'e> {
    fn visit_expr_path(&mut self, path: &'e ExprPath) {
        self.used.extend(path.path.get_ident());
    }

    fn visit_expr_call(&mut self, call: &'e ExprCall) {
        // A function may have the name of a field.
        if !matches!(call.func.as_ref(), Expr::Path(_)) {
            self.visit_expr(&call.func);
        }
        for argument in &call.args {
            self.visit_expr(argument);
        }
    }

    fn visit_pat_ident(&mut self, pat: &'e PatIdent) {
        self.bound.insert(&pat.ident);
        visit::visit_pat_ident(self, pat);
    }

    fn visit_item(&mut self, _: &'e Item) {
        self.has_items = true;
    }
}
