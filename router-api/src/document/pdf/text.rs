//! Setting text: fonts with what they cover, directions, shaping, lines.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};
use unicode_segmentation::UnicodeSegmentation;

use crate::document::visible::code_point;

/// The faces, in the order of `FACES`. The first three are asked for; the others are for what they do not cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Regular,
    Bold,
    Code,
}

impl Style {
    const fn face(self) -> usize {
        match self {
            Self::Regular => 0,
            Self::Bold => 1,
            Self::Code => 2,
        }
    }
}

/// A font, to be embedded and to shape with.
struct Typeface {
    font: Font,
    face: Face<'static>,
}

/// DejaVu: Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian, Georgian, symbols. Droid: Chinese, Japanese, Korean. `fonts/README.md` says where they are from.
static FACES: LazyLock<[Typeface; 4]> = LazyLock::new(|| {
    [
        typeface(include_bytes!("../../../fonts/DejaVuSans.ttf")),
        typeface(include_bytes!("../../../fonts/DejaVuSans-Bold.ttf")),
        typeface(include_bytes!("../../../fonts/DejaVuSansMono.ttf")),
        typeface(include_bytes!("../../../fonts/DroidSansFallback.ttf")),
    ]
});

fn typeface(data: &'static [u8]) -> Typeface {
    Typeface { font: Font::new(data.into(), 0).expect("a font of the program"), face: Face::from_slice(data, 0).expect("a font of the program") }
}

/// Text in one font and one direction, ready to be drawn.
pub(super) struct Run {
    pub(super) font: Font,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// In points.
    pub(super) width: f32,
}

/// A line: its runs from left to right.
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
    /// In points.
    pub(super) width: f32,
}

/// The text on one line, at `size` points.
pub(super) fn line(text: &str, style: Style, size: f32) -> Line {
    let text = covered(text, style);
    let bidi = BidiInfo::new(&text, Some(Level::ltr()));
    let Some(paragraph) = bidi.paragraphs.first() else { return Line { runs: Vec::new(), width: 0.0 } };
    let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
    let mut runs = Vec::new();
    for range in ranges {
        let right_to_left = levels[range.start].is_rtl();
        let mut parts = by_face(&text[range], style);
        if right_to_left {
            parts.reverse();
        }
        runs.extend(parts.into_iter().map(|(face, part)| shape(face, part, right_to_left, size)));
    }
    Line { width: runs.iter().map(|run| run.width).sum(), runs }
}

/// The text in lines of at most `width` points: broken at spaces, and inside a word only where it does not fit on a line of its own.
pub(super) fn wrap(text: &str, style: Style, size: f32, width: f32) -> Vec<Line> {
    let fits = |text: &str| line(text, style, size).width <= width;
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in text.split_inclusive(' ') {
        if fits(&format!("{current}{}", word.trim_end())) {
            current.push_str(word);
            continue;
        }
        if !current.trim_end().is_empty() {
            lines.push(std::mem::take(&mut current));
        }
        if fits(word.trim_end()) {
            word.clone_into(&mut current);
            continue;
        }
        for cluster in word.graphemes(true) {
            if !current.is_empty() && !fits(&format!("{current}{cluster}")) {
                lines.push(std::mem::take(&mut current));
            }
            current.push_str(cluster);
        }
    }
    lines.push(current);
    lines.iter().map(|text| line(text.trim_end(), style, size)).collect()
}

/// What no font has is written as its code point; so is what follows it in the same cluster, and a mark that no font has together with its letter.
fn covered(text: &str, style: Style) -> String {
    let mut shown = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        let face = face_of(cluster, style).or_else(|| cluster.chars().next().and_then(|letter| face_of_char(letter, style)));
        let in_face = |c: &char| face.is_some_and(|face| has(face, *c));
        let kept = cluster.chars().take_while(in_face).count();
        shown.extend(cluster.chars().take(kept));
        shown.extend(cluster.chars().skip(kept).map(code_point));
    }
    shown
}

/// Whether a face has a character. Its first glyph is the one for what it does not have.
fn has(face: usize, c: char) -> bool {
    FACES[face].face.glyph_index(c).is_some_and(|glyph| glyph.0 != 0)
}

/// The face that shows all of a cluster: the one asked for, else the first that can.
fn face_of(cluster: &str, style: Style) -> Option<usize> {
    [style.face(), 0, 3].into_iter().find(|face| cluster.chars().all(|c| has(*face, c)))
}

/// The same for one character.
fn face_of_char(c: char, style: Style) -> Option<usize> {
    [style.face(), 0, 3].into_iter().find(|face| has(*face, c))
}

/// Covered text in pieces of one face each. A mark stays with its letter, unless no face has both: a glyph that is missing would make the whole document fail.
fn by_face(text: &str, style: Style) -> Vec<(usize, &str)> {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut set = |face: usize, at: usize| {
        if parts.last().is_none_or(|(last, _)| *last != face) {
            parts.push((face, at));
        }
    };
    for (at, cluster) in text.grapheme_indices(true) {
        match face_of(cluster, style) {
            Some(face) => set(face, at),
            None => cluster.char_indices().for_each(|(within, c)| set(face_of_char(c, style).unwrap_or_default(), at + within)),
        }
    }
    let ends = parts.iter().skip(1).map(|(_, at)| *at).chain([text.len()]).collect::<Vec<_>>();
    parts.iter().zip(ends).map(|((face, from), to)| (*face, &text[*from..to])).collect()
}

