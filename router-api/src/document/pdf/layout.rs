//! Where everything of a sheet stands on A4.

use super::text::{Line, Style, line, wrap};
use crate::document::sheet::{Row, Section, Sheet, Table, TableRow, Tone};

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 51.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Where rows end and the foot of the page begins.
const BOTTOM: f32 = PAGE.1 - 44.0;
/// Width of the labels.
const LABELS: f32 = 130.0;
/// Side of the code: with 65 modules and its margin each is still half a millimetre, which any camera reads.
const CODE: f32 = 116.0;
/// Gap between columns.
const GAP: f32 = 12.0;

type Color = (u8, u8, u8);
const INK: Color = (22, 25, 29);
const SOFT: Color = (89, 98, 109);
const HAIR: Color = (205, 211, 218);
const GOOD: Color = (11, 107, 58);
const WAITING: Color = (122, 77, 0);
const BAD: Color = (161, 18, 32);
const BAD_GROUND: Color = (253, 231, 233);

/// A rectangle, from its upper left corner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// Something on a page.
pub(super) enum Mark {
    /// A line of text.
    Text { x: f32, baseline: f32, line: Line, size: f32, color: Color },
    /// A filled rectangle.
    Fill { block: Block, color: Color },
    /// The QR code, in a square.
    Code(Block),
    /// What opens a page when it is clicked.
    Link { block: Block, url: String },
}

impl Mark {
    /// Where it leads to, if it is a link.
    pub(super) fn link(&self) -> Option<(Block, &str)> {
        match self {
            Self::Link { block, url } => Some((*block, url)),
            Self::Text { .. } | Self::Fill { .. } | Self::Code(_) => None,
        }
    }
}

/// Text with its looks.
#[derive(Clone, Copy)]
struct Look {
    style: Style,
    size: f32,
    color: Color,
}

const KIND: Look = Look { style: Style::Bold, size: 11.0, color: SOFT };
const TITLE: Look = Look { style: Style::Bold, size: 16.0, color: INK };
const AMOUNT: Look = Look { style: Style::Bold, size: 19.0, color: INK };
const BODY: Look = Look { style: Style::Regular, size: 9.0, color: INK };
const CODED: Look = Look { style: Style::Code, size: 8.0, color: INK };
const LABEL: Look = Look { style: Style::Regular, size: 9.0, color: SOFT };
const SMALL: Look = Look { style: Style::Regular, size: 7.5, color: SOFT };
const HEADING: Look = Look { style: Style::Bold, size: 8.0, color: SOFT };
const STRONG: Look = Look { style: Style::Bold, size: 9.0, color: INK };

impl Look {
    /// From one baseline to the next.
    fn leading(self) -> f32 {
        self.size * 1.35
    }

    const fn colored(self, color: Color) -> Self {
        Self { color, ..self }
    }
}

const fn color_of(tone: Tone) -> Color {
    match tone {
        Tone::Good => GOOD,
        Tone::Waiting => WAITING,
        Tone::Bad => BAD,
    }
}

