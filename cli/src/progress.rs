//! Something that takes a while: for people at a terminal a spinner or a bar, plain lines otherwise, nothing for machines.

use std::io::Read;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressBarIter, ProgressFinish, ProgressStyle};

use crate::output::Output;

/// Reads `length` bytes, with a bar that shows how far it is and goes away at the end.
pub fn reading<R: Read>(output: Output, length: u64, reader: R) -> ProgressBarIter<R> {
    let bar = if output.can_ask() { ProgressBar::new(length) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}").expect("the template is well-formed"));
    bar.with_finish(ProgressFinish::AndClear).wrap_read(reader)
}

/// The steps of one undertaking.
#[derive(Debug)]
pub struct Steps {
    output: Output,
    bar: ProgressBar,
}

impl Steps {
    /// None yet.
    #[must_use]
    pub fn new(output: Output) -> Self {
        let bar = if output.can_ask() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::default_spinner());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { output, bar }
    }

    /// What is being done now.
    pub fn doing(&self, text: &str) {
        self.bar.set_message(text.to_owned());
        if self.bar.is_hidden() {
            self.output.remark(&format!("  … {text}"));
        }
    }

    /// What is done.
    pub fn done(&self, text: &str) {
        self.bar.suspend(|| self.output.remark(&format!("  ✓ {text}")));
    }

    /// Nothing more to come.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
