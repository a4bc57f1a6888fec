//! Stories: what somebody committed, what Vapi holds, what the commands then say and do.
//!
//! A story is a folder of `tests/scenarios` with a `story.yaml`: a sentence and [`Step`]s. Beside it stand, as snapshots,
//! the plan (as text, JSON and Markdown) and what the runs said, sent, and made of the files. The clock goes on by a minute with each step,
//! for git and for Vapi alike. `ID_A` … `ID_F` stand for ids, in stories and in snapshots; commits go by their subjects.

mod rows;
mod runner;

macro_rules! stories {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            runner::tell(stringify!($name));
        })*

        #[test]
        fn every_folder_is_a_story() {
            let mut told = vec![$(stringify!($name)),*];
            told.sort_unstable();
            assert_eq!(runner::folders(), told);
        }
    };
}

stories! {
    accepted_values
    base_applied_elsewhere
    base_both_moved
    base_both_moved_vapi_is_right
    base_clone_with_refs
    base_clone_without_refs
    base_file_moved
    base_held_field_keeps_the_ref
    base_line_taken_out
    base_merge
    base_merge_overlap
    base_merge_secret
    base_merge_sync
    base_merged_and_not_applied
    base_nothing_committed
    base_other_branch
    base_pull_undone
    base_rebased
    base_renamed_file
    base_set_back
    base_shallow_with_refs
    base_two_files
    base_unknown_field
    base_vapi_moved
    base_without_commits
    both_moved_lists_and_nulls
    change_default
    change_recorded
    change_recorded_300_commits_ago
    change_recorded_in_a_moved_prompt
    change_secret
    change_set_back_in_the_dashboard
    change_stale_reference
    clear
    clear_drift
    clear_nothing
    circle
    create_only
    drift
    drift_beside_a_change
    drift_newly_declared
    drift_overwrite
    drift_overwrite_one
    drift_recorded_on_another_branch
    empty_org
    floats
    ignored
    link
    link_ambiguous
    link_differs
    list_set
    list_tools
    list_whole
    mass_missing
    outside_git_merge_secret
    outside_git_pull_edit_apply
    outside_git_with_log
    outside_git_without_log
    prefer_typo
    pull_ahead
    pull_capture
    pull_capture_comment
    pull_clear
    pull_conflict_decided
    pull_conflict_since
    pull_conflict_uncommitted
    pull_import
    pull_list_element
    pull_new_field
    pull_outside_git
    pull_pending
    pull_pending_absent
    pull_prompt_file
    pull_prompts
    pull_prompts_ignored
    pull_uncommitted_prompt
    pull_unknown_field_since
    purchase
    refused_by_vapi
    renamed_entry
    reverted_commit
    same
    secret_not_shown
    set
    shallow_clone
    unassign
    uncommitted
    undeclared
    unknown_field_keeps_no_ref
    unknown_field_without_base
    wrong_org
}
