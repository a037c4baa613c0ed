//! Checks of free text from callers: bounded, and shown to other people without surprises.

use alloy_primitives::Address;
use url::Url;

use crate::problem::{Code, Problem};

/// One line for people: trimmed, 1 to `max` characters, no control, direction or invisible characters (they make one text look like another).
///
/// # Errors
/// 422 `invalid_field` with the field's name.
pub fn line(field: &str, text: &str, max: usize) -> Result<String, Problem> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > max {
        return Err(Problem::field(Code::InvalidField, field, format_args!("expected 1 to {max} characters")));
    }
    match text.chars().find(|c| is_deceptive(*c)) {
        Some(c) => Err(Problem::field(Code::InvalidField, field, format_args!("the character U+{:04X} is not taken", u32::from(c)))),
        None => Ok(text.to_owned()),
    }
}

/// Text of several lines: trimmed, `min` to `max` characters.
///
/// # Errors
/// 422 `invalid_field` with the field's name.
pub fn paragraph(field: &str, text: &str, min: usize, max: usize) -> Result<String, Problem> {
    let text = text.trim();
    let length = text.chars().count();
    if !(min..=max).contains(&length) {
        return Err(Problem::field(Code::InvalidField, field, format_args!("expected {min} to {max} characters, not {length}")));
    }
    check_characters(field, text)?;
    Ok(text.to_owned())
}

/// Refuses control characters other than tabs and line breaks: no database and no terminal is to meet them. What people write otherwise is kept as it is.
///
/// # Errors
/// 422 `invalid_field` with the field's name.
pub fn check_characters(field: &str, text: &str) -> Result<(), Problem> {
    match text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        Some(c) => Err(Problem::field(Code::InvalidField, field, format_args!("the character U+{:04X} is not taken", u32::from(c)))),
        None => Ok(()),
    }
}

/// Longest URL, in characters: what browsers and proxies take.
const MAX_URL: usize = 2_048;

/// A link that people can follow, and nothing that runs when they do.
///
/// # Errors
/// 422 `invalid_field` with the field's name.
pub fn url(field: &str, text: &str) -> Result<String, Problem> {
    let refused = |why: &str| Problem::field(Code::InvalidField, field, why);
    let text = line(field, text, MAX_URL)?;
    let parsed = Url::parse(&text).map_err(|_| refused("expected a URL"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(refused("expected an http or https URL"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(refused("a URL with a user name or password would show them to the other side"));
    }
    Ok(text)
}

/// An address for people, as a name where there is no other: `0x7099…79C8`.
pub fn short_address(address: Address) -> String {
    let text = address.to_string();
    format!("{}…{}", &text[..6], &text[text.len() - 4..])
}

/// Control characters, and what changes how the text around it is shown: bidirectional controls, zero-width characters, separators of lines, byte order marks.
fn is_deceptive(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
