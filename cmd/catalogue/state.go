package catalogue

import (
	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

const (
	refusedAgain = "correct the version; as it is, it will be refused again"
	waitForIt    = "wait for it, or leave that to --if-pending wait"

	overtakenHelp = "see what is active now, and run the same command again if that is to be replaced"
	seeActive     = "see what is active"
	dryRunHelp    = "see the request without submitting it"
)

// versionEntries are about versions that PAPI will not activate.
func versionEntries() []Entry {
	return []Entry{
		{
			Code: string(papi.ClassWarnings), Category: CategoryInvalidData, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryNever,
			Message: "warnings were not acknowledged",
			Meaning: "propctl acknowledges all warnings, so these came up in between or cannot be acknowledged. They are shown as PAPI wrote them.",
			Help:    "correct the version where the warnings are right",
			Next:    []Next{{Command: CommandDryRun, Adds: dryRunHelp}},
		},
		{
			Code: string(papi.ClassRejected), Category: CategoryInvalidData, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryNever,
			Message: "PAPI will not activate this version", FoundBy: "propctl with --warnings fail or new, or --require-staging, before anything is submitted",
			Meaning: "The version has errors, which are shown as PAPI wrote them; or warnings that are not wanted; or it is not active on staging and has to be.",
			Help:    refusedAgain,
			Next:    []Next{{Command: CommandDryRun, Adds: dryRunHelp}},
			Matches: []Match{
				{Fits: when(refusedByItself), Instead: &Advice{Help: "change what the error says first; nothing was submitted"}},
				{Fits: Is[*InvalidVersionError], Instead: &Advice{Help: "correct what the errors are about, in this version or in a new one"}},
				{Fits: withoutAnswer[*activation.RejectedError], Instead: &Advice{Help: refusedAgain}},
			},
		},
		{
			Code: string(papi.ClassNotifyEmails), Category: CategoryInvalidData, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryNever,
			Message: "PAPI does not take the addresses to notify",
			Meaning: "At least one address is needed, and each of them has to be one.",
			Help:    "check the addresses of --notify",
			Next:    []Next{{Command: CommandDryRun, Adds: dryRunHelp}},
		},
		{
			Code: string(papi.ClassCompliance), Category: CategoryInvalidData, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryNever,
			Message: "the compliance record is missing or incomplete",
			Meaning: "Accounts of Akamai's staff and partners have to say with each activation on production who has tested and reviewed it.",
			Help:    "give --compliance-reason and the flags that belong to it",
			Next:    []Next{{Command: CommandDryRun, Adds: dryRunHelp}},
		},
		{
			Code: string(papi.ClassCacheWipe), Category: CategoryConflict, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryAtTime,
			Message: "a hostname has moved between accounts",
			Meaning: "Activating it now could empty its cache. PAPI's text says when it will do.",
			Help:    "wait until the time that PAPI names, then run the same command again",
		},
		{
			Code: string(papi.ClassCertificateNew), Category: CategoryConflict, Outcome: OutcomeRejected, ExitCode: ExitRejected, Retry: RetryBackOff,
			Message: "a new certificate has not arrived everywhere",
			Meaning: "PAPI does not see a third-party certificate yet that was made a moment ago, and has no other objection.",
			Help:    "wait some minutes for the certificate; then " + Again,
			Next:    []Next{{Command: CommandSameAgain}},
		},
	}
}

// stateEntries are about what else is going on.
func stateEntries() []Entry {
	waitForBlocker := Next{Command: CommandWaitForBlocker, Says: waitForIt}
	return []Entry{
		{
			Code: string(papi.ClassBusy), Category: CategoryConflict, Outcome: OutcomeBusy, ExitCode: ExitBusy, Retry: RetryLookFirst,
			Message: "another activation is in the way", FoundBy: "in the list of activations",
			Meaning: "Another version is pending on that network, or somebody else's change is being made. propctl waits for it, unless --if-pending fail says otherwise or --timeout passes. With --if-pending fail it does not replace, either, what has become active since it looked first.",
			Help:    Again,
			Next:    []Next{waitForBlocker, {Command: CommandSameAgain}},
			Matches: []Match{
				{Fits: timedOutBehindAnother},
				{Fits: when(overtaken), Instead: &Advice{Help: overtakenHelp, Next: []Next{{Command: CommandStatus, Says: overtakenHelp}}}},
				{Fits: Is[*activation.BusyError], Instead: &Advice{Help: waitForIt, Next: []Next{waitForBlocker}}},
				{Fits: Is[*activation.InLineError], Instead: &Advice{Help: "wait for its turn, or leave that to --if-pending wait"}},
			},
		},
		{
			Code: string(papi.ClassARLConflict), Category: CategoryConflict, Outcome: OutcomeBusy, ExitCode: ExitBusy, Retry: RetryBackOff,
			Message: "both networks were asked for in one moment",
			Meaning: "Staging and production of one version were submitted together, by another client perhaps.",
			Help:    "give -n staging,production, which goes through them in order; or " + Again,
		},
		{
			Code: string(papi.ClassNotYet), Category: CategoryConflict, Outcome: OutcomeBusy, ExitCode: ExitBusy, Retry: RetryBackOff,
			Message: "PAPI cannot activate the property at the moment",
			Meaning: "Something at Akamai is not ready, and PAPI asks to try again.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
		},
		{
			Code: string(papi.ClassETag), Category: CategoryConflict, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "somebody else has changed it in the meantime",
			Meaning: "What was read is no longer what is there, so that writing it back would undo somebody's change.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
		},
		{
			Code: string(papi.ClassStillPending), Category: CategoryConflict, Outcome: OutcomeBusy, ExitCode: ExitBusy, Retry: RetryLookFirst,
			Message: "an activation of this version is running",
			Meaning: "An activation or a deactivation of this version has not ended. propctl looks, and follows it where it is what was asked for.",
			Help:    Again,
			Next:    []Next{waitForBlocker, {Command: CommandSameAgain}},
		},
	}
}

// activeEntries are about what is active already, or is not.
func activeEntries() []Entry {
	return []Entry{
		{
			Code: string(papi.ClassAlreadyActivated), Category: CategoryConflict, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "PAPI says that the version is active there already",
			Meaning: "The list of activations does not show it, even after several looks; where it does, that is a success.",
			Help:    "see what is active with propctl status",
			Next:    []Next{{Command: CommandStatus, Says: seeActive}},
		},
		{
			Code: string(papi.ClassNotActive), Category: CategoryConflict, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "there is nothing to deactivate",
			Meaning: "PAPI says that the version is not active there, and the list of activations still shows it.",
			Help:    "see what is active with propctl status",
			Next:    []Next{{Command: CommandStatus, Says: seeActive}},
		},
		{
			Code: string(papi.ClassCancelTooLate), Category: CategoryConflict, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "it is too late to cancel", FoundBy: "in the activation's status",
			Meaning: "An activation can be cancelled as long as it is PENDING and has not reached the network.",
			Help:    "wait for it with propctl wait, then activate the version that is wanted",
			Next:    []Next{{Command: CommandWait, Says: "wait for it, then activate the version that is wanted"}},
			Matches: []Match{{Fits: is(activation.ErrTooLate)}},
		},
	}
}
