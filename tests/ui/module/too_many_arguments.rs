use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default)]
struct Pipeline {
    qa: Predict<Qa>,
}


#[module]
impl Pipeline {
    #[rustfmt::skip]
    pub async fn forward(
        &self,
        a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8, m: u8,
    ) -> dspy::Result<String> {
        let sum = a + b + c + d + e + f + g + h + i + j + k + l + m;
        Ok(self.qa.call(sum.to_string()).await?.into_output().answer)
    }
}

fn main() {}
