//! Changing a signature at run time. Every change gives a new signature.

use std::collections::BTreeSet;

use dspy_grammar::check_wire_name;

use super::error::SignatureError;
use super::field::Field;
use super::task::{SignatureSchema, generated_instructions};
use super::text::schema_of_type;

/// Which fields a change concerns.
#[derive(Clone, Copy)]
enum Side {
    Inputs,
    Outputs,
}

impl SignatureSchema {
    /// The same task under another name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same task with one more input after the others.
    ///
    /// Instructions that name the fields, which a signature has where it was given none, follow
    /// this and every other change.
    ///
    /// # Errors
    /// [`SignatureError::Name`] and [`SignatureError::Taken`] for a name that no field can have,
    /// or that another has; [`SignatureError::Value`] for a default or example that does not fit.
    ///
    /// ```
    /// use dspy::{Field, SignatureSchema};
    ///
    /// let qa = SignatureSchema::parse("question -> answer")?;
    /// let cited = qa.clone().append_output(Field::parse("sources: list[str]")?)?;
    /// assert_eq!(cited.outputs().len(), 2);
    /// assert_eq!(qa.outputs().len(), 1, "the original stays as it was");
    /// # Ok::<(), dspy::signature::SignatureError>(())
    /// ```
    pub fn append_input(self, field: Field) -> Result<Self, SignatureError> {
        let end = self.inputs.len();
        self.insert(Side::Inputs, end, field)
    }

    /// The same task with one more output after the others.
    ///
    /// # Errors
    /// As [`append_input`](Self::append_input).
    pub fn append_output(self, field: Field) -> Result<Self, SignatureError> {
        let end = self.outputs.len();
        self.insert(Side::Outputs, end, field)
    }

    /// The same task with one more input before the others.
    ///
    /// # Errors
    /// As [`append_input`](Self::append_input).
    pub fn prepend_input(self, field: Field) -> Result<Self, SignatureError> {
        self.insert(Side::Inputs, 0, field)
    }

    /// The same task with one more output before the others.
    ///
    /// # Errors
    /// As [`append_input`](Self::append_input).
    pub fn prepend_output(self, field: Field) -> Result<Self, SignatureError> {
        self.insert(Side::Outputs, 0, field)
    }

    /// The same task with one more input at this place among the inputs, counted from 0.
    ///
    /// # Errors
    /// As [`append_input`](Self::append_input), and [`SignatureError::Place`] for a place beyond
    /// the end.
    pub fn insert_input(self, index: usize, field: Field) -> Result<Self, SignatureError> {
        self.insert(Side::Inputs, index, field)
    }

    /// The same task with one more output at this place among the outputs, counted from 0.
    ///
    /// # Errors
    /// As [`insert_input`](Self::insert_input).
    pub fn insert_output(self, index: usize, field: Field) -> Result<Self, SignatureError> {
        self.insert(Side::Outputs, index, field)
    }

    /// The same task without this field.
    ///
    /// # Errors
    /// [`SignatureError::Unknown`] where there is no such field, [`SignatureError::NoInput`] or
    /// [`SignatureError::NoOutput`] where it is the last on its side.
    pub fn delete(self, name: &str) -> Result<Self, SignatureError> {
        if self.field(name).is_none() {
            return Err(self.unknown(name));
        }
        if self.outputs.iter().all(|field| field.name() == name) {
            return Err(SignatureError::NoOutput);
        }
        if self.inputs.iter().all(|field| field.name() == name) {
            return Err(SignatureError::NoInput);
        }
        Ok(self.changed(|schema| {
            schema.inputs.retain(|field| field.name() != name);
            schema.outputs.retain(|field| field.name() != name);
        }))
    }

    /// The same task with another description of a field.
    ///
    /// # Errors
    /// [`SignatureError::Unknown`] where there is no such field.
    pub fn with_desc(
        mut self,
        name: &str,
        desc: impl Into<String>,
    ) -> Result<Self, SignatureError> {
        self.field_mut(name)?.set_desc(desc.into());
        Ok(self)
    }

    /// The same task with another type of a field, spelled as in a signature's text: `list[str]`.
    ///
    /// # Errors
    /// [`SignatureError::Unknown`] where there is no such field, [`SignatureError::Text`] for a
    /// type that there is not, [`SignatureError::Value`] where the field's default or an example
    /// does not fit it.
    pub fn with_type(mut self, name: &str, type_text: &str) -> Result<Self, SignatureError> {
        let schema = schema_of_type(type_text)?;
        let field = self.field_mut(name)?;
        field.set_schema(schema);
        check_values(field)?;
        Ok(self)
    }

    fn insert(self, side: Side, index: usize, field: Field) -> Result<Self, SignatureError> {
        let len = match side {
            Side::Inputs => self.inputs.len(),
            Side::Outputs => self.outputs.len(),
        };
        if index > len {
            return Err(SignatureError::Place { index, len });
        }
        check_values(&field)?;
        let changed = self.changed(|schema| match side {
            Side::Inputs => schema.inputs.insert(index, field),
            Side::Outputs => schema.outputs.insert(index, field),
        });
        changed.check_names()?;
        Ok(changed)
    }

    /// Changes the fields; generated instructions follow.
    fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
        let is_generated = self.has_generated_instructions();
        change(&mut self);
        if is_generated {
            self.instructions = generated_instructions(&self.inputs, &self.outputs);
        }
        self
    }

    /// Whether the instructions say what a signature says that was given none.
    fn has_generated_instructions(&self) -> bool {
        self.instructions == generated_instructions(&self.inputs, &self.outputs)
    }

    fn field_mut(&mut self, name: &str) -> Result<&mut Field, SignatureError> {
        let unknown = self.unknown(name);
        let mut fields = self.inputs.iter_mut().chain(&mut self.outputs);
        fields.find(|field| field.name() == name).ok_or(unknown)
    }

    fn unknown(&self, name: &str) -> SignatureError {
        SignatureError::Unknown {
            name: name.to_owned(),
            known: self.fields().map(|field| field.name().to_owned()).collect(),
        }
    }

    /// Checks what the macros check of a signature: names, values, and that there are an input and
    /// an output.
    pub(super) fn check(&self) -> Result<(), SignatureError> {
        self.check_names()?;
        self.fields().try_for_each(check_values)?;
        match (self.inputs.as_slice(), self.outputs.as_slice()) {
            ([], _) => Err(SignatureError::NoInput),
            (_, []) => Err(SignatureError::NoOutput),
            _ => Ok(()),
        }
    }

    fn check_names(&self) -> Result<(), SignatureError> {
        let mut taken = BTreeSet::new();
        for field in self.fields() {
            let aliases = field.aliases().iter().map(String::as_str);
            for name in std::iter::once(field.name()).chain(aliases) {
                check_wire_name(name)
                    .map_err(|message| SignatureError::Name { name: name.to_owned(), message })?;
                if !taken.insert(name) {
                    return Err(SignatureError::Taken { name: name.to_owned() });
                }
            }
        }
        Ok(())
    }
}

/// Checks that the default and the examples are values of the field.
fn check_values(field: &Field) -> Result<(), SignatureError> {
    let default = field.default_value().map(|value| ("default", value));
    let examples = field.examples().iter().map(|value| ("example", value));
    for (what, value) in default.into_iter().chain(examples) {
        field.check(value).map_err(|message| SignatureError::Value {
            field: field.name().to_owned(),
            what,
            message,
        })?;
    }
    Ok(())
}
