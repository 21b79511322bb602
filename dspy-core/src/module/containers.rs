//! Registries of containers: options, boxes, lists, arrays, tuples and maps of modules.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::hash::BuildHasher;

use super::{Parameters, Path, Visit, VisitMut};

#[diagnostic::do_not_recommend]
impl<M: Parameters> Parameters for Option<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        if let Some(module) = self {
            module.walk(path, visit);
        }
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        if let Some(module) = self {
            module.walk_mut(path, visit);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M: Parameters + ?Sized> Parameters for Box<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        (**self).walk(path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        (**self).walk_mut(path, visit);
    }
}

#[diagnostic::do_not_recommend]
impl<M: Parameters> Parameters for Vec<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        walk_list(self, path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        walk_list_mut(self, path, visit);
    }
}

#[diagnostic::do_not_recommend]
impl<M: Parameters, const N: usize> Parameters for [M; N] {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        walk_list(self, path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        walk_list_mut(self, path, visit);
    }
}

fn walk_list<M: Parameters>(list: &[M], path: &mut Path, visit: &mut dyn Visit) {
    for (index, module) in list.iter().enumerate() {
        path.index(index, |path| module.walk(path, visit));
    }
}

fn walk_list_mut<M: Parameters>(list: &mut [M], path: &mut Path, visit: &mut dyn VisitMut) {
    for (index, module) in list.iter_mut().enumerate() {
        path.index(index, |path| module.walk_mut(path, visit));
    }
}

#[diagnostic::do_not_recommend]
impl<K: Display + Ord, M: Parameters> Parameters for BTreeMap<K, M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        for (key, module) in self {
            path.key(&key.to_string(), |path| module.walk(path, visit));
        }
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        for (key, module) in self {
            path.key(&key.to_string(), |path| module.walk_mut(path, visit));
        }
    }
}

#[diagnostic::do_not_recommend]
impl<K: Display, M: Parameters, S: BuildHasher> Parameters for HashMap<K, M, S> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        let mut entries: Vec<_> = self.iter().map(|(key, m)| (key.to_string(), m)).collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, module) in entries {
            path.key(&key, |path| module.walk(path, visit));
        }
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        let mut entries: Vec<_> = self.iter_mut().map(|(key, m)| (key.to_string(), m)).collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, module) in entries {
            path.key(&key, |path| module.walk_mut(path, visit));
        }
    }
}

macro_rules! tuples {
    ($($($name:ident $index:tt)+;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($name: Parameters),+> Parameters for ($($name,)+) {
            fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
                $(path.index($index, |path| self.$index.walk(path, visit));)+
            }

            fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
                $(path.index($index, |path| self.$index.walk_mut(path, visit));)+
            }
        }
    )*};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
}
