package catalogue

import (
	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/runner"
)

// Again is the advice where nothing has to be changed.
const Again = "run the same command again; it looks first"

// What doctor is good for, behind another advice.
const (
	thenCheckAll = "then check all of it"
	thenCheckWay = "then check the way to Akamai"
)

// usageEntries are about what was asked for, before anything is sent.
func usageEntries() []Entry {
	return []Entry{
		{
			Code: codeUsage, Category: CategoryInvalidData, Outcome: OutcomeError, ExitCode: ExitUsage, Retry: RetryNever,
			Message: "the command line is wrong", FoundBy: "propctl, before anything is sent",
			Meaning: "A command, an argument or a flag is wrong, or flags do not go together. Nothing was sent.",
			Help:    "see what can be given with --help",
			Matches: []Match{{Fits: Is[*UsageError]}},
		},
		{
			Code: codeSettings, Category: CategoryInvalidSettings, Outcome: OutcomeError, ExitCode: ExitUsage, Retry: RetryNever,
			Message: "a setting is wrong", FoundBy: "propctl, before anything is sent",
			Meaning: "The settings file or an environment variable has a key that there is not, or a value that its flag does not take; or a file that a setting names cannot be read. Nothing was sent.",
			Help:    "see the list of settings: propctl help environment",
			Matches: []Match{{Fits: Is[*SettingError]}},
		},
		{
			Code: CodeCredentialsMissing, Category: CategoryInvalidSettings, Outcome: OutcomeError, ExitCode: ExitCredentials, Retry: RetryNever,
			Message: "there are no credentials", FoundBy: "propctl, before anything is sent",
			Meaning: "Neither the environment nor a credentials file has the section that is wanted. The message names the places that were looked at.",
			Help:    "create an API client in Akamai Control Center and save its .edgerc, or use --simulate",
			Next:    []Next{{Command: CommandDoctor, Adds: thenCheckAll}},
			Matches: []Match{{Fits: when(func(e *CredentialsError) bool { return e.Missing })}},
		},
		{
			Code: CodeCredentialsInvalid, Category: CategoryInvalidSettings, Outcome: OutcomeError, ExitCode: ExitCredentials, Retry: RetryNever,
			Message: "the credentials cannot be used", FoundBy: "propctl, before anything is sent",
			Meaning: "There are credentials, but one of host, client_token, client_secret and access_token is missing, or has a form that it cannot have.",
			Help:    "compare the file with what Akamai Control Center gave out",
			Next:    []Next{{Command: CommandDoctor, Adds: thenCheckAll}},
			Matches: []Match{{Fits: when(func(e *CredentialsError) bool { return !e.Missing })}},
		},
	}
}

// refusalEntries are about what propctl does not do, or not with the result.
func refusalEntries() []Entry {
	return []Entry{
		{
			Code: codeAmbiguous, Category: CategoryInvalidData, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "the name fits more than one property", FoundBy: "propctl, in what a search found",
			Meaning: "Several properties serve the hostname, or have the name. The message lists them.",
			Help:    "name the property by its id",
			Matches: []Match{{Fits: Is[*AmbiguousError]}},
		},
		{
			Code: CodeBucket, Category: CategoryInvalidData, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "a hostname bucket cannot do that", FoundBy: "in the property's type",
			Meaning: "The hostnames of the property belong to a network and not to a version: a change needs a network and edge hostnames that there are in its contract and group, and goes there at once. Nothing was changed.",
			Help:    "see the edge hostnames in use and their ids with propctl hostnames list",
			Next:    []Next{{Command: CommandHostnames, Says: "see the edge hostnames in use and their ids"}},
			Matches: []Match{{Fits: Is[*BucketError]}},
		},
		{
			Code: CodeDeclined, Category: CategoryConflict, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "not confirmed", FoundBy: "the question on the terminal was not answered with yes",
			Meaning: "Nothing was submitted.",
			Help:    "run it again and confirm, or give --yes",
			Matches: []Match{{Fits: is(ErrDeclined)}},
		},
		{
			Code: codeDifferent, Category: CategoryConflict, Outcome: OutcomeDifferent, ExitCode: ExitError, Retry: RetryNever,
			Message: "the versions differ", FoundBy: "propctl diff --exit-code",
			Meaning: "The rules, the rule format or the hostnames differ. Without --exit-code that is a result and no error.",
			Help:    "see the differences in the result",
			Matches: []Match{{Fits: Is[*DifferentError]}},
		},
		{
			Code: codeOutputNotWritten, Category: CategoryInternalError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "the result could not be written", FoundBy: "propctl, when the command had done its work",
			Meaning: "A file that was asked for (--output-file, --junit, --dotenv, --metrics-file, --report) or stdout could not be written, for example because its folder has vanished meanwhile. The outcome, and what is said of the activation, stay as they are; the exit code is 1 where it would have been 0.",
			Help:    "write it to another place; the work itself is done and need not be repeated",
			Matches: []Match{
				{
					Fits:    when(func(e *OutputError) bool { return e.Expression }),
					Instead: &Advice{Help: "correct the expression of --jq; the work itself is done and need not be repeated"},
				},
				{Fits: Is[*OutputError]},
			},
		},
	}
}