/// Pages in the making; `y` is where the next thing goes.
pub(super) struct Canvas {
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Canvas {
    /// All of a sheet.
    pub(super) fn of(sheet: &Sheet) -> Self {
        let mut canvas = Self { pages: vec![Vec::new()], y: MARGIN };
        canvas.head(sheet);
        canvas.warning(sheet);
        if let Some(table) = &sheet.table {
            canvas.table(table);
        }
        for section in &sheet.sections {
            canvas.section(section);
        }
        canvas.foot(sheet);
        canvas
    }

    /// The pages, each with what is at the foot of every page.
    pub(super) fn finish(mut self, sheet: &Sheet) -> Vec<Vec<Mark>> {
        let count = self.pages.len();
        for (page, number) in self.pages.iter_mut().zip(1..) {
            let baseline = PAGE.1 - 30.0;
            let name = line(&format!("{} {}", sheet.kind, sheet.id), Style::Code, 7.0);
            let place = line(&format!("{} · page {number} of {count}", sheet.status.label), Style::Regular, 7.5);
            let x = PAGE.0 - MARGIN - place.width;
            let color = if sheet.status.tone == Tone::Bad { BAD } else { SOFT };
            page.push(Mark::Text { x: MARGIN, baseline, line: name, size: 7.0, color: SOFT });
            page.push(Mark::Text { x, baseline, line: place, size: 7.5, color });
        }
        self.pages
    }

    fn push(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Makes sure that `height` more fits on this page.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    /// Lines of text at `x`, from the present height on. Returns how high they are.
    fn lines(&mut self, x: f32, lines: Vec<Line>, look: Look) -> f32 {
        let mut baseline = self.y + look.size;
        let mut height = 0.0;
        for line in lines {
            self.push(Mark::Text { x, baseline, line, size: look.size, color: look.color });
            baseline += look.leading();
            height += look.leading();
        }
        height
    }

    fn rule(&mut self) {
        self.push(Mark::Fill { block: Block { x: MARGIN, y: self.y, width: WIDTH, height: 0.6 }, color: HAIR });
    }

    /// Kind, state, title and the one number at the left; the code at the right.
    fn head(&mut self, sheet: &Sheet) {
        let inside = if sheet.link.is_some() { WIDTH - CODE - 2.0 * GAP } else { WIDTH };
        if sheet.link.is_some() {
            self.push(Mark::Code(Block { x: PAGE.0 - MARGIN - CODE, y: self.y, width: CODE, height: CODE }));
        }
        let end = self.y + if sheet.link.is_some() { CODE } else { 0.0 };
        let kind = line(sheet.kind, Style::Bold, KIND.size);
        let after = MARGIN + kind.width + GAP;
        self.lines(MARGIN, vec![kind], KIND);
        let status = line(sheet.status.label, Style::Bold, KIND.size);
        self.y += self.lines(after, vec![status], KIND.colored(color_of(sheet.status.tone))) + 4.0;
        self.y += self.lines(MARGIN, wrap(&sheet.title, TITLE.style, TITLE.size, inside), TITLE) + 8.0;
        self.y += self.lines(MARGIN, vec![line(sheet.headline.label, LABEL.style, LABEL.size)], LABEL);
        self.y += self.lines(MARGIN, wrap(&sheet.headline.value, AMOUNT.style, AMOUNT.size, inside), AMOUNT) + 2.0;
        self.y += self.lines(MARGIN, wrap(&sheet.byline, LABEL.style, LABEL.size, inside), LABEL);
        self.y = self.y.max(end);
    }

    fn warning(&mut self, sheet: &Sheet) {
        let Some(warning) = &sheet.warning else { return };
        let (heading, inside) = (Look { size: 12.0, ..STRONG.colored(BAD) }, WIDTH - 24.0);
        let text = wrap(&warning.text, BODY.style, BODY.size, inside);
        let lines = text.iter().map(|_| BODY.leading()).sum::<f32>();
        let height = 22.0 + heading.leading() + lines;
        self.y += 12.0;
        self.need(height);
        self.push(Mark::Fill { block: Block { x: MARGIN, y: self.y, width: WIDTH, height }, color: BAD });
        let inner = Block { x: MARGIN + 1.5, y: self.y + 1.5, width: WIDTH - 3.0, height: height - 3.0 };
        self.push(Mark::Fill { block: inner, color: BAD_GROUND });
        let end = self.y + height;
        self.y += 10.0;
        self.y += self.lines(MARGIN + 12.0, vec![line(warning.heading, heading.style, heading.size)], heading) + 2.0;
        self.lines(MARGIN + 12.0, text, BODY);
        self.y = end;
    }

    fn heading(&mut self, text: &str) {
        self.y += 9.5;
        // A heading is never the last thing on a page.
        self.need(40.0);
        self.y += self.lines(MARGIN, vec![line(&text.to_uppercase(), HEADING.style, HEADING.size)], HEADING) + 3.0;
    }

    fn section(&mut self, section: &Section) {
        self.heading(section.heading);
        for row in &section.rows {
            self.row(row);
        }
    }

    fn row(&mut self, row: &Row) {
        let look = if row.code { CODED } else { BODY };
        let label = wrap(row.label, LABEL.style, LABEL.size, LABELS);
        let value = wrap(&row.value, look.style, look.size, WIDTH - LABELS - GAP);
        let height = value.iter().map(|_| look.leading()).sum::<f32>().max(label.iter().map(|_| LABEL.leading()).sum());
        self.need(height + 4.0);
        self.rule();
        self.y += 2.5;
        self.lines(MARGIN, label, LABEL);
        self.lines(MARGIN + LABELS + GAP, value, look);
        self.y += height + 1.5;
    }

    fn table(&mut self, table: &Table) {
        self.heading(table.heading);
        let first = WIDTH * 0.4;
        self.cells(first, &table.columns.map(str::to_owned), LABEL);
        for row in &table.rows {
            self.table_row(first, row);
        }
    }

    fn table_row(&mut self, first: f32, row: &TableRow) {
        self.need(3.0 * BODY.leading());
        self.rule();
        self.y += 3.0;
        self.cells(first, &row.cells, STRONG);
        let status = SMALL.colored(color_of(row.status.tone));
        self.y += self.lines(MARGIN, vec![line(row.status.label, Style::Bold, status.size)], status);
        for detail in &row.details {
            self.need(SMALL.leading());
            let text = format!("{} {}", detail.label, detail.value);
            self.y += self.lines(MARGIN, wrap(&text, SMALL.style, SMALL.size, WIDTH), SMALL);
        }
        self.y += 3.0;
    }

    /// One line of a table: the first cell at the left, the others at the right of their columns.
    fn cells(&mut self, first: f32, cells: &[String; 4], look: Look) {
        let width = (WIDTH - first) / 3.0;
        let mut height = self.lines(MARGIN, wrap(&cells[0], look.style, look.size, first - GAP), look);
        let mut right = MARGIN + first;
        for cell in &cells[1..] {
            right += width;
            let lines = wrap(cell, look.style, look.size, width - GAP);
            let mut below = 0.0;
            for text in lines {
                let x = right - text.width;
                self.push(Mark::Text { x, baseline: self.y + look.size + below, line: text, size: look.size, color: look.color });
                below += look.leading();
            }
            height = height.max(below);
        }
        self.y += height;
    }

    /// Where it can be looked at again, and the small print.
    fn foot(&mut self, sheet: &Sheet) {
        self.y += 14.0;
        let small = |text: &str| wrap(text, SMALL.style, SMALL.size, WIDTH);
        if let Some(link) = &sheet.link {
            self.need(3.0 * SMALL.leading());
            self.y += self.lines(MARGIN, small("Look at it again, as it stands by then (the code leads there too):"), SMALL);
            let lines = small(&link.url);
            let height = lines.iter().map(|_| SMALL.leading()).sum();
            self.push(Mark::Link { block: Block { x: MARGIN, y: self.y, width: WIDTH, height }, url: link.url.clone() });
            self.y += self.lines(MARGIN, lines, SMALL.colored(INK)) + 3.0;
        }
        for note in &sheet.notes {
            let lines = small(note);
            self.need(lines.iter().map(|_| SMALL.leading()).sum());
            self.y += self.lines(MARGIN, lines, SMALL);
        }
    }
}
