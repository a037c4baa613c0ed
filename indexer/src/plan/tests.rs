use super::*;

fn block(number: u64, branch: char) -> Header {
    let parent = number.checked_sub(1).map_or(B256::ZERO, |parent| hash(parent, branch));
    Header { number, hash: hash(number, branch), parent, time: number * 12 }
}

fn hash(number: u64, branch: char) -> B256 {
    alloy_primitives::keccak256(format!("{branch}{number}"))
}

fn held(numbers: impl IntoIterator<Item = u64>) -> Vec<Header> {
    numbers.into_iter().map(|number| block(number, 'a')).collect()
}

struct Case<'a> {
    held: &'a [Header],
    complete: bool,
    head: Header,
    seen: &'a [(u64, char)],
    final_through: Option<u64>,
}

impl Case<'_> {
    fn plan(&self) -> Plan {
        let seen = self.seen.iter().map(|(number, branch)| (*number, hash(*number, *branch))).collect();
        plan(&View { held: self.held, complete: self.complete, head: &self.head, seen: &seen, final_through: self.final_through })
    }
}

fn case(held: &[Header], head: Header) -> Case<'_> {
    Case { held, complete: true, head, seen: &[], final_through: None }
}

#[test]
fn the_same_head_is_nothing_new() {
    assert_eq!(case(&held(0..=5), block(5, 'a')).plan(), Plan::Idle);
}

#[test]
fn the_next_block_is_appended_without_a_question() {
    assert_eq!(case(&held(0..=5), block(6, 'a')).plan(), Plan::Append(6..=6));
}

#[test]
fn a_gap_is_filled_by_number_once_the_tip_is_known_to_be_on_the_branch() {
    let held = held(0..=5);
    assert_eq!(case(&held, block(9, 'a')).plan(), Plan::Ask(5));
    assert_eq!(Case { seen: &[(5, 'a')], ..case(&held, block(9, 'a')) }.plan(), Plan::Append(6..=9));
}

#[test]
fn one_step_appends_a_bounded_number_of_blocks() {
    let far = Case { seen: &[(5, 'a')], ..case(&held(0..=5), block(900, 'a')) }.plan();
    assert_eq!(far, Plan::Append(6..=5 + MAX_APPEND));
}

#[test]
fn far_below_the_head_only_what_is_final_is_read_by_range() {
    let held = held(0..=5);
    let far = |final_through| Case { seen: &[(5, 'a')], final_through, ..case(&held, block(900, 'a')) }.plan();
    assert_eq!(far(Some(890)), Plan::Backfill(6..=900 - NEAR_HEAD), "near the head blocks are chained one by one");
    assert_eq!(far(Some(700)), Plan::Backfill(6..=700));
    assert_eq!(far(Some(5)), Plan::Append(6..=37));
}

#[test]
fn b01_a_sibling_of_the_tip_takes_one_block_back() {
    assert_eq!(case(&held(0..=5), Header { parent: hash(4, 'a'), ..block(5, 'b') }).plan(), Plan::Rewind { to: Some(block(4, 'a')) });
}

#[test]
fn b05_the_common_ancestor_is_found_however_deep_with_few_questions() {
    let held = held(0..=1_000);
    for ancestor in [0, 1, 500, 871, 997, 998, 999] {
        let branch = |number| if number <= ancestor { 'a' } else { 'b' };
        let head = block(1_300, 'b');
        let mut seen = Vec::new();
        let found = loop {
            match (Case { seen: &seen, ..case(&held, head) }).plan() {
                Plan::Ask(number) => seen.push((number, branch(number))),
                other => break other,
            }
        };
        assert_eq!(found, Plan::Rewind { to: Some(block(ancestor, 'a')) });
        assert!(seen.len() <= 22, "{} questions for {ancestor}", seen.len());
    }
}

#[test]
fn b05_held_blocks_with_gaps_are_searched_too() {
    let held = held([0, 3, 40, 41, 500, 501]);
    let seen = [(501, 'b'), (500, 'b'), (41, 'b'), (40, 'b'), (3, 'a')];
    assert_eq!(Case { seen: &seen, ..case(&held, block(700, 'b')) }.plan(), Plan::Rewind { to: Some(block(3, 'a')) });
}

#[test]
fn older_headers_are_recalled_when_none_of_the_newest_is_shared() {
    let held = held([498, 499]);
    let seen = [(499, 'b'), (498, 'b')];
    let partly = Case { complete: false, seen: &seen, ..case(&held, block(700, 'b')) };
    assert_eq!(partly.plan(), Plan::Recall);
    assert_eq!(Case { complete: true, ..partly }.plan(), Plan::Rewind { to: None });
    assert_eq!(Case { complete: false, ..case(&[], block(1, 'a')) }.plan(), Plan::Recall);
}

#[test]
fn a_node_that_is_behind_is_not_believed_to_have_gone_back() {
    let held = held(0..=5);
    assert_eq!(case(&held, block(3, 'a')).plan(), Plan::Idle);
    assert_eq!(case(&held[3..], block(1, 'b')).plan(), Plan::Idle, "a head below all that is held says nothing");
    assert_eq!(case(&held, block(3, 'b')).plan(), Plan::Ask(0), "another block at its height does");
}

#[test]
fn answers_that_contradict_each_other_take_nothing_back() {
    let seen = [(5, 'b'), (2, 'b'), (4, 'a')];
    assert_eq!(Case { seen: &seen, ..case(&held(0..=5), block(9, 'b')) }.plan(), Plan::Idle);
}