// activationEntries are about how an activation ended.
func activationEntries() []Entry {
	return []Entry{
		{
			Code: CodeFailed, Category: CategoryRemoteSystemError, Outcome: string(activation.OutcomeFailed), ExitCode: ExitFailed, Retry: RetryNever,
			Message: "the activation failed", FoundBy: "in the activation's status, FAILED",
			Meaning: "Akamai had accepted the activation and could not bring it about. The message says why, where PAPI does.",
			Help:    "correct the version, or ask Akamai support and name the activation; the version that was active before still is",
			Next:    []Next{{Command: CommandHistory, Adds: "see what was active when"}},
			Matches: []Match{{Fits: failedWith(activation.OutcomeFailed)}},
		},
		{
			Code: CodeAborted, Category: CategoryConflict, Outcome: string(activation.OutcomeAborted), ExitCode: ExitFailed, Retry: RetryLookFirst,
			Message: "the activation was cancelled", FoundBy: "in the activation's status, ABORTED",
			Meaning: "Somebody cancelled it before it had reached the network.",
			Help:    "submit it again if it is still wanted",
			Next:    []Next{{Command: CommandSameAgain}},
			Matches: []Match{{Fits: failedWith(activation.OutcomeAborted)}},
		},
		{
			Code: CodeSuperseded, Category: CategoryConflict, Outcome: string(activation.OutcomeSuperseded), ExitCode: ExitFailed, Retry: RetryLookFirst,
			Message: "the activation has lost its place", FoundBy: "in the activation's status, INACTIVE or DEACTIVATED",
			Meaning: "A later activation or deactivation took its place while it was waited for.",
			Help:    "see what has taken its place with propctl status",
			Next:    []Next{{Command: CommandStatus, Says: "see what has taken its place"}},
			Matches: []Match{{Fits: failedWith(activation.OutcomeSuperseded)}},
		},
		{
			Code: CodeLost, Category: CategoryNotFound, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "PAPI does not know the activation any more", FoundBy: "404 to a look at an activation that PAPI had accepted, and a list without it",
			Meaning: "For a while after a submission PAPI may not know its activation, which is waited for. This lasts too long for that.",
			Help:    "see what is active with propctl status",
			Next:    []Next{{Command: CommandStatus, Says: seeActive}},
			Matches: []Match{{Fits: Is[*activation.VanishedError]}},
		},
		{
			Code: CodeNoActivation, Category: CategoryNotFound, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "there is no activation", FoundBy: "in the list of activations",
			Meaning: "Nothing was ever activated on that network, so there is nothing to wait for.",
			Help:    "look at both networks with propctl status",
			Next:    []Next{{Command: CommandStatus, Says: "look at both networks"}},
			Matches: []Match{{Fits: is(activation.ErrNoActivation)}},
		},
		{
			Code: CodeNothingBefore, Category: CategoryNotFound, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "there is no version to return to", FoundBy: "in the list of activations",
			Meaning: "No other version was active on that network before the one that is.",
			Help:    "name the version to return to with --to",
			Next:    []Next{{Command: CommandHistory, Adds: "see which there were"}},
			Matches: []Match{{Fits: Is[*activation.NoPreviousVersionError]}},
		},
	}
}

