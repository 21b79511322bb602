//! A history as a person reads it.

use std::fmt::{self, Write as _};

use super::super::message::{Media, MediaSource, Part, Role};
use super::super::response::{Completion, FinishReason, Response};
use super::{History, HistoryEntry};
use crate::terminal::wrapped;

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, entry) in self.iter().enumerate() {
            if place > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{entry}")?;
        }
        Ok(())
    }
}

impl fmt::Display for HistoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        whole(self, &mut text)?;
        f.write_str(&wrapped(&text))
    }
}

fn whole(entry: &HistoryEntry, f: &mut String) -> fmt::Result {
    heading(entry, f)?;
    for message in &entry.request().messages {
        let role = match message.role {
            Role::System => "System",
            Role::User => "User",
            Role::Assistant => "Assistant",
            Role::Tool => "Tool",
        };
        write!(f, "\n{role} message:\n\n")?;
        parts(&message.parts, f)?;
    }
    match entry.result() {
        Ok(response) => answers(response, f),
        Err(error) => write!(f, "\nError:\n\n{error}\n"),
    }
}

fn heading(entry: &HistoryEntry, f: &mut String) -> fmt::Result {
    let at = httpdate::fmt_http_date(entry.at());
    write!(f, "[{at}] {}, {:.2} s", entry.model(), entry.latency().as_secs_f64())?;
    if let Ok(response) = entry.result() {
        let usage = response.usage;
        if response.cached {
            f.write_str(", from a cache")?;
        } else {
            write!(f, ", {} + {} tokens", usage.prompt_tokens, usage.completion_tokens)?;
        }
        if usage.usd > 0.0 {
            write!(f, ", ${:.6}", usage.usd)?;
        }
    }
    f.write_str("\n")
}

fn answers(response: &Response, f: &mut String) -> fmt::Result {
    let all = response.completions.len();
    for (place, completion) in response.completions.iter().enumerate() {
        match all {
            1 => f.write_str("\nResponse:\n\n")?,
            _ => write!(f, "\nResponse {} of {all}:\n\n", place + 1)?,
        }
        answer(completion, f)?;
    }
    Ok(())
}

fn answer(completion: &Completion, f: &mut String) -> fmt::Result {
    parts(&completion.parts, f)?;
    match (&completion.finish, &completion.raw_finish) {
        (FinishReason::Stop | FinishReason::ToolCalls, _) => Ok(()),
        (_, Some(word)) => writeln!(f, "(ended by: {word})"),
        (finish, None) => writeln!(f, "(ended by: {finish:?})"),
    }
}

fn parts(parts: &[Part], f: &mut String) -> fmt::Result {
    for part in parts {
        match part {
            Part::Text { text } => writeln!(f, "{}", text.trim_end())?,
            Part::Image { media } => shown(f, "image", media)?,
            Part::Audio { media } => shown(f, "audio", media)?,
            Part::File { media } => shown(f, "file", media)?,
            Part::ToolCall(call) => writeln!(f, "[calls {}({})]", call.name, call.arguments)?,
            Part::ToolResult(result) => {
                let failed = if result.is_error { "failed" } else { "answered" };
                writeln!(f, "[{} {failed}] {}", result.name, result.content.trim_end())?;
            }
            Part::Reasoning { text, .. } if text.is_empty() => {
                f.write_str("[hidden reasoning]\n")?
            }
            Part::Reasoning { text, .. } => writeln!(f, "[reasoning] {}", text.trim_end())?,
        }
    }
    Ok(())
}

fn shown(f: &mut String, kind: &str, media: &Media) -> fmt::Result {
    let mime = media.mime.as_deref().map(|mime| format!(" {mime}")).unwrap_or_default();
    match &media.source {
        MediaSource::Url(url) => writeln!(f, "[{kind}{mime} {url}]"),
        MediaSource::Base64(data) => {
            writeln!(f, "[{kind}{mime}, {} characters of base64]", data.len())
        }
        MediaSource::FileId(id) => writeln!(f, "[{kind}{mime}, file {id}]"),
        MediaSource::Local(file) => writeln!(f, "[{kind}{mime} {}]", file.path.display()),
    }
}
