//! ReAct: both protocols, and everything that can go wrong on the way.

mod react {
    mod faults;
    mod limits;
    mod parameters;
    mod protocols;
    pub(crate) mod scene;
}
