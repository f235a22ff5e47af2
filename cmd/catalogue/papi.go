package catalogue

import (
	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

const noAnswer = "there was no answer"

// networkEntries are about answers that did not come or cannot be read.
func networkEntries() []Entry {
	return []Entry{
		{
			Code: string(papi.ClassNoAnswer), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "no answer came", FoundBy: noAnswer + ": the connection was refused, cut or closed",
			Meaning: "The host could not be reached, or the connection ended before the answer. A submission may have been accepted all the same, so propctl looks before it submits again.",
			Help:    "check the network and the host in the credentials, then " + Again,
			Next:    []Next{{Command: CommandSameAgain}},
		},
		{
			Code: string(papi.ClassTimeout), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "no answer came in time", FoundBy: noAnswer + " within --request-timeout",
			Meaning: "The connection is there, and the answer is not. A submission may have been accepted all the same, so propctl looks before it submits again.",
			Help:    "give requests more time with --request-timeout, or " + Again,
			Next:    []Next{{Command: CommandSameAgain}},
		},
		{
			Code: string(papi.ClassDNS), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryBackOff,
			Message: "the host's address was not found", FoundBy: noAnswer + ": DNS does not know the host, or does not answer",
			Meaning: "Nothing was sent. The host in the credentials is misspelt, or this machine's DNS does not work.",
			Help:    "check the host in the credentials and the DNS of this machine; behind a proxy, set HTTPS_PROXY",
			Next:    []Next{{Command: CommandDoctor, Adds: thenCheckWay}},
		},
		{
			Code: string(papi.ClassProxy), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryBackOff,
			Message: "the proxy does not connect to Akamai", FoundBy: noAnswer + ": the proxy cannot be reached, or refuses",
			Meaning: "Nothing was sent to Akamai. The proxy that HTTPS_PROXY names is not there, wants a password, or does not allow the host.",
			Help:    "check HTTPS_PROXY and NO_PROXY, and whether the proxy lets the host in the credentials through",
			Next:    []Next{{Command: CommandDoctor, Adds: thenCheckWay}},
		},
		{
			Code: string(papi.ClassTLS), Category: CategoryInvalidSettings, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "the server's certificate is not trusted", FoundBy: noAnswer + ": the certificate could not be verified",
			Meaning: "Nothing was sent. Most often a proxy opens the connection with a certificate of its own.",
			Help:    "name the root certificates of a proxy with --ca-file",
			Next:    []Next{{Command: CommandDoctor, Adds: thenCheckWay}},
		},
	}
}

// answerEntries are about answers that are none, and about requests that are not sent for that reason.
func answerEntries() []Entry {
	return []Entry{
		{
			Code: string(papi.ClassMalformed), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "the answer cannot be read", FoundBy: "a success whose body is cut off, too large, HTML, or without what was asked for",
			Meaning: "Something on the way has altered the answer, or PAPI has. A submission may have been accepted all the same, so propctl looks before it submits again.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
		},
		{
			Code: string(papi.ClassRedirect), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "PAPI redirects to where propctl does not follow",
			Meaning: "PAPI redirects where a property belongs to several contracts or groups. A read is followed once and on the same host only, a submission never.",
			Help:    "name the contract and the group with --contract and --group",
		},
		{
			Code: string(papi.ClassSuspended), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryAtTime,
			Message: "not sent: PAPI has failed too often in a row", FoundBy: "propctl, which sends nothing until the time in the message",
			Meaning: "A PAPI that is down is left alone for --suspend-initial, and by --suspend-factor longer after each try that fails, up to --suspend-maximum.",
			Help:    "wait until the time in the message, then " + Again,
		},
		{
			Code: string(papi.ClassServer), Category: CategoryRemoteSystemError, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryLookFirst,
			Message: "PAPI, or a gateway before it, has failed",
			Meaning: "Maintenance, trouble at Akamai, or a lock that was not released in time. A submission may have been accepted all the same, so propctl looks before it submits again.",
			Help:    Again,
			Next:    []Next{{Command: CommandSameAgain}},
		},
	}
}

// accessEntries are about who asks.
func accessEntries() []Entry {
	return []Entry{
		{
			Code: string(papi.ClassClockSkew), Category: CategoryRemoteAuthFailed, Outcome: OutcomeError, ExitCode: ExitCredentials, Retry: RetryNever,
			Message: "this machine's clock is off",
			Meaning: "Akamai refuses a signature that is more than 30 s old, or from the future. What is to be tried names the difference to PAPI's clock.",
			Help:    "set the clock of this machine; 30 s of difference are too much",
			help:    clockHelp,
			Next:    []Next{{Command: CommandDoctor, Adds: thenCheckAll}},
		},
		{
			Code: string(papi.ClassUnauthorized), Category: CategoryRemoteAuthFailed, Outcome: OutcomeError, ExitCode: ExitCredentials, Retry: RetryNever,
			Message: "PAPI does not accept the signature or the tokens",
			Meaning: "The secret or a token is wrong, belongs to another host, or was revoked.",
			Help:    "check the credentials: host, tokens and secret belong together",
			Next:    []Next{{Command: CommandDoctor, Adds: thenCheckAll}},
		},
		{
			Code: string(papi.ClassGrantMissing), Category: CategoryPermissionDenied, Outcome: OutcomeError, ExitCode: ExitCredentials, Retry: RetryNever,
			Message: "the API client may not use PAPI",
			Meaning: "The credentials are good, but they have no grant for Property Manager, or none for the account of the switch key.",
			Help:    "give the API client access to Property Manager (PAPI) with READ-WRITE",
			Next:    []Next{{Command: CommandDoctor, Adds: "see what it may do"}},
		},
		{
			Code: string(papi.ClassForbidden), Category: CategoryPermissionDenied, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "PAPI does not allow it",
			Meaning: "The API client may use PAPI, but not do this with this property.",
			Help:    "check the role of the API client in the property's group, and the account switch key",
			Next:    []Next{{Command: CommandDoctor, Adds: "see what it may do"}},
		},
	}
}

// requestEntries are about what was asked for.
func requestEntries() []Entry {
	return []Entry{
		{
			Code: string(papi.ClassVersionLocked), Category: CategoryPermissionDenied, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "the version can no longer be changed",
			Meaning: "A version that was activated once, on any network, stays as it is.",
			Help:    "make a new version",
		},
		{
			Code: string(papi.ClassNotFound), Category: CategoryNotFound, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "what was named does not exist", FoundBy: "a search without a match, or an answer without what was asked for",
			Meaning: "The id, the name or the version does not exist; or not in this contract, group or account.",
			Help:    "check the id, the version, the contract and group, and the account switch key",
			Matches: []Match{
				{Fits: Is[*NotFoundError], Instead: &Advice{Help: "check the spelling, since names are exact, and the account switch key"}},
				{
					Fits: Is[*activation.NotActiveError], Instead: &Advice{
						Help: "name the version by its number; see what is active with propctl status",
						Next: []Next{{Command: CommandStatus, Says: "name the version by its number; see what is active"}},
					},
				},
			},
		},
		{
			Code: string(papi.ClassInvalid), Category: CategoryInvalidData, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "PAPI does not understand the request",
			Meaning: "A value is not what PAPI takes. Its errors, about hostnames or the ownership of domains for instance, are shown as it wrote them.",
			Help:    "run it again with --debug, and read what PAPI says",
		},
		{
			Code: string(papi.ClassOtherRejection), Category: CategoryInvalidData, Outcome: OutcomeError, ExitCode: ExitError, Retry: RetryNever,
			Message: "PAPI refuses the request",
			Meaning: "PAPI gave a reason that this program does not know.",
			Help:    "read PAPI's reason; see the whole answer with --debug",
		},
	}
}

// limitEntries are about what is used up.
func limitEntries() []Entry {
	return []Entry{
		{
			Code: string(papi.ClassRateLimited), Category: CategoryRemoteSystemError, Outcome: OutcomeLimited, ExitCode: ExitLimited, Retry: RetryAtTime,
			Message: "too many requests", FoundBy: "propctl, where its own limit leaves no time for another request",
			Meaning: "The account has used its requests of this minute, over all API clients. propctl waits for the time that PAPI names, as long as --timeout allows.",
			Help:    "wait a minute; other clients of the account use the same limit",
			Next:    []Next{{Command: CommandBudget, Adds: "see how many requests are left"}},
			Matches: []Match{{Fits: limitedForNow}},
		},
		{
			Code: string(papi.ClassBudgetExhausted), Category: CategoryRemoteSystemError, Outcome: OutcomeLimited, ExitCode: ExitLimited, Retry: RetryAtTime,
			Message: "no activations are left today",
			Meaning: "The account has used its activations of the day. propctl does not wait for the reset.",
			Help:    "see with propctl budget when there will be activations again",
			Next:    []Next{{Command: CommandBudget, Says: "see when there will be activations again"}},
			Matches: []Match{{Fits: when(func(e *activation.LimitError) bool { return e.Daily })}},
		},
		{
			Code: string(papi.ClassResourceLimit), Category: CategoryRemoteSystemError, Outcome: OutcomeLimited, ExitCode: ExitLimited, Retry: RetryNever,
			Message: "a limit of the contract or of the property is reached", FoundBy: "propctl, in how many hostnames a property may still have",
			Meaning: "A contract or a property has as many includes, hostnames or certificates as it may have. The answer names the limit.",
			Help:    "remove what is not used, or ask Akamai for a higher limit; waiting does not help",
			Matches: []Match{{Fits: Is[*activation.HostnameLimitError], Instead: &Advice{Help: "remove hostnames, or spread them over several properties"}}},
		},
	}
}
