//! A sheet as a PDF/A-3: A4, fonts embedded, text that can be searched and copied, and its JSON attached. The same sheet is the same bytes.

mod layout;
mod text;

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};
use settlement::Timestamp;

use self::layout::{Block, Canvas, Mark, PAGE};
use super::qr::{Modules, QrError};
use super::sheet::Sheet;

/// A file inside the PDF.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    /// Its name.
    pub(crate) name: String,
    /// What it is, for people.
    pub(crate) description: &'static str,
    /// JSON.
    pub(crate) json: String,
}

/// Why a PDF cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PdfError {
    /// The writer refuses.
    #[error("the PDF cannot be written: {0:?}")]
    Writer(KrillaError),
    /// The link does not fit into a code.
    #[error(transparent)]
    Code(#[from] QrError),
}

/// The document.
///
/// # Errors
/// When the link is too long for a QR code, or the writer refuses.
pub(crate) fn write(sheet: &Sheet, attachment: Attachment) -> Result<Vec<u8>, PdfError> {
    let code = sheet.link.as_ref().map(|link| Modules::new(&link.scanned)).transpose()?;
    let pages = Canvas::of(sheet).finish(sheet);
    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish().expect("one standard does not contradict itself");
    let mut document = Document::new_with(SerializeSettings { configuration, enable_tagging: false, ..SerializeSettings::default() });
    document.set_metadata(metadata(sheet));
    for marks in pages {
        draw_page(&mut document, &marks, code.as_ref());
    }
    document.embed_file(EmbeddedFile {
        path: attachment.name,
        mime_type: MimeType::new("application/json"),
        description: Some(attachment.description.to_owned()),
        association_kind: AssociationKind::Source,
        data: attachment.json.into_bytes().into(),
        modification_date: Some(date(sheet.written)),
        compress: Some(true),
        location: None,
    });
    document.finish().map_err(PdfError::Writer)
}

fn metadata(sheet: &Sheet) -> Metadata {
    Metadata::new()
        .title(format!("{} {}", sheet.kind, sheet.id))
        .description(sheet.title.clone())
        .language("en".to_owned())
        .creator("Counterfoil".to_owned())
        .document_id(sheet.id.clone())
        .creation_date(date(sheet.written))
}

/// The instant in the parts that a PDF wants: read from its text, which is the calendar of everybody.
fn date(at: Timestamp) -> DateTime {
    let text = at.to_string();
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u16>().unwrap_or_default());
    let mut part = || parts.next().unwrap_or_default();
    let small = |n: u16| u8::try_from(n).unwrap_or_default();
    let date = DateTime::new(part());
    let (month, day, hour, minute, second) = (part(), part(), part(), part(), part());
    date.month(small(month)).day(small(day)).hour(small(hour)).minute(small(minute)).second(small(second)).utc_offset_hour(0)
}

fn draw_page(document: &mut Document, marks: &[Mark], code: Option<&Modules>) {
    let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1).expect("a page has an area"));
    let mut surface = page.surface();
    for mark in marks {
        draw(&mut surface, mark, code);
    }
    surface.finish();
    for (block, url) in marks.iter().filter_map(Mark::link) {
        let target = Target::Action(Action::Link(LinkAction::new(url.to_owned())));
        if let Some(rect) = rect(block) {
            page.add_annotation(Annotation::new_link(LinkAnnotation::new(rect, target), Some(url.to_owned())));
        }
    }
    page.finish();
}

