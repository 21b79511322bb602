//! What may be handed to a predictor as a demonstration.

use serde::Serialize;
use serde_json::Value;

use super::demo::Demo;
use super::{Fields, SignatureRow};

/// Everything that can be a demonstration for the signature `S`: a row of the signature, which the
/// compiler checks, or a [`Demo`], which may leave fields out.
///
/// ```
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     #[output]
///     answer: String,
/// }
///
/// let row = Qa { question: "How many moons has Mars?".into(), answer: "2".into() };
/// let ask = Predict::<Qa>::new().with_demos([row]);
/// assert_eq!(ask.demos()[0].fields["answer"], "2");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no demonstration for `{S}`",
    label = "expected `{S}` or `Demo`",
    note = "write the signature's own row, `{S} {{ … }}`, or a `dspy::signature::Demo` with its fields by name"
)]
pub trait IntoDemo<S> {
    /// The demonstration.
    ///
    /// # Errors
    /// A row with a value that JSON cannot hold, such as a map whose keys are no strings.
    fn into_demo(self) -> Result<Demo, serde_json::Error>;
}

impl<S> IntoDemo<S> for Demo {
    fn into_demo(self) -> Result<Demo, serde_json::Error> {
        Ok(self)
    }
}

impl<S: SignatureRow> IntoDemo<S> for S {
    fn into_demo(self) -> Result<Demo, serde_json::Error> {
        (&self).into_demo()
    }
}

impl<S: SignatureRow> IntoDemo<S> for &S {
    fn into_demo(self) -> Result<Demo, serde_json::Error> {
        let mut fields = fields_of(&self.input_part())?;
        fields.extend(fields_of(&self.output_part())?);
        Ok(Demo::new(fields))
    }
}

fn fields_of(part: &impl Serialize) -> Result<Fields, serde_json::Error> {
    match crate::wire::to_value(part)? {
        Value::Object(fields) => Ok(fields),
        other => Err(serde::ser::Error::custom(format!("expected fields, found `{other}`"))),
    }
}
