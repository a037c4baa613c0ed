//! Documents in the format that the reader wants: JSON for programs, a page and a PDF for people. Page and PDF show the same [`sheet`].

mod html;
pub(crate) mod invoice;
mod pdf;
mod qr;
pub(crate) mod receipt;
pub(crate) mod sheet;
mod visible;
mod words;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use self::pdf::Attachment;
use self::sheet::Sheet;
use crate::negotiation::{MediaType, best};
use crate::problem::{Code, Problem};

/// What a document can be shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Html,
    Pdf,
}

/// The media types, as type and subtype.
pub(crate) const MEDIA_TYPES: [MediaType; 3] = [["application", "json"], ["text", "html"], ["application", "pdf"]];

/// How a document is asked for: `format` says it outright, else the `Accept` header does, else it is `default`.
///
/// # Errors
/// 406 when there is no such format, or the header excludes all there are.
pub(crate) fn wanted(format: Option<&str>, headers: &HeaderMap, default: Format) -> Result<Format, Problem> {
    match format {
        Some("json") => Ok(Format::Json),
        Some("html") => Ok(Format::Html),
        Some("pdf") => Ok(Format::Pdf),
        Some(_) => Err(Problem::new(Code::NotAcceptable, "documents are shown as json, html or pdf")),
        None => accepted(headers, default).ok_or_else(|| Problem::new(Code::NotAcceptable, "documents are application/json, text/html or application/pdf")),
    }
}

/// The format that the `Accept` header likes best; of those it likes alike, the default, then the order of this file.
fn accepted(headers: &HeaderMap, default: Format) -> Option<Format> {
    best(headers, [default, Format::Json, Format::Html, Format::Pdf], Format::media_type)
}

impl Format {
    const fn media_type(self) -> MediaType {
        match self {
            Self::Json => MEDIA_TYPES[0],
            Self::Html => MEDIA_TYPES[1],
            Self::Pdf => MEDIA_TYPES[2],
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }
}

/// A document that is to be shown to somebody.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// 200, or 410 for what was revoked.
    pub(crate) status: StatusCode,
    /// Its id: the name of the file.
    pub(crate) id: String,
    /// The body for programs; also attached to a PDF.
    pub(crate) json: String,
    /// The same for people.
    pub(crate) sheet: Sheet,
}

/// The answer for people. Drawing a PDF takes milliseconds of work, so it is done where it holds up nobody.
///
/// # Errors
/// When the document cannot be drawn.
pub(crate) async fn drawn(shown: Shown, format: Format, request: &HeaderMap) -> Result<Response, Problem> {
    let Shown { status, id, json, sheet } = shown;
    let body = match format {
        Format::Json => json.into_bytes(),
        Format::Html => html::page(&sheet).map_err(|error| Problem::internal(&error))?.into_bytes(),
        Format::Pdf => {
            let attachment = Attachment { name: format!("{id}.json"), description: "The document for programs", json };
            let drawing = tokio::task::spawn_blocking(move || pdf::write(&sheet, attachment));
            drawing.await.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?
        }
    };
    let mut response = answer(status, format, &id, body, request);
    response.extensions_mut().insert(Drawn);
    Ok(response)
}

/// Marks an answer that has a body for people even where its status is a failure, so that nobody puts a problem in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn;

/// A problem as a page, for who follows a link with a browser.
pub(crate) fn problem_page(problem: &Problem) -> Response {
    let (code, status) = (problem.code(), problem.code().status());
    let (heading, text) = match code {
        Code::NotFound => ("This link opens nothing", "It was never made, was revoked, or has ended. Ask whoever gave it to you for a new one."),
        _ => (code.title(), code.cause()),
    };
    let headers = [(header::CONTENT_TYPE, Format::Html.content_type()), (header::CACHE_CONTROL, "no-store")];
    let mut response =
        (status, headers, [(header::CONTENT_SECURITY_POLICY, html::POLICY.clone())], html::notice(status.as_u16(), heading, text)).into_response();
    response.extensions_mut().insert(Drawn);
    response
}

/// The answer around a body. Every reader asks again whether it is current, because a reorg can revoke what was read; what has not changed is not sent twice.
pub(crate) fn answer(status: StatusCode, format: Format, id: &str, body: Vec<u8>, request: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&body)[..16]));
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let is_known = status == StatusCode::OK && known.map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*");
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { (status, body).into_response() };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, &tag);
    set(header::CACHE_CONTROL, "private, no-cache");
    set(header::VARY, "accept, authorization");
    if is_known {
        headers.remove(header::CONTENT_TYPE);
        return response;
    }
    set(header::CONTENT_TYPE, format.content_type());
    set(header::CONTENT_DISPOSITION, &format!("inline; filename=\"{id}.{}\"", format.extension()));
    if format == Format::Html {
        headers.insert(header::CONTENT_SECURITY_POLICY, html::POLICY.clone());
    }
    response
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod negotiation {
    use super::*;

    fn asked(format: Option<&str>, accept: &[&str], default: Format) -> Option<Format> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        wanted(format, &headers, default).ok()
    }

    #[test]
    fn i13_the_format_is_the_one_that_was_asked_for() {
        const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        let cases: [(Option<&str>, &[&str], Option<Format>); 14] = [
            (None, &[], Some(Format::Json)),
            (None, &["*/*"], Some(Format::Json)),
            (None, &[BROWSER], Some(Format::Html)),
            (None, &["application/pdf"], Some(Format::Pdf)),
            (None, &["text/*;q=0.4, application/pdf;q=0.6"], Some(Format::Pdf)),
            (None, &["application/*"], Some(Format::Json)),
            (None, &["application/json;q=0, */*"], Some(Format::Html)),
            (None, &["Application/PDF ; q=1.0"], Some(Format::Pdf)),
            (None, &["image/png", "text/html"], Some(Format::Html)),
            (None, &["image/png"], None),
            (None, &["*/*;q=0"], None),
            (Some("pdf"), &[BROWSER], Some(Format::Pdf)),
            (Some("PDF"), &[], None),
            (Some(""), &[], None),
        ];
        for (format, accept, expected) in cases {
            assert_eq!(asked(format, accept, Format::Json), expected, "{format:?} {accept:?}");
        }
        assert_eq!(asked(None, &["*/*"], Format::Html), Some(Format::Html));
        assert_eq!(asked(None, &["application/json"], Format::Html), Some(Format::Json));
    }
}