// endEntries are about how a command ended that did not come to its end.
func endEntries() []Entry {
	return []Entry{
		{
			Code: codeTimedOut, Category: CategoryRemoteSystemError, Outcome: OutcomeTimedOut, ExitCode: ExitTimedOut, Retry: RetryLookFirst,
			Message: "--timeout has passed", FoundBy: "propctl's clock",
			Meaning: "What was submitted goes on at Akamai, unless --on-timeout cancel has cancelled it; what is to be tried picks it up again.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
			Matches: []Match{
				{
					Fits:    when(func(e *activation.StoppedError) bool { return e.Cancelled }),
					Instead: &Advice{Help: "run it again with a longer --timeout"},
				},
				{Fits: timedOut},
			},
		},
		{
			Code: codeInterrupted, Category: CategoryConflict, Outcome: OutcomeInterrupted, ExitCode: ExitInterrupted, Retry: RetryLookFirst,
			Message: "the command was interrupted", FoundBy: "Ctrl-C, SIGTERM, or a terminal that was closed",
			Meaning: "What was submitted goes on at Akamai; what is to be tried picks it up again.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
			Matches: []Match{{Fits: interrupted}},
		},
		{
			Code: CodeInternal, Category: CategoryInternalError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "something unforeseen went wrong", FoundBy: "none of the other rows fits",
			Meaning: "This program has no row for the error: that is a defect of propctl. The message is all that is known.",
			Help:    "run it again with --debug",
			Next:    []Next{{Command: CommandDebug}},
		},
	}
}

// coordinatorEntries are about the coordinator of --coordinator.
func coordinatorEntries() []Entry {
	return []Entry{
		{
			Code: codeTurnLost, Category: CategoryConflict, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "the turn was lost while it was not known whether a submission was accepted", FoundBy: "propctl, when its place in line at the coordinator had run out",
			Meaning: "The answer to a submission was lost, and this run was held up for longer than its place in line lasts. It submits nothing more.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
			Matches: []Match{{Fits: is(activation.ErrTurnLost)}},
		},
		{
			Code: codeCoordinatorGone, Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryBackOff,
			Message: "the coordinator cannot be used", FoundBy: "propctl, when the server of --coordinator did not answer for a minute, or does not allow what is needed",
			Meaning: "Nothing is submitted by a run that cannot prove that it is its turn. What was submitted before goes on.",
			Help:    "correct what the message names, or wait for the server; then run the same command again, or at once with --without-coordinator",
			Next:    []Next{{Command: CommandSameAgain}, {Command: CommandDoctor, Adds: thenCheckAll}},
			Matches: []Match{{Fits: Is[*coordinator.GoneError]}},
		},
		{
			Code: codeCoordinatorUnreadable, Category: CategoryTypeError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "a line at the coordinator cannot be read", FoundBy: "in what the coordinator has for the property",
			Meaning: "It was written by another version of propctl, or by something else. It is not taken for an empty line, so nothing is submitted.",
			Help:    "run one version of this program everywhere; docs/coordinator.md says how a line is made anew",
			Matches: []Match{{Fits: Is[*coordinator.UnreadableError]}},
		},
		{
			Code: "rollout-stopped", Category: CategoryConflict, Outcome: string(activation.OutcomeAborted), ExitCode: ExitFailed, Retry: RetryNever,
			Message: "the rollout was stopped before its end", FoundBy: "in what the coordinator has",
			Meaning: "Somebody has stopped the rollout for all runners. Nothing more is submitted; what was submitted before goes on at Akamai.",
			Help:    "find out why it was stopped, then go on with it by rollout resume",
			Matches: []Match{{Fits: Is[*runner.StoppedError]}},
		},
		{
			Code: "not-handed-in", Category: CategoryNotFound, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "no rollout of this name was handed in", FoundBy: "in what the coordinator has",
			Meaning: "There is no rollout of the name at the coordinator: it was not handed in, or at another coordinator, or so long ago that the coordinator has forgotten it.",
			Help:    "give the plan to runners first: rollout apply with --detach hands it in",
			Matches: []Match{{Fits: Is[*runner.NoJobError]}},
		},
	}
}