fn shape(face: usize, text: &str, right_to_left: bool, size: f32) -> Run {
    let Typeface { font, face } = &FACES[face];
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
    let shaped = rustybuzz::shape(face, &[], buffer);
    let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|glyph| cluster(glyph.cluster)).collect();
    starts.sort_unstable();
    starts.dedup();
    let em = font.units_per_em();
    let scaled = |units: i32| f32::from(i16::try_from(units).unwrap_or(i16::MAX)) / em;
    let glyphs: Vec<KrillaGlyph> = shaped
        .glyph_infos()
        .iter()
        .zip(shaped.glyph_positions())
        .map(|(glyph, at)| {
            let from = cluster(glyph.cluster);
            let to = starts.iter().copied().find(|start| *start > from).unwrap_or(text.len());
            let id = GlyphId::new(glyph.glyph_id);
            KrillaGlyph::new(id, scaled(at.x_advance), scaled(at.x_offset), scaled(at.y_offset), scaled(at.y_advance), from..to, None)
        })
        .collect();
    let width = shaped.glyph_positions().iter().map(|at| scaled(at.x_advance) * size).sum();
    Run { font: font.clone(), text: text.to_owned(), glyphs, width }
}

fn cluster(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

    use super::*;

    fn shown(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.runs.iter().map(|run| run.text.as_str()).collect()).collect()
    }

    #[test]
    fn words_stay_whole_where_they_can_and_nothing_is_lost() {
        let text = "Label one thousand images of handwriting, twice";
        for width in [80.0, 100.0, 180.0, 1_000.0] {
            let lines = wrap(text, Style::Regular, 10.0, width);
            assert!(lines.iter().all(|line| line.width <= width), "{width}");
            assert_eq!(shown(&lines).join(" "), text, "{width}");
        }
        let hash = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060";
        let lines = wrap(hash, Style::Code, 9.0, 120.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| line.width <= 120.0));
        assert_eq!(shown(&lines).concat(), hash);
        assert_eq!(wrap("", Style::Regular, 10.0, 100.0).len(), 1);
    }

    #[test]
    fn i06_every_script_has_a_glyph_or_is_written_as_code_points() {
        for text in ["Übersetzung Ελληνικά Русский", "翻訳マニュアル 한국어 中文", "دليل المستخدم", "מדריך למשתמש", "€ ₿ → ✓"]
        {
            let line = line(text, Style::Bold, 12.0);
            assert!(line.width > 20.0);
            assert!(line.runs.iter().flat_map(|run| &run.glyphs).all(|glyph| krilla::text::Glyph::glyph_id(glyph) != GlyphId::new(0)), "{text}");
        }
        assert_eq!(shown(&[line("🎉 \u{e000}", Style::Regular, 12.0)]), ["[U+1F389] [U+E000]"]);
    }

    #[test]
    fn i06_a_mark_that_no_font_has_with_its_letter_is_written_as_its_code_point() {
        for (text, expected) in [
            ("字\u{301}", "字[U+0301]"),
            ("a\u{3099}", "a[U+3099]"),
            ("字\u{301}\u{3099}", "字[U+0301][U+3099]"),
            ("🎉\u{3099}", "[U+1F389][U+3099]"),
            ("か\u{3099}e\u{301}", "か\u{3099}e\u{301}"),
        ] {
            let line = line(text, Style::Regular, 12.0);
            assert!(missing(&line).is_empty(), "{text}");
            assert_eq!(shown(&[line]), [expected]);
        }
    }

    /// The runs of a line in which a glyph is missing.
    fn missing(line: &Line) -> Vec<&str> {
        let lacks = |run: &&Run| run.glyphs.iter().any(|glyph| krilla::text::Glyph::glyph_id(glyph) == GlyphId::new(0));
        line.runs.iter().filter(lacks).map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn i06_no_character_and_no_mark_on_any_letter_lacks_its_glyph() {
        for style in [Style::Regular, Style::Bold, Style::Code] {
            let all: Vec<char> = (0..=0x1_ffff).filter_map(char::from_u32).filter(|c| face_of_char(*c, style).is_some()).collect();
            for some in all.chunks(64) {
                let text: String = some.iter().collect();
                assert_eq!(missing(&line(&text, style, 12.0)), Vec::<&str>::new(), "from {:x}", u32::from(some[0]));
            }
            let marks: Vec<char> = all.into_iter().filter(|c| c.general_category_group() == GeneralCategoryGroup::Mark).collect();
            assert!(marks.len() > 100, "the fonts have marks");
            for (letter, marks) in
                ['a', '字', 'ش', 'א', 'か', '한', '🎉', '\u{0eb3}', '\u{1100}'].into_iter().flat_map(|c| marks.chunks(64).map(move |m| (c, m)))
            {
                let text: String = marks.iter().flat_map(|mark| [letter, *mark, ' ']).collect();
                assert_eq!(missing(&line(&text, style, 12.0)), Vec::<&str>::new(), "on {letter}");
            }
        }
    }

    #[test]
    fn i06_right_to_left_text_turns_nothing_around_it() {
        let line = line("12.50 דולר for מדריך v2", Style::Regular, 12.0);
        let texts: Vec<&str> = line.runs.iter().map(|run| run.text.as_str()).collect();
        assert!(texts.first().is_some_and(|text| text.starts_with("12.50")) && texts.last().is_some_and(|text| text.ends_with("v2")), "{texts:?}");
    }
}
