package catalogue

import (
	"errors"
	"slices"
	"strings"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
)

// RolloutError says how a rollout ended that did not come to its end. Err may have the
// errors of single items in it, which do not say what the whole is.
type RolloutError struct {
	Outcome rollout.Outcome
	Err     error
}

// Error says why.
func (e *RolloutError) Error() string { return strings.ReplaceAll(e.Err.Error(), "\n", "; ") }

// Unwrap returns the cause.
func (e *RolloutError) Unwrap() error { return e.Err }

// RolloutFileError is a manifest, or a plan, that will not do.
type RolloutFileError struct {
	File string
	Plan bool
	Err  error
}

// Error says what is wrong, and where.
func (e *RolloutFileError) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *RolloutFileError) Unwrap() error { return e.Err }

// ToldError is how somebody else's run has ended, with the code that it had there.
type ToldError struct{ Code, Text string }

// Error is what was told.
func (e *ToldError) Error() string { return e.Text }

// ended matches a rollout that ended with an outcome, for a reason of a kind.
func ended[E error](outcome rollout.Outcome) func(error) bool {
	return when(func(e *RolloutError) bool { return e.Outcome == outcome && Is[E](e.Err) })
}

// uncertainFailures matches failures of which nobody knows whether they are any.
func uncertainFailures(err error) bool {
	return ended[*rollout.FailuresError](rollout.OutcomeError)(err) && !Is[*rollout.ReturnError](err) && !Is[*rollout.UncertainError](err) && !Is[*rollout.NotReturnableError](err)
}

// rolledBack matches a rollout that went back for failures of its own.
func rolledBack(e *RolloutError) bool {
	return e.Outcome == rollout.OutcomeRolledBack && !Is[*rollout.ClosedError](e.Err)
}

// rolloutEntries are about how a rollout ended.
func rolloutEntries() []Entry {
	const retry = "remove the cause, then submit what has failed again with --retry-failed"
	return append([]Entry{
		{
			Code: CodeRolloutFailed, Category: CategoryRemoteSystemError, Outcome: string(rollout.OutcomeFailed), ExitCode: ExitFailed, Retry: RetryNever,
			Message: "too many items of a wave have failed", FoundBy: "in the statuses of the activations",
			Meaning: "More activations of a wave have failed than are tolerated. Nothing more was submitted, and what was on its way was followed to its end. The result names each item and why it failed.",
			Help:    retry,
			Matches: []Match{{Fits: ended[*rollout.FailuresError](rollout.OutcomeFailed)}},
		},
		{
			Code: "rollout-check-failed", Category: CategoryRemoteSystemError, Outcome: string(rollout.OutcomeFailed), ExitCode: ExitFailed, Retry: RetryLookFirst,
			Message: "a check does not hold", FoundBy: "the checks of the manifest",
			Meaning: "What is active does not do what the manifest expects of it, for as long as the check is tried. Nothing more was submitted.",
			Help:    "correct what the check has found, then run the same command again, which makes the checks again",
			Next:    []Next{{Command: CommandSameAgain, Says: "correct what the check has found, then make the checks again"}},
			Matches: []Match{{Fits: ended[*rollout.CheckError](rollout.OutcomeFailed)}},
		},
		{
			Code: "rollout-check-undecided", Category: CategoryRemoteSystemError, Outcome: string(rollout.OutcomePaused), ExitCode: ExitTimedOut, Retry: RetryLookFirst,
			Message: "a check could not be made", FoundBy: "the checks of the manifest",
			Meaning: "A check had no answer in time, which says nothing about what it checks. Nothing more was submitted, and nothing was returned; undecided in the manifest says what else is to be made of it.",
			Help:    "see that what the check asks does answer, then run the same command again",
			Next:    []Next{{Command: CommandSameAgain, Says: "see that what the check asks does answer, then make it again"}},
			Matches: []Match{{Fits: ended[*rollout.CheckError](rollout.OutcomeUndecided)}},
		},
		{
			Code: CodeRolledBack, Category: CategoryRemoteSystemError, Outcome: string(rollout.OutcomeRolledBack), ExitCode: ExitFailed, Retry: RetryNever,
			Message: "the rollout went wrong and was rolled back", FoundBy: "on-failure of the manifest",
			Meaning: "Too many items of a wave have failed, or a check did not hold, and what the rollout had activated was returned to what was active before. The result says of each item what became of it.",
			Help:    "remove the cause, then begin another attempt with --replan; this plan is closed",
			Matches: []Match{{Fits: when(rolledBack)}},
		},
		{
			Code: "rollout-closed", Category: CategoryConflict, Outcome: string(rollout.OutcomeRolledBack), ExitCode: ExitFailed, Retry: RetryNever,
			Message: "the rollout was rolled back before", FoundBy: "in the notes of the activations",
			Meaning: "What this plan had activated was returned, by an earlier run or by rollout rollback, so it is not activated again by itself.",
			Help:    "begin another attempt with --replan; this plan is closed",
			Matches: []Match{{Fits: ended[*rollout.ClosedError](rollout.OutcomeRolledBack)}},
		},
		{
			Code: "rollout-superseded", Category: CategoryConflict, Outcome: string(rollout.OutcomeSuperseded), ExitCode: ExitFailed, Retry: RetryNever,
			Message: "other versions have taken the place of what was activated", FoundBy: "in the statuses of the activations",
			Meaning: "Somebody has activated other versions of items that this rollout had activated. They are not submitted again.",
			Help:    "see with propctl history who has activated what, then make a new plan",
			Matches: []Match{{Fits: ended[*rollout.FailuresError](rollout.OutcomeSuperseded)}},
		},
	}, slices.Concat(endedRolloutEntries(), refusedRolloutEntries())...)
}

