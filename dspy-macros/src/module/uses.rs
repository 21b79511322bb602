//! Which fields a method's body uses: every `self.field`, in code and inside macro calls, and every
//! field of a pattern `Self { … }`.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ImplItem, ImplItemFn, Index, Local, Macro, Member, Pat, PatStruct,
    PatTupleStruct, Stmt,
};

use crate::registry::name_of;

/// A field as the impl uses it.
#[derive(Clone)]
pub(super) struct Use {
    /// The field, with the place of its first use.
    pub(super) member: Member,
    /// The `cfg`s that all uses stand under.
    pub(super) cfgs: Vec<Attribute>,
}

/// The fields used in these methods, in the order of their first use.
pub(super) fn of_items(items: &[ImplItem]) -> Vec<Use> {
    let mut scan = Scan { uses: Vec::new(), cfgs: Vec::new() };
    for item in items {
        if let ImplItem::Fn(method) = item {
            scan.visit_impl_item_fn(method);
        }
    }
    scan.uses
}

struct Scan {
    uses: Vec<Use>,
    /// The `cfg`s around the place being looked at.
    cfgs: Vec<Attribute>,
}

impl Scan {
    fn found(&mut self, member: Member) {
        let here = &self.cfgs;
        match self.uses.iter_mut().find(|used| name_of(&used.member) == name_of(&member)) {
            Some(used) => used.cfgs.retain(|cfg| here.iter().any(|other| same(cfg, other))),
            None => self.uses.push(Use { member, cfgs: here.clone() }),
        }
    }

    fn under(&mut self, attributes: &[Attribute], look: impl FnOnce(&mut Self)) {
        let outside = self.cfgs.len();
        self.cfgs.extend(attributes.iter().filter(|a| a.path().is_ident("cfg")).cloned());
        look(self);
        self.cfgs.truncate(outside);
    }

    /// Finds `self.field` among tokens that nothing is known about.
    fn scan_tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.scan_tokens(group.stream()),
                TokenTree::Ident(word) if word == "self" && next_is_dot(&mut tokens) => {
                    tokens.next();
                    self.after_dot(&mut tokens);
                }
                TokenTree::Ident(word) if is_item_keyword(&word.to_string()) => {
                    skip_item(&mut tokens);
                }
                _ => {}
            }
        }
    }

    fn after_dot(&mut self, tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) {
        match tokens.next() {
            Some(TokenTree::Ident(name)) => {
                let is_method = match tokens.peek() {
                    Some(TokenTree::Group(group)) => {
                        let is_call = group.delimiter() == Delimiter::Parenthesis;
                        if !is_call {
                            return self.found(Member::Named(name));
                        }
                        is_call
                    }
                    // `self.name::<T>()`
                    Some(TokenTree::Punct(punct)) => {
                        punct.as_char() == ':' && punct.spacing() == Spacing::Joint
                    }
                    _ => false,
                };
                if !is_method {
                    self.found(Member::Named(name));
                }
            }
            Some(TokenTree::Literal(number)) => {
                // `self.0.1` comes as the float `0.1`.
                let text = number.to_string();
                let first = text.split('.').next().unwrap_or_default();
                if let Ok(index) = first.parse() {
                    self.found(Member::Unnamed(Index { index, span: number.span() }));
                }
            }
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Scan {
    fn visit_impl_item_fn(&mut self, method: &'ast ImplItemFn) {
        self.under(&method.attrs, |scan| visit::visit_block(scan, &method.block));
    }

    fn visit_expr_field(&mut self, field: &'ast syn::ExprField) {
        if is_self(&field.base) {
            self.found(field.member.clone());
        }
        visit::visit_expr_field(self, field);
    }

    // `let Self { a, b: other, .. } = self;`
    fn visit_pat_struct(&mut self, pattern: &'ast PatStruct) {
        if pattern.path.is_ident("Self") {
            for field in &pattern.fields {
                self.under(&field.attrs, |scan| scan.found(field.member.clone()));
            }
        }
        visit::visit_pat_struct(self, pattern);
    }

    // `let Self(a, b, ..) = self;`
    fn visit_pat_tuple_struct(&mut self, pattern: &'ast PatTupleStruct) {
        if pattern.path.is_ident("Self") {
            let before_rest = pattern.elems.iter().take_while(|e| !matches!(e, Pat::Rest(_)));
            for (index, element) in (0..).zip(before_rest) {
                self.found(Member::Unnamed(Index { index, span: element.span() }));
            }
        }
        visit::visit_pat_tuple_struct(self, pattern);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.scan_tokens(call.tokens.clone());
    }

    // Inside a nested item, `self` is another one.
    fn visit_item(&mut self, _item: &'ast syn::Item) {}

    fn visit_local(&mut self, local: &'ast Local) {
        self.under(&local.attrs, |scan| visit::visit_local(scan, local));
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.under(&arm.attrs, |scan| visit::visit_arm(scan, arm));
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        self.under(&field.attrs, |scan| visit::visit_field_value(scan, field));
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let attributes = match statement {
            Stmt::Expr(expr, _) => attributes_of(expr),
            Stmt::Macro(call) => &call.attrs,
            Stmt::Local(_) | Stmt::Item(_) => &[],
        };
        self.under(attributes, |scan| visit::visit_stmt(scan, statement));
    }
}

/// The attributes of the expressions that serve as statements.
fn attributes_of(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::Assign(expr) => &expr.attrs,
        Expr::Await(expr) => &expr.attrs,
        Expr::Block(expr) => &expr.attrs,
        Expr::Call(expr) => &expr.attrs,
        Expr::ForLoop(expr) => &expr.attrs,
        Expr::If(expr) => &expr.attrs,
        Expr::Loop(expr) => &expr.attrs,
        Expr::Match(expr) => &expr.attrs,
        Expr::MethodCall(expr) => &expr.attrs,
        Expr::Return(expr) => &expr.attrs,
        Expr::Try(expr) => &expr.attrs,
        Expr::While(expr) => &expr.attrs,
        _ => &[],
    }
}

/// Whether the expression is `self`, also as `(self)`, `&self` or `*self`.
fn is_self(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.is_ident("self"),
        Expr::Paren(inner) => is_self(&inner.expr),
        Expr::Group(inner) => is_self(&inner.expr),
        Expr::Reference(inner) => is_self(&inner.expr),
        Expr::Unary(inner) => matches!(inner.op, syn::UnOp::Deref(_)) && is_self(&inner.expr),
        _ => false,
    }
}

fn same(a: &Attribute, b: &Attribute) -> bool {
    a.to_token_stream().to_string() == b.to_token_stream().to_string()
}

fn next_is_dot(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) -> bool {
    // `self..` is a range.
    matches!(tokens.peek(), Some(TokenTree::Punct(punct))
        if punct.as_char() == '.' && punct.spacing() == Spacing::Alone)
}

fn is_item_keyword(word: &str) -> bool {
    matches!(word, "fn" | "impl" | "trait" | "mod")
}

/// Skips to behind the braces of an item. A `;` ends one without braces, such as a function type.
fn skip_item(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) {
    for token in tokens.by_ref() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => return,
            _ => {}
        }
    }
}
