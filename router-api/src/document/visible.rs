//! Text from outside, made harmless to look at: what cannot be seen, or changes how its surroundings are shown, is written out. Escaping for HTML comes after.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The text on one line, with every character that is invisible, a control or not assigned as `[U+202E]`, and every kind of space as a plain one.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c.general_category() {
            GeneralCategory::SpaceSeparator => shown.push(' '),
            _ if is_hidden(c) => shown.push_str(&code_point(c)),
            _ => shown.push(c),
        }
    }
    shown
}

/// `[U+202E]`
pub(crate) fn code_point(c: char) -> String {
    format!("[U+{:04X}]", u32::from(c))
}

fn is_hidden(c: char) -> bool {
    matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    ) || is_blank(c)
}

/// Letters and marks that show nothing: fillers, joiners and selectors of variants.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i06_what_hides_or_turns_text_is_written_out() {
        let cases = [
            ("Invoice\u{202e}fdp.exe", "Invoice[U+202E]fdp.exe"),
            ("pay\u{200b}pal", "pay[U+200B]pal"),
            ("a\r\nb\0c\td", "a[U+000D][U+000A]b[U+0000]c[U+0009]d"),
            ("\u{feff}x\u{2028}y\u{e0041}", "[U+FEFF]x[U+2028]y[U+E0041]"),
            ("\u{3164}\u{2800}\u{fe0f}\u{e000}", "[U+3164][U+2800][U+FE0F][U+E000]"),
            ("a\u{a0}b\u{2003}c\u{3000}d", "a b c d"),
        ];
        for (text, shown) in cases {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(shown), shown, "once is enough");
        }
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in ["Übersetzung, 3.5 %: <b>", "翻訳マニュアル 한국어", "دليل المستخدم", "מדריך", "é = e\u{301}", "🎉", "नमस्ते"]
        {
            assert_eq!(visible(text), text);
        }
    }
}
