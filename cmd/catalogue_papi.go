package cmd

import "github.com/propctl/propctl/papi"

const noAnswer = "there was no answer"

// networkEntries are about answers that did not come or cannot be read.
func networkEntries() []entry {
	return []entry{
		{
			code: string(papi.ClassNoAnswer), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "no answer came", found: noAnswer + ": the connection was refused, cut or closed",
			meaning: "The host could not be reached, or the connection ended before the answer. A submission may have been accepted all the same, so propctl looks before it submits again.",
			help:    "check the network and the host in the credentials; " + again,
		},
		{
			code: string(papi.ClassTimeout), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "no answer came in time", found: noAnswer + " within --request-timeout",
			meaning: "The connection is there, and the answer is not. A submission may have been accepted all the same, so propctl looks before it submits again.",
			help:    "--request-timeout gives a request more time; " + again,
		},
		{
			code: string(papi.ClassDNS), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryBackOff,
			message: "the host's address was not found", found: noAnswer + ": DNS does not know the host, or does not answer",
			meaning: "Nothing was sent. The host in the credentials is misspelt, or this machine's DNS does not work.",
			help:    "check the host in the credentials and the DNS of this machine; behind a proxy, set HTTPS_PROXY",
		},
		{
			code: string(papi.ClassProxy), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryBackOff,
			message: "the proxy does not connect to Akamai", found: noAnswer + ": the proxy cannot be reached, or refuses",
			meaning: "Nothing was sent to Akamai. The proxy that HTTPS_PROXY names is not there, wants a password, or does not allow the host.",
			help:    "check HTTPS_PROXY and NO_PROXY, and whether the proxy lets the host in the credentials through",
		},
		{
			code: string(papi.ClassTLS), category: invalidSettings, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "the server's certificate is not trusted", found: noAnswer + ": the certificate could not be verified",
			meaning: "Nothing was sent. Most often a proxy opens the connection with a certificate of its own.",
			help:    "name the root certificates of a proxy with --ca-file",
		},
		{
			code: string(papi.ClassMalformed), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "the answer cannot be read", found: "a success whose body is cut off, too large, HTML, or without what was asked for",
			meaning: "Something on the way has altered the answer, or PAPI has. A submission may have been accepted all the same, so propctl looks before it submits again.",
			help:    again,
		},
		{
			code: string(papi.ClassRedirect), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "redirected to where this is not followed",
			meaning: "PAPI redirects where a property belongs to several contracts or groups. A read is followed once and on the same host only, a submission never.",
			help:    "name the contract and the group with --contract and --group",
		},
		{
			code: string(papi.ClassSuspended), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryAtTime,
			message: "not sent: PAPI has failed too often in a row", found: "propctl, which sends nothing until the time in the message",
			meaning: "A PAPI that is down is left alone for --suspend-initial, and by --suspend-factor longer after each try that fails, up to --suspend-maximum.",
			help:    "PAPI has failed too often in a row; later, " + again,
		},
		{
			code: string(papi.ClassServer), category: remoteSystem, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "PAPI, or a gateway before it, has failed",
			meaning: "Maintenance, trouble at Akamai, or a lock that was not released in time. A submission may have been accepted all the same, so propctl looks before it submits again.",
			help:    again,
		},
	}
}

// accessEntries are about who asks.
func accessEntries() []entry {
	return []entry{
		{
			code: string(papi.ClassClockSkew), category: remoteAuthFailed, outcome: outcomeError, exitCode: ExitCredentials, retry: retryNever,
			message: "this machine's clock is off",
			meaning: "Akamai refuses a signature that is more than 30 s old, or from the future. The hint has the difference to PAPI's clock.",
			help:    "set the clock of this machine; 30 s of difference are too much",
		},
		{
			code: string(papi.ClassUnauthorized), category: remoteAuthFailed, outcome: outcomeError, exitCode: ExitCredentials, retry: retryNever,
			message: "PAPI does not accept the signature or the tokens",
			meaning: "The secret or a token is wrong, belongs to another host, or was revoked.",
			help:    "check the credentials: host, tokens and secret belong together",
		},
		{
			code: string(papi.ClassGrantMissing), category: permissionDenied, outcome: outcomeError, exitCode: ExitCredentials, retry: retryNever,
			message: "the API client may not use PAPI",
			meaning: "The credentials are good, but they have no grant for Property Manager, or none for the account of the switch key.",
			help:    "give the API client access to Property Manager (PAPI) with READ-WRITE",
		},
		{
			code: string(papi.ClassForbidden), category: permissionDenied, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "PAPI does not allow it",
			meaning: "The API client may use PAPI, but not do this with this property.",
			help:    "check the role of the API client in the property's group, and the account switch key",
		},
	}
}

// requestEntries are about what was asked for.
func requestEntries() []entry {
	return []entry{
		{
			code: string(papi.ClassVersionLocked), category: permissionDenied, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "the version can no longer be changed",
			meaning: "A version that was activated once, on any network, stays as it is.",
			help:    "make a new version",
		},
		{
			code: string(papi.ClassNotFound), category: notFound, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "there is no such thing", found: "a search without a match, or an answer without what was asked for",
			meaning: "The id, the name or the version does not exist; or not in this contract, group or account.",
			help:    "check the id, the version, the contract and group, and the account switch key",
		},
		{
			code: string(papi.ClassInvalid), category: invalidData, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "PAPI does not understand the request",
			meaning: "A value is not what PAPI takes. Its errors, about hostnames or the ownership of domains for instance, are shown as it wrote them.",
			help:    "run it again with --debug, and see what PAPI says",
		},
		{
			code: string(papi.ClassOtherRejection), category: invalidData, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "PAPI refuses the request",
			meaning: "PAPI gave a reason that this program does not know.",
			help:    "see what PAPI says",
		},
	}
}

// limitEntries are about what is used up.
func limitEntries() []entry {
	return []entry{
		{
			code: string(papi.ClassRateLimited), category: remoteSystem, outcome: outcomeLimited, exitCode: ExitLimited, retry: retryAtTime,
			message: "too many requests", found: "propctl, where its own limit leaves no time for another request",
			meaning: "The account has used its requests of this minute, over all API clients. propctl waits for the time that PAPI names, while --max-retries and --timeout last.",
			help:    "wait; other clients of the account use the same limit",
		},
		{
			code: string(papi.ClassBudgetExhausted), category: remoteSystem, outcome: outcomeLimited, exitCode: ExitLimited, retry: retryAtTime,
			message: "no activations are left today",
			meaning: "The account has used its activations of the day. propctl does not wait for the reset.",
			help:    "propctl budget shows when there will be activations again",
		},
		{
			code: string(papi.ClassResourceLimit), category: remoteSystem, outcome: outcomeLimited, exitCode: ExitLimited, retry: retryNever,
			message: "there are too many things of a kind", found: "propctl, in how many hostnames a property may still have",
			meaning: "A contract or a property has as many includes, hostnames or certificates as it may have. The answer names the limit.",
			help:    "there are too many of them; waiting does not help",
		},
	}
}
