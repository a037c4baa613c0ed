//! `docs/DATABASE.md` names every table and every column of the schema, and no table that is not there.

use std::collections::{BTreeMap, BTreeSet};

use store::Engine;
use store::testing::TestDatabase;

const PAGE: &str = include_str!("../../../docs/DATABASE.md");

on_both_engines!(every_table_and_column_is_on_the_page_and_no_other_table);

/// The words in code font of a text.
fn code(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Each table of the page with the words in code font of its paragraph.
fn described() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let paragraph = |text: &'static str| {
        let name = text.strip_prefix("**`")?.split_once("`**")?.0;
        Some((name, code(text)))
    };
    PAGE.split("\n\n").filter_map(paragraph).collect()
}

async fn every_table_and_column_is_on_the_page_and_no_other_table(engine: Engine) {
    let database = TestDatabase::new(engine).await;
    let described = described();
    let mut tables = BTreeSet::new();
    for (table, column) in database.columns().await {
        let words = described.get(table.as_str()).unwrap_or_else(|| panic!("docs/DATABASE.md does not describe {table}"));
        assert!(words.contains(column.as_str()), "docs/DATABASE.md does not name {table}.{column}");
        tables.insert(table);
    }
    assert!(tables.len() > 15, "the schema was read: {tables:?}");
    for table in described.keys() {
        assert!(tables.contains(*table), "docs/DATABASE.md describes {table}, which is not there");
    }
}