// endedRolloutEntries are about items that did not come to their end.
func endedRolloutEntries() []Entry {
	return []Entry{
		{
			Code: "rollout-rejected", Category: CategoryInvalidData, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryNever,
			Message: "PAPI will not activate items of a wave", FoundBy: "in PAPI's answers to the submissions",
			Meaning: "PAPI has refused more items of a wave than are tolerated, and all that failed were refused. Nothing more was submitted. The result has what PAPI said of each.",
			Help:    "correct the versions and make a new plan, or leave items out with --skip",
			Matches: []Match{{Fits: ended[*rollout.FailuresError](rollout.OutcomeRejected)}},
		},
		{
			Code: "rollout-overdue", Category: CategoryRemoteSystemError, Outcome: OutcomeTimedOut, ExitCode: ExitTimedOut, Retry: RetryLookFirst,
			Message: "items take too long", FoundBy: "PAPI's clock",
			Meaning: "Items are on their way for longer than any activation should be, or were blocked by other activations for too long. What was submitted goes on at Akamai.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
			Matches: []Match{{Fits: ended[*rollout.FailuresError](rollout.OutcomeTimedOut)}},
		},
		{
			Code: "rollout-blocked", Category: CategoryConflict, Outcome: OutcomeBusy, ExitCode: ExitBusy, Retry: RetryLookFirst,
			Message: "other activations are in the way of items", FoundBy: "in the lists of activations",
			Meaning: "Other versions are pending on more items than may fail, and all that failed were blocked: for half an hour, or at all with --if-pending fail.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
			Matches: []Match{{Fits: ended[*rollout.FailuresError](OutcomeBusy)}},
		},
		{
			Code: "rollout-uncertain", Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "it is not known whether items were submitted", FoundBy: "an answer that did not come, and lists that do not tell",
			Meaning: "The answer to a submission was lost, and PAPI's lists do not show what came of it. Those items are not submitted again in this run.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
			Matches: []Match{
				{Fits: ended[*rollout.UncertainError](rollout.OutcomeError)},
				{Fits: uncertainFailures},
			},
		},
		{
			Code: "rollout-return-failed", Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "items could not be rolled back", FoundBy: "in the statuses of the activations",
			Meaning: "The way back has failed for the items that the message names: what the rollout activated is still active there.",
			Help:    "return them with rollout rollback, or a single property with propctl rollback",
			Matches: []Match{{Fits: ended[*rollout.ReturnError](rollout.OutcomeError)}},
		},
		{
			Code: "rollout-not-returnable", Category: CategoryNotFound, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "nothing was active before what is to go back", FoundBy: "in the lists of activations",
			Meaning: "Before the items that the message names, no version was active there, or the last one had been deactivated. The only way back is to deactivate them, which is done only when asked for. They are still active; everything else was returned, or would be by a dry run.",
			Help:    "return them with --deactivate-new, which takes them off the network, or leave them out with --skip",
			Matches: []Match{{Fits: Is[*rollout.NotReturnableError]}},
		},
	}
}

