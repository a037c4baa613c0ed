//! A sheet as a page: one file, no script, nothing fetched. The template escapes all that it is given; the policy allows its own style by hash and nothing else.

use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::qr::{Modules, QrError};
use super::sheet::Sheet;

/// The style sheet, as it stands in every page.
const STYLE: &str = include_str!("../../templates/document.css");

/// What a page may do: show itself in its own style.
pub(crate) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
});

/// Why a page cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HtmlError {
    /// The template failed.
    #[error("the page cannot be written")]
    Template(#[from] askama::Error),
    /// The link does not fit into a code.
    #[error(transparent)]
    Code(#[from] QrError),
}

#[derive(Template)]
#[template(path = "document.html")]
struct Page<'a> {
    sheet: &'a Sheet,
    style: &'static str,
    code: Drawing,
}

/// A QR code as a path of unit squares, with its quiet zone.
#[derive(Default)]
struct Drawing {
    side: usize,
    path: String,
}

/// The page.
///
/// # Errors
/// When the link is too long for a QR code.
pub(crate) fn page(sheet: &Sheet) -> Result<String, HtmlError> {
    let code = match &sheet.link {
        Some(link) => drawing(&Modules::new(&link.scanned)?),
        None => Drawing::default(),
    };
    Ok(Page { sheet, style: STYLE, code }.render()?)
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    status: u16,
    heading: &'static str,
    text: &'static str,
    style: &'static str,
}

/// A page that says one thing.
pub(crate) fn notice(status: u16, heading: &'static str, text: &'static str) -> String {
    Notice { status, heading, text, style: STYLE }.render().unwrap_or_else(|_| format!("{heading}. {text}"))
}

fn drawing(modules: &Modules) -> Drawing {
    let path = modules.dark_runs().map(|run| format!("M{} {}h{}v1h-{}z", run.x, run.y, run.length, run.length));
    Drawing { side: modules.side(), path: path.collect() }
}
