//! `counterfoil doctor`: what is configured, what is reachable, what is wrong, and how to mend it.

use std::process::ExitCode;

use serde_json::json;

use super::Context;
use crate::diagnosis::{Finding, Health, diagnose};

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let config = context.config(Vec::new())?;
    let findings = diagnose(&config).await;
    let healthy = findings.iter().all(|finding| finding.health != Health::Wrong);
    context.output.answer(&json!({ "healthy": healthy, "findings": findings }), || for_people(&findings));
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn for_people(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let mark = match finding.health {
            Health::Fine => '✓',
            Health::Wrong => '✗',
            Health::Note => '–',
        };
        lines.push(format!("{mark} {}: {}", finding.what, finding.found.replace('\n', "\n    ")));
        lines.extend(finding.fix.as_ref().map(|fix| format!("    to mend it: {fix}")));
    }
    let wrong = findings.iter().filter(|finding| finding.health == Health::Wrong).count();
    lines.push(match wrong {
        0 => "Nothing is wrong.".to_owned(),
        1 => "One thing is wrong.".to_owned(),
        more => format!("{more} things are wrong."),
    });
    lines.join("\n")
}