fn rect(block: Block) -> Option<Rect> {
    Rect::from_xywh(block.x, block.y, block.width, block.height)
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, code: Option<&Modules>) {
    match mark {
        Mark::Text { x, baseline, line, size, color } => {
            surface.set_fill(Some(fill(*color)));
            let mut x = *x;
            for run in &line.runs {
                surface.draw_glyphs(Point::from_xy(x, *baseline), &run.glyphs, run.font.clone(), &run.text, *size, false);
                x += run.width;
            }
        }
        Mark::Fill { block, color } => paint(surface, [*block], *color),
        Mark::Code(block) => {
            let Some(code) = code else { return };
            paint(surface, [*block], (255, 255, 255));
            let side = count(code.side());
            let unit = block.width / side;
            let square = |run: super::qr::Run| Block {
                x: block.x + count(run.x) * unit,
                y: block.y + count(run.y) * unit,
                width: count(run.length) * unit,
                height: unit,
            };
            paint(surface, code.dark_runs().map(square), (0, 0, 0));
        }
        Mark::Link { .. } => {}
    }
}

fn paint(surface: &mut Surface<'_>, blocks: impl IntoIterator<Item = Block>, color: (u8, u8, u8)) {
    let mut path = PathBuilder::new();
    for rect in blocks.into_iter().filter_map(rect) {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.set_fill(Some(fill(color)));
        surface.draw_path(&path);
    }
}

fn fill((red, green, blue): (u8, u8, u8)) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

/// A count of modules as a length; a code has at most 185 along a side.
fn count(modules: usize) -> f32 {
    f32::from(u16::try_from(modules).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::sheet::{Row, Section, Status, Tone};
    use crate::document::visible::visible;

    /// A sheet with what a party wrote: its title, and a name.
    fn sheet(title: &str, name: &str) -> Sheet {
        Sheet {
            kind: "Receipt",
            id: "rcpt_pr_1".to_owned(),
            status: Status { label: "Paid and final", tone: Tone::Good },
            warning: None,
            title: visible(title),
            headline: Row::text("Paid to the seller", name),
            byline: visible(name),
            written: Timestamp::from_millis(1_700_000_000_000),
            sections: vec![Section { heading: "Parties", rows: vec![Row::text("Buyer", name), Row::code("Seller", name)] }],
            table: None,
            link: None,
            notes: vec![visible(title)],
        }
    }

    /// Text as nobody writes it: letters and marks of every script, pictures, controls, and what turns the direction.
    fn hostile() -> impl Strategy<Value = String> {
        let mark = prop_oneof![
            prop::char::range('\u{300}', '\u{36f}'),
            prop::char::range('\u{591}', '\u{5c7}'),
            prop::char::range('\u{64b}', '\u{65f}'),
            prop::char::range('\u{3099}', '\u{309a}'),
            prop::char::range('\u{20d0}', '\u{20f0}'),
            prop::char::range('\u{fe00}', '\u{fe0f}'),
        ];
        let letter = prop_oneof![
            prop::char::range('a', 'z'),
            prop::char::range('\u{5d0}', '\u{5ea}'),
            prop::char::range('\u{620}', '\u{64a}'),
            prop::char::range('\u{e80}', '\u{eff}'),
            prop::char::range('\u{1100}', '\u{11ff}'),
            prop::char::range('\u{3041}', '\u{30ff}'),
            prop::char::range('\u{4e00}', '\u{9fff}'),
            prop::char::range('\u{ac00}', '\u{d7a3}'),
            prop::char::range('\u{1f1e6}', '\u{1f1ff}'),
            prop::char::range('\u{1f300}', '\u{1faff}'),
        ];
        let control = prop_oneof![prop::char::range('\0', '\u{1f}'), prop::char::range('\u{200b}', '\u{206f}')];
        prop::collection::vec(prop_oneof![4 => letter, 4 => mark, 1 => control, 1 => Just(' '), 2 => any::<char>()], 0..60)
            .prop_map(|characters| characters.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// One party's title or name must not take the document from the other.
        #[test]
        fn i06_whatever_the_parties_write_the_document_is_made(title in hostile(), name in hostile()) {
            let attachment = Attachment { name: "rcpt_pr_1.json".to_owned(), description: "The document for programs", json: "{}".to_owned() };
            let written = write(&sheet(&title, &name), attachment);
            prop_assert!(written.is_ok(), "{:?}", written.err());
        }
    }
}
