//! Which of the formats of a path the caller likes best.

use axum::http::{HeaderMap, header};

/// A media type: type and subtype.
pub(crate) type MediaType = [&'static str; 2];

/// The format that the `Accept` header likes best (RFC 9110, 12.5.1); of those it likes alike, the first. The first, too, where there is no such header; none where
/// the header excludes all of them.
pub(crate) fn best<F: Copy>(headers: &HeaderMap, offered: impl IntoIterator<Item = F>, media_type: impl Fn(F) -> MediaType) -> Option<F> {
    let values: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut offered = offered.into_iter();
    if values.is_empty() {
        return offered.next();
    }
    let ranges: Vec<(String, f32)> = values.iter().flat_map(|value| value.split(',')).map(range).collect();
    let liked = |format: F| {
        let [kind, subtype] = media_type(format);
        let specific = [format!("{kind}/{subtype}"), format!("{kind}/*"), "*/*".to_owned()];
        specific.iter().find_map(|wanted| ranges.iter().find(|(range, _)| range == wanted)).map_or(0.0, |(_, quality)| *quality)
    };
    let mut best = None;
    for format in offered {
        let quality = liked(format);
        if quality > best.map_or(0.0, |(_, best)| best) {
            best = Some((format, quality));
        }
    }
    best.map(|(format, _)| format)
}

/// A media range and how much it is liked.
fn range(text: &str) -> (String, f32) {
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let quality = parts.find_map(|parameter| parameter.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
    (essence, quality)
}
