//! What of a message is compared: names, markers, values and their order, not the words around.

/// A message by its parts.
#[derive(Debug, PartialEq)]
pub(crate) enum Layout {
    System {
        /// The fields of the lists, in order.
        fields: Vec<String>,
        markers: Vec<String>,
        instructions: Vec<String>,
        /// The descriptions of fields.
        descriptions: Vec<String>,
    },
    Turn {
        role: String,
        /// Whether something says that it is incomplete.
        is_incomplete: bool,
        /// Headers and values.
        sections: Vec<(String, Section)>,
        /// The outputs that the reminder names, in order.
        asked: Vec<String>,
    },
}

#[derive(Debug, PartialEq)]
pub(crate) enum Section {
    Value(String),
    /// It stands for a value that is not there.
    Absent,
    /// An agent's steps: thought, tool, arguments, what came of it.
    Steps(Vec<[String; 4]>),
}

pub(crate) fn of_messages(messages: &[(String, String)]) -> Vec<Layout> {
    let names: Vec<String> =
        messages.first().map(|(_, text)| listed(text)).unwrap_or_default().into_iter().collect();
    messages
        .iter()
        .map(|(role, text)| match role.as_str() {
            "system" => system(text),
            role => turn(role, text, &names),
        })
        .collect()
}

/// The names in lines such as ``1. `name` (type): …``.
fn listed(text: &str) -> Vec<String> {
    list_items(text).map(|(name, _)| name.to_owned()).collect()
}

/// Names and descriptions in these lines.
fn list_items(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let (number, rest) = line.split_once(". `")?;
        number.parse::<u32>().ok()?;
        let (name, rest) = rest.split_once("` (")?;
        Some((name, rest.split_once("): ").map_or("", |(_, desc)| desc.trim())))
    })
}

fn header(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("[[ ## ")?.strip_suffix(" ## ]]")
}

fn system(text: &str) -> Layout {
    let starts = ["In adhering to this structure, your objective is:", "What you have to do:"];
    let at = starts.iter().find_map(|start| text.find(start)).unwrap();
    let (before, objective) = text.split_at(at);
    Layout::System {
        fields: listed(before),
        markers: before.lines().filter_map(header).map(str::to_owned).collect(),
        instructions: objective
            .lines()
            .skip(1)
            .map(|line| line.trim_end().to_owned())
            .filter(|line| !line.is_empty())
            .collect(),
        descriptions: list_items(before).map(|(_, desc)| desc.to_owned()).collect(),
    }
}

fn turn(role: &str, text: &str, names: &[String]) -> Layout {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut first = String::new();
    for line in text.lines() {
        match header(line).filter(|name| *name == "completed" || names.iter().any(|it| it == name))
        {
            Some(name) => found.push((name.to_owned(), String::new())),
            None => {
                let value = found.last_mut().map_or(&mut first, |(_, value)| value);
                value.push_str(line);
                value.push('\n');
            }
        }
    }
    let mut asked = Vec::new();
    if let Some((_, last)) = found.last_mut()
        && let Some(at) = ["Respond with the ", "Answer with "].iter().find_map(|it| last.rfind(it))
    {
        asked = last[at..]
            .split("`[[ ## ")
            .skip(1)
            .map(|it| it.split(' ').next().unwrap().to_owned())
            .collect();
        last.truncate(at);
    }
    let section = |(name, value): (String, String)| {
        let value = value.replace("\\[[ ##", "[[ ##").trim().to_owned();
        let section = match value.as_str() {
            it if it.starts_with("Not supplied for this") => Section::Absent,
            it if name == "trajectory" => Section::Steps(steps(it)),
            _ => Section::Value(value),
        };
        (name, section)
    };
    Layout::Turn {
        role: role.to_owned(),
        is_incomplete: !first.trim().is_empty(),
        sections: found.into_iter().map(section).collect(),
        asked,
    }
}

/// An agent's steps as Python tells them, under headers, or as we do, indented.
fn steps(text: &str) -> Vec<[String; 4]> {
    let mut steps: Vec<[String; 4]> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (key, value) = match header(line) {
            Some(name) => {
                let key = name.rsplit_once('_').unwrap().0.to_owned();
                (key, lines.next().unwrap_or_default().to_owned())
            }
            None if line.starts_with("Step ") => continue,
            None => match line.trim().split_once(": ") {
                Some((key, value)) => (key.to_owned(), value.to_owned()),
                None => continue,
            },
        };
        let place = match key.as_str() {
            "thought" => {
                steps.push(Default::default());
                0
            }
            "tool" | "tool_name" => 1,
            "args" | "tool_args" => 2,
            _ => 3,
        };
        steps.last_mut().unwrap()[place] = match value.as_str() {
            // What the tool that ends the steps gives is nobody's value.
            "Completed." | "Done." => "(end)".to_owned(),
            _ => value,
        };
    }
    steps
}
