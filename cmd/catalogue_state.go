package cmd

import "github.com/propctl/propctl/papi"

// versionEntries are about versions that PAPI will not activate.
func versionEntries() []entry {
	return []entry{
		{
			code: string(papi.ClassWarnings), category: invalidData, outcome: outcomeRejected, exitCode: ExitRejected, retry: retryNever,
			message: "warnings were not acknowledged",
			meaning: "propctl acknowledges all warnings, so these came up in between or cannot be acknowledged. They are shown as PAPI wrote them.",
			help:    "see the warnings; correct the version where they are right",
		},
		{
			code: string(papi.ClassRejected), category: invalidData, outcome: outcomeRejected, exitCode: ExitRejected, retry: retryNever,
			message: "PAPI will not activate this version", found: "propctl with --warnings fail or new, or --require-staging, before anything is submitted",
			meaning: "The version has errors, which are shown as PAPI wrote them; or warnings that are not wanted; or it is not active on staging and has to be.",
			help:    "correct the version; the same submission will be refused again",
		},
		{
			code: string(papi.ClassNotifyEmails), category: invalidData, outcome: outcomeRejected, exitCode: ExitRejected, retry: retryNever,
			message: "PAPI does not take the addresses to notify",
			meaning: "At least one address is needed, and each of them has to be one.",
			help:    "check the addresses of --notify",
		},
		{
			code: string(papi.ClassCompliance), category: invalidData, outcome: outcomeRejected, exitCode: ExitRejected, retry: retryNever,
			message: "the compliance record is missing or incomplete",
			meaning: "Accounts of Akamai's staff and partners have to say with each activation on production who has tested and reviewed it.",
			help:    "give --compliance-reason and what belongs to it",
		},
		{
			code: string(papi.ClassCacheWipe), category: conflict, outcome: outcomeRejected, exitCode: ExitRejected, retry: retryAtTime,
			message: "a hostname has moved between accounts",
			meaning: "Activating it now could empty its cache. PAPI's text says when it will do.",
			help:    "a hostname has moved between accounts; PAPI says when it will do",
		},
		{
			code: string(papi.ClassCertificateNew), category: conflict, outcome: outcomeRejected, exitCode: ExitRejected, retry: retryBackOff,
			message: "a new certificate has not arrived everywhere",
			meaning: "PAPI does not see a third-party certificate yet that was made a moment ago, and has no other objection.",
			help:    "the certificate has not arrived everywhere; " + again,
		},
	}
}

// stateEntries are about what else is going on.
func stateEntries() []entry {
	return []entry{
		{
			code: string(papi.ClassBusy), category: conflict, outcome: outcomeBusy, exitCode: ExitBusy, retry: retryLookFirst,
			message: "another activation is in the way", found: "in the list of activations",
			meaning: "Another version is pending on that network, or somebody else's change is being made. propctl waits for it, unless --if-pending fail says otherwise or --timeout passes.",
			help:    again,
		},
		{
			code: string(papi.ClassARLConflict), category: conflict, outcome: outcomeBusy, exitCode: ExitBusy, retry: retryBackOff,
			message: "both networks were asked for in one moment",
			meaning: "Staging and production of one version were submitted together, by another client perhaps.",
			help:    "-n staging,production goes through them in order; or " + again,
		},
		{
			code: string(papi.ClassNotYet), category: conflict, outcome: outcomeBusy, exitCode: ExitBusy, retry: retryBackOff,
			message: "PAPI cannot activate the property at the moment",
			meaning: "Something at Akamai is not ready, and PAPI asks to try again.",
			help:    again,
		},
		{
			code: string(papi.ClassETag), category: conflict, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "somebody else has changed it in the meantime",
			meaning: "What was read is no longer what is there, so that writing it back would undo somebody's change.",
			help:    again,
		},
		{
			code: string(papi.ClassStillPending), category: conflict, outcome: outcomeBusy, exitCode: ExitBusy, retry: retryLookFirst,
			message: "an activation of this version is running",
			meaning: "An activation or a deactivation of this version has not ended. propctl looks, and follows it where it is what was asked for.",
			help:    again,
		},
		{
			code: string(papi.ClassAlreadyActivated), category: conflict, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "PAPI says that the version is active there already",
			meaning: "The list of activations does not show it, even after several looks; where it does, that is a success.",
			help:    "propctl status shows what is active",
		},
		{
			code: string(papi.ClassNotActive), category: conflict, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "there is nothing to deactivate",
			meaning: "PAPI says that the version is not active there, and the list of activations still shows it.",
			help:    "propctl status shows what is active",
		},
		{
			code: string(papi.ClassCancelTooLate), category: conflict, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "it is too late to cancel", found: "in the activation's status",
			meaning: "An activation can be cancelled as long as it is PENDING and has not reached the network.",
			help:    "wait for it with propctl wait, then activate the version that is wanted",
		},
	}
}
