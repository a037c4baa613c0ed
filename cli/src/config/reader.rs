//! Reads typed values out of the merged layers and remembers every problem instead of stopping at the first.

use std::fmt;
use std::str::FromStr;

use figment::value::{Dict, Value};
use figment::{Figment, Source};

use super::layers::ENVIRONMENT;

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, as `section.key`.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
    /// The layer that said it: a file's path, an environment variable, a flag.
    pub origin: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)?;
        self.origin.as_ref().map_or(Ok(()), |origin| write!(f, " (from {origin})"))
    }
}

/// What is being read, and what was found wrong so far.
pub(super) struct Reader<'a> {
    figment: &'a Figment,
    pub(super) problems: Vec<Problem>,
}

/// One table of the configuration; every key must be taken from it before it is closed.
pub(super) struct Section {
    path: String,
    left: Dict,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(figment: &'a Figment) -> Self {
        Self { figment, problems: Vec::new() }
    }

    /// The table under `key`; an empty one where there is none.
    pub(super) fn section(&mut self, parent: &mut Section, key: &str) -> Section {
        let path = parent.path_of(key);
        let left = match parent.left.remove(key) {
            Some(Value::Dict(_, dict)) => dict,
            Some(other) => {
                self.problem(&path, "must be a table", Some(&other));
                Dict::new()
            }
            None => Dict::new(),
        };
        Section { path, left }
    }

    /// Text, parsed.
    pub(super) fn parse<T: FromStr<Err: fmt::Display>>(&mut self, section: &mut Section, key: &str) -> Option<T> {
        let value = section.left.remove(key)?;
        self.parsed(&section.path_of(key), &value)
    }

    /// Text, parsed; a problem when it is not there.
    pub(super) fn require<T: FromStr<Err: fmt::Display>>(&mut self, section: &mut Section, key: &str) -> Option<T> {
        if !section.left.contains_key(key) {
            self.problem(&section.path_of(key), "is missing", None);
        }
        self.parse(section, key)
    }

    /// A number: a TOML integer, or digits in the environment.
    pub(super) fn number<T: FromStr<Err: fmt::Display>>(&mut self, section: &mut Section, key: &str) -> Option<T> {
        let value = section.left.remove(key)?;
        let path = section.path_of(key);
        let digits = match &value {
            Value::Num(_, number) => number.to_i128().map(|n| n.to_string()).or_else(|| number.to_u128().map(|n| n.to_string())),
            Value::String(_, text) if self.is_from_environment(&value) => Some(text.clone()),
            _ => None,
        };
        match digits.ok_or_else(|| "must be a whole number".to_owned()).and_then(|d| d.parse().map_err(|e: T::Err| e.to_string())) {
            Ok(number) => Some(number),
            Err(reason) => {
                self.problem(&path, &reason, Some(&value));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, section: &mut Section, key: &str) -> Option<bool> {
        let value = section.left.remove(key)?;
        match &value {
            Value::Bool(_, flag) => Some(*flag),
            Value::String(_, text) if self.is_from_environment(&value) && matches!(text.as_str(), "true" | "false") => Some(text == "true"),
            _ => {
                self.problem(&section.path_of(key), "must be true or false", Some(&value));
                None
            }
        }
    }

    /// A list of texts, parsed; separated by commas in the environment. Empty when it is not there.
    pub(super) fn list<T: FromStr<Err: fmt::Display>>(&mut self, section: &mut Section, key: &str) -> Vec<T> {
        let path = section.path_of(key);
        let values = match section.left.remove(key) {
            None => Vec::new(),
            Some(Value::Array(_, values)) => values,
            Some(value @ Value::String(..)) if self.is_from_environment(&value) => {
                let text = value.as_str().unwrap_or_default();
                text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| Value::String(value.tag(), part.to_owned())).collect()
            }
            Some(value) => {
                self.problem(&path, "must be a list", Some(&value));
                Vec::new()
            }
        };
        values.iter().enumerate().filter_map(|(i, value)| self.parsed(&format!("{path}[{i}]"), value)).collect()
    }

    /// Refuses a secret that stands in a file that everybody reads: those come from the environment or from a file of their own.
    pub(super) fn only_from_environment(&mut self, section: &Section, key: &str, instead: &str) {
        if let Some(value) = section.left.get(key).filter(|value| !self.is_from_environment(value)) {
            let value = value.clone();
            self.problem(&section.path_of(key), &format!("is a secret and does not belong into a configuration file; {instead}"), Some(&value));
        }
    }

    /// A key that must be there is not.
    pub(super) fn missing(&mut self, section: &str, key: &str) {
        let path = format!("{section}.{key}");
        // A value that was there and wrong has been reported already.
        if !self.problems.iter().any(|problem| problem.path.starts_with(&path)) {
            self.problem(&path, "is missing", None);
        }
    }

    /// Whatever is left over was misspelt.
    pub(super) fn close(&mut self, section: Section) {
        for (key, value) in &section.left {
            self.problem(&section.path_of(key), "is not a known key", Some(value));
        }
    }

    /// Remembers a problem; `value` says where it came from.
    pub(super) fn problem(&mut self, path: &str, reason: &str, value: Option<&Value>) {
        let origin = value.and_then(|value| self.origin(path, value));
        self.problems.push(Problem { path: path.to_owned(), reason: reason.to_owned(), origin });
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, path: &str, value: &Value) -> Option<T> {
        let parsed = value.as_str().ok_or_else(|| "must be text in quotes".to_owned()).and_then(|text| text.parse().map_err(|e: T::Err| e.to_string()));
        match parsed {
            Ok(parsed) => Some(parsed),
            Err(reason) => {
                self.problem(path, &reason, Some(value));
                None
            }
        }
    }

    fn origin(&self, path: &str, value: &Value) -> Option<String> {
        let metadata = self.figment.get_metadata(value.tag())?;
        if metadata.name == ENVIRONMENT {
            let key = path.split('[').next().unwrap_or(path);
            return Some(format!("COUNTERFOIL_{}", key.replace('.', "__").to_uppercase()));
        }
        match &metadata.source {
            Some(Source::File(path)) => Some(path.display().to_string()),
            Some(_) | None => Some(metadata.name.clone().into_owned()),
        }
    }

    fn is_from_environment(&self, value: &Value) -> bool {
        self.figment.get_metadata(value.tag()).is_some_and(|metadata| metadata.name == ENVIRONMENT)
    }
}

impl Section {
    pub(super) const fn root(values: Dict) -> Self {
        Self { path: String::new(), left: values }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.left.keys().cloned().collect()
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.left.get(key)?.as_str()
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}
