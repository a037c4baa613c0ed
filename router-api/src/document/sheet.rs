//! What a document shows, before it is decided how: both HTML and PDF are made from this, so they cannot say different things.

use settlement::Timestamp;

use super::visible::visible;

/// One page for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// `Receipt` or `Invoice`.
    pub(crate) kind: &'static str,
    /// Its id.
    pub(crate) id: String,
    /// How it stands.
    pub(crate) status: Status,
    /// What must be read before everything else.
    pub(crate) warning: Option<Warning>,
    /// What it is about, in the parties' words.
    pub(crate) title: String,
    /// The one number.
    pub(crate) headline: Row,
    /// Who wrote it, and when.
    pub(crate) byline: String,
    /// When it was written, for the properties of a file.
    pub(crate) written: Timestamp,
    /// The rest, in order.
    pub(crate) sections: Vec<Section>,
    /// Lines with amounts, where there are any.
    pub(crate) table: Option<Table>,
    /// Where it can be looked at again.
    pub(crate) link: Option<Link>,
    /// Small print.
    pub(crate) notes: Vec<String>,
}

/// A state in a word, and whether it is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) label: &'static str,
    pub(crate) tone: Tone,
}

/// How a state is coloured. The word says the same, for who sees no colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Waiting,
    Bad,
}

impl Tone {
    /// Its class in the style sheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Bad => "bad",
        }
    }
}

/// What must be read first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) heading: &'static str,
    pub(crate) text: String,
}

/// Rows under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) heading: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// One thing and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// Set in a fixed pitch, because it is compared character by character.
    pub(crate) code: bool,
}

impl Row {
    /// A row of words.
    pub(crate) fn text(label: &'static str, value: impl AsRef<str>) -> Self {
        Self { label, value: visible(value.as_ref()), code: false }
    }

    /// A row with an address, a hash or an id.
    pub(crate) fn code(label: &'static str, value: impl ToString) -> Self {
        Self { label, value: visible(&value.to_string()), code: true }
    }
}

/// Rows with amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) heading: &'static str,
    /// What each row says, by the names that narrow screens show beside the values. The second and all after it are numbers.
    pub(crate) columns: [&'static str; 4],
    pub(crate) rows: Vec<TableRow>,
}

/// A row of a table, and what is said below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableRow {
    pub(crate) cells: [String; 4],
    pub(crate) status: Status,
    /// Ids and times.
    pub(crate) details: Vec<Row>,
}

/// A page that the document leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// What people open.
    pub(crate) url: String,
    /// What a QR code holds: the URL, and behind `#` what is needed to ask a chain.
    pub(crate) scanned: String,
}
