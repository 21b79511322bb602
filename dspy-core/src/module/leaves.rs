//! Types that may be fields of a module and have no parameters.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::time::Duration;

use super::{Parameters, Path, Visit, VisitMut};

macro_rules! no_parameters {
    ($($type:ty),* $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl Parameters for $type {
            fn walk(&self, _path: &mut Path, _visit: &mut dyn Visit) {}
            fn walk_mut(&mut self, _path: &mut Path, _visit: &mut dyn VisitMut) {}
        }
    )*};
}

no_parameters!(
    (),
    bool,
    char,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f32,
    f64,
    String,
    &'static str,
    Duration,
    PathBuf,
    crate::interpreter::DynInterpreter,
);

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Parameters for PhantomData<T> {
    fn walk(&self, _path: &mut Path, _visit: &mut dyn Visit) {}
    fn walk_mut(&mut self, _path: &mut Path, _visit: &mut dyn VisitMut) {}
}
