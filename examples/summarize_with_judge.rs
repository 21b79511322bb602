//! A summary chosen by a judge that is itself a program: the reward of `BestOfN`, and the metric of an
//! evaluation.
//!
//! `cargo run --release --example summarize_with_judge` runs offline on the embedded model, which
//! cites the text for a summary and knows what the judge's demonstrations tell it; with
//! `DSPY_LM=openai/gpt-4o-mini` the same program runs on a real one.

use dspy::Evaluate;
use dspy::metric::{Metric, Score};
use dspy::prelude::*;
use dspy::run::Trace;

/// Say what the letter is about in one sentence.
#[derive(Signature, Clone)]
struct Digest {
    #[input]
    letter: String,
    #[output]
    gist: String,
}

/// Judge whether the gist of a letter says what its writer wants.
#[derive(Signature, Clone)]
struct Judgement {
    #[input]
    gist: String,
    #[output]
    verdict: Verdict,
}

#[dspy::data]
#[derive(PartialEq)]
enum Verdict {
    /// It is small talk.
    Idle,
    /// It says what the writer wants.
    Telling,
}

/// The judge as a metric: of inputs for `BestOfN`, of rows for `Evaluate`.
#[derive(Clone)]
struct Judge {
    judge: Predict<Judgement>,
}

impl Judge {
    fn new(lm: &Lm) -> Self {
        let row = |gist: &str, verdict| Judgement { gist: gist.into(), verdict };
        let demos = [
            row("I hope you are well and enjoy the sun.", Verdict::Idle),
            row("How time flies, it seems like yesterday that we met.", Verdict::Idle),
            row("Please send me a new key by Friday.", Verdict::Telling),
            row("I want to cancel the order, please refund me.", Verdict::Telling),
        ];
        Self { judge: Predict::new().with_demos(demos).with_lm(lm.clone()) }
    }

    async fn judged(&self, gist: &str) -> dspy::Result<Score> {
        let verdict = self.judge.call(gist).await?.into_output().verdict;
        Ok(Score::from(verdict == Verdict::Telling)
            .with_feedback(format!("the gist is {verdict:?}")))
    }
}

impl Metric<DigestInput, DigestOutput> for Judge {
    async fn score(&self, _: &DigestInput, out: &DigestOutput, _: &Trace) -> dspy::Result<Score> {
        self.judged(&out.gist).await
    }
}

impl Metric<Digest, DigestOutput> for Judge {
    async fn score(&self, _: &Digest, out: &DigestOutput, _: &Trace) -> dspy::Result<Score> {
        self.judged(&out.gist).await
    }
}

const LETTERS: [&str; 3] = [
    "Dear Mrs Ames, I hope you had a lovely spring and enjoyed the sun. Please send me a new key by \
     Friday, mine is broken. All the best to the family.",
    "How time flies, it seems like yesterday that we met. I want to cancel the order of the two \
     chairs, please refund me. Do come and visit.",
    "It was good to see you on Sunday, the children still talk about it. The weather has been mild. \
     Please pay the invoice by Monday, we want to close the books.",
];

#[tokio::main]
async fn main() -> dspy::Result<()> {
    let lm = Lm::from_env()?;
    let judge = Judge::new(&lm);
    let digest = Predict::<Digest>::new().with_lm(lm);
    // Five samples at most; the judge ends them as soon as it is content.
    let judged = BestOfN::with_metric(digest.clone(), 5, judge.clone());

    for letter in LETTERS {
        let best = judged.call(letter).await?;
        let reward = best.reward().unwrap_or_default();
        println!("{letter}\n  => {} (reward {reward}, {} calls)\n", best.gist, best.usage().calls);
    }

    let rows: Vec<Digest> =
        LETTERS.map(|letter| Digest { letter: letter.into(), gist: String::new() }).to_vec();
    let evaluate = Evaluate::new(&rows);
    let plain = evaluate.run_metric(&digest, judge.clone()).await?;
    let chosen = evaluate.run_metric(&judged, judge).await?;
    println!("as the judge sees it: {:.2} at once, {:.2} chosen", plain.score(), chosen.score());
    Ok(())
}
