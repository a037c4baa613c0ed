use super::*;
use clap::CommandFactory;

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

/// The help of every command, as people read it: a change shows up in review.
#[test]
fn help() {
    let mut text = String::new();
    let mut root = Cli::command().version("0.0.0").term_width(100);
    root.build();
    describe(&mut root, &mut text);
    insta::assert_snapshot!(text);
}

fn describe(command: &mut clap::Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or("counterfoil").to_owned();
    text.push_str(&format!("$ {name} --help\n{}\n", command.render_help()));
    for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
        describe(inner, text);
    }
}

#[test]
fn a_wrong_command_line_is_2_and_says_what_is_right() {
    let error = Cli::try_parse_from(["counterfoil", "request", "show", "agreement-1"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("expected an id of the form agr_"), "{error}");
}
