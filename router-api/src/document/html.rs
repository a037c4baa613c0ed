//! A sheet as a page: one file, no script, nothing fetched. All text of the sheet is escaped where it is put into the page.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::qr::{Modules, QrError};
use super::sheet::{Link, Row, Section, Sheet, Status, Table, TableRow, Warning};
use crate::style;

/// The style sheet, as it stands in every page.
const STYLE: &str = include_str!("document.css");

/// What a page may do: show itself in its own style.
pub(crate) static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| style::policy(STYLE));

/// The page.
///
/// # Errors
/// When the link is too long for a QR code.
pub(crate) fn page(sheet: &Sheet) -> Result<String, QrError> {
    let code = sheet.link.as_ref().map(code).transpose()?;
    let body = html! {
        header {
            p.kind { (sheet.kind) " " (status(&sheet.status)) }
            h1 { bdi { (sheet.title) } }
            p.headline { span { (sheet.headline.label) } " " strong { bdi { (sheet.headline.value) } } }
            p.byline { (sheet.byline) }
        }
        @if let Some(warning) = &sheet.warning { (self::warning(warning)) }
        @if let Some(table) = &sheet.table { (self::table(table)) }
        @for section in &sheet.sections { (self::section(section)) }
        footer {
            @if let Some(code) = code { (code) }
            div {
                @for note in &sheet.notes { p { (note) } }
                p { (sheet.kind) " " code { (sheet.id) } }
            }
        }
    };
    Ok(whole(&format!("{} {}", sheet.kind, sheet.id), &body))
}

/// A page that says one thing.
pub(crate) fn notice(status: u16, heading: &str, text: &str) -> String {
    let body = html! {
        header {
            p.kind { "Counterfoil " span class="status waiting" { (status) } }
            h1 { (heading) }
        }
        p { (text) }
    };
    whole(heading, &body)
}

fn whole(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow, noarchive";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    page.into_string()
}

fn status(status: &Status) -> Markup {
    html! { span class={ "status " (status.tone.class()) } { (status.label) } }
}

fn warning(warning: &Warning) -> Markup {
    html! {
        section.warning role="alert" {
            h2 { (warning.heading) }
            p { (warning.text) }
        }
    }
}

fn table(table: &Table) -> Markup {
    html! {
        section {
            h2 #table { (table.heading) }
            table aria-labelledby="table" {
                thead { tr { @for column in table.columns { th scope="col" { (column) } } } }
                tbody { @for row in &table.rows { (table_row(table, row)) } }
            }
        }
    }
}

fn table_row(table: &Table, row: &TableRow) -> Markup {
    let [what, amounts @ ..] = &row.cells;
    html! {
        tr {
            th scope="row" { bdi { (what) } " " (status(&row.status)) }
            @for (column, amount) in table.columns.iter().skip(1).zip(amounts) { td data-label=(column) { bdi { (amount) } } }
        }
        @if !row.details.is_empty() {
            tr.details { td colspan="4" { @for detail in &row.details { span { (detail.label) " " (value(detail)) } " " } } }
        }
    }
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (section.heading) }
            dl { @for row in &section.rows { div { dt { (row.label) } dd { (value(row)) } } } }
        }
    }
}

fn value(row: &Row) -> Markup {
    html! { @if row.code { code { (row.value) } } @else { bdi { (row.value) } } }
}

/// The QR code of a link, as a path of unit squares with its quiet zone, and the link in words.
fn code(link: &Link) -> Result<Markup, QrError> {
    let modules = Modules::new(&link.scanned)?;
    let side = modules.side();
    let path: String = modules.dark_runs().map(|run| format!("M{} {}h{}v1h-{}z", run.x, run.y, run.length, run.length)).collect();
    Ok(html! {
        figure {
            svg viewBox={ "0 0 " (side) " " (side) } role="img" aria-label="QR code that leads to this page" shape-rendering="crispEdges" {
                rect width="100%" height="100%" fill="#fff" {}
                path d=(path) fill="#000" {}
            }
            figcaption { "Look at it again: " a href=(link.url) rel="noreferrer" { (link.url) } }
        }
    })
}