// refusedRolloutEntries are about rollouts that are not begun.
func refusedRolloutEntries() []Entry {
	return []Entry{
		{
			Code: "drifted", Category: CategoryConflict, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryNever,
			Message: "another version was activated since the plan was made", FoundBy: "in the lists of activations",
			Meaning: "What is active on the items that the message names is neither what was active when the plan was made, nor what the plan wants. Somebody has activated it since, and may not want it to be replaced.",
			Help:    "see what is active there, and make a new plan",
			Matches: []Match{{Fits: Is[*rollout.DriftError]}},
		},
		{
			Code: "another-plan", Category: CategoryConflict, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryNever,
			Message: "another plan of this rollout has not ended", FoundBy: "in the notes of the activations",
			Meaning: "Activations of the same rollout's name are unfinished, and they are of another plan: the manifest was edited, or what latest stands for has moved.",
			Help:    "finish that plan, or go on with this one by --replan; to return what that plan has activated, give it instead of the manifest",
			Matches: []Match{{Fits: Is[*rollout.AnotherPlanError]}, {Fits: Is[*runner.OpenError]}},
		},
		{
			Code: "budget-short", Category: CategoryRemoteSystemError, Outcome: OutcomeLimited, ExitCode: ExitLimited, Retry: RetryAtTime,
			Message: "the day's activations do not suffice", FoundBy: "what PAPI said last of the daily budget, before the first submission",
			Meaning: "The rollout needs more activations than are left today, those of going back included. Nothing was submitted.",
			Help:    "wait for the next day, make the rollout smaller, or spread it over days with --over-budget",
			Next:    []Next{{Command: CommandBudget, Adds: "see what is left"}},
			Matches: []Match{{Fits: Is[*rollout.BudgetError]}},
		},
		{
			Code: "another-account", Category: CategoryInvalidSettings, Outcome: OutcomeError, ExitCode: ExitCredentials, Retry: RetryNever,
			Message: "the plan is of another account", FoundBy: "propctl, before anything is submitted",
			Meaning: "A plan holds the account that it was made for, and the credentials, or the account switch key, are of another one. Nothing was submitted.",
			Help:    "give the section and the account switch key that the plan was made with",
			Next:    []Next{{Command: CommandDoctor, Adds: "see whose credentials these are"}},
			Matches: []Match{{Fits: Is[*rollout.AccountError]}},
		},
	}
}

// rolloutFileEntries are about manifests and plans.
func rolloutFileEntries() []Entry {
	return []Entry{
		{
			Code: "manifest", Category: CategoryInvalidData, Outcome: OutcomeError, ExitCode: ExitUsage, Retry: RetryNever,
			Message: "the manifest of a rollout is wrong", FoundBy: "propctl, before anything is sent",
			Meaning: "The manifest is not YAML, has a member that there is not, or a value that will not do. Every mistake is told with its line and column. Nothing was sent.",
			Help:    "check the manifest in an editor, with its schema: propctl schema rollout",
			Matches: []Match{{Fits: when(func(e *RolloutFileError) bool { return !e.Plan })}},
		},
		{
			Code: "plan-file", Category: CategoryInvalidData, Outcome: OutcomeError, ExitCode: ExitUsage, Retry: RetryNever,
			Message: "the plan of a rollout cannot be used", FoundBy: "propctl, before anything is sent",
			Meaning: "The file was edited, was cut off, or was made by another version of this program: a plan holds a digest of what it pins. Nothing was sent.",
			Help:    "make it again with propctl rollout plan FILE --output-file PLAN",
			Matches: []Match{{Fits: when(func(e *RolloutFileError) bool { return e.Plan })}},
		},
		{
			Code: "selection", Category: CategoryNotFound, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "the manifest does not fit what PAPI has", FoundBy: "in the lists of properties",
			Meaning: "A property that the manifest names is not there, or is named twice; a selection fits nothing; or a wave is left without properties. Nothing was submitted.",
			Help:    "compare the manifest with what there is: propctl list",
			Matches: []Match{{Fits: Is[*rollout.SelectionError]}},
		},
	}
}

// judgedAsRollout returns the row of a rollout's end, where it has one of its own.
func judgedAsRollout(err error) (Entry, bool) {
	if told, ok := errors.AsType[*ToldError](err); ok {
		return Lookup(told.Code), true
	}
	if _, ok := errors.AsType[*RolloutError](err); !ok {
		return Entry{}, false
	}
	for _, row := range rolloutEntries() {
		for _, match := range row.Matches {
			if match.Fits(err) {
				return row, true
			}
		}
	}
	return Entry{}, false
}
