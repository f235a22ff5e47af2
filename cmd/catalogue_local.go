package cmd

import "github.com/propctl/propctl/activation"

// again is the hint where nothing has to be changed.
const again = "run the same command again, it looks first"

// usageEntries are about what was asked for, before anything is sent.
func usageEntries() []entry {
	return []entry{
		{
			code: codeUsage, category: invalidData, outcome: outcomeError, exitCode: ExitUsage, retry: retryNever,
			message: "the command line makes no sense", found: "propctl, before anything is sent",
			meaning: "A command, an argument or a flag is wrong, or flags do not go together. Nothing was sent.",
			help:    "--help shows what can be given",
		},
		{
			code: codeSettings, category: invalidSettings, outcome: outcomeError, exitCode: ExitUsage, retry: retryNever,
			message: "a setting is wrong", found: "propctl, before anything is sent",
			meaning: "The settings file or an environment variable has a key that there is not, or a value that its flag does not take; or a file that a setting names cannot be read. Nothing was sent.",
			help:    "this lists the settings: propctl help environment",
		},
		{
			code: codeCredentialsMissing, category: invalidSettings, outcome: outcomeError, exitCode: ExitCredentials, retry: retryNever,
			message: "there are no credentials", found: "propctl, before anything is sent",
			meaning: "Neither the environment nor a credentials file has the section that is wanted. The message names the places that were looked at.",
			help:    "create an API client in Akamai Control Center and save its .edgerc, or use --simulate",
		},
		{
			code: codeCredentialsInvalid, category: invalidSettings, outcome: outcomeError, exitCode: ExitCredentials, retry: retryNever,
			message: "the credentials cannot be used", found: "propctl, before anything is sent",
			meaning: "There are credentials, but one of host, client_token, client_secret and access_token is missing, or has a form that it cannot have.",
			help:    "compare the file with what Akamai Control Center gave out",
		},
		{
			code: codeAmbiguous, category: invalidData, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "the name fits more than one property", found: "propctl, in what a search found",
			meaning: "Several properties serve the hostname, or have the name. The message lists them.",
			help:    "name the property by its id",
		},
		{
			code: codeBucket, category: invalidData, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "a hostname bucket cannot do that", found: "in the property's type",
			meaning: "The hostnames of the property belong to a network and not to a version: a change needs a network and the ids of edge hostnames, and goes there at once. Nothing was changed.",
			help:    "propctl hostnames list shows the edge hostnames in use with their ids",
		},
		{
			code: codeDeclined, category: conflict, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "not confirmed", found: "the question on the terminal was not answered with yes",
			meaning: "Nothing was submitted.",
			help:    "--yes does not ask",
		},
		{
			code: codeOutputFile, category: internalError, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "the result cannot be written to --output-file", found: "propctl, when the command had done its work",
			meaning: "The outcome is that of the command; the exit code is 1 where it would have been 0.",
			help:    "the result stands on stdout all the same",
		},
	}
}

// activationEntries are about how an activation ended.
func activationEntries() []entry {
	return []entry{
		{
			code: codeFailed, category: remoteSystem, outcome: string(activation.OutcomeFailed), exitCode: ExitFailed, retry: retryNever,
			message: "the activation failed", found: "in the activation's status, FAILED",
			meaning: "Akamai had accepted the activation and could not bring it about. The message says why, where PAPI does.",
			help:    "the version that was active before still is; correct the version or ask Akamai's support, naming the activation",
		},
		{
			code: codeAborted, category: conflict, outcome: string(activation.OutcomeAborted), exitCode: ExitFailed, retry: retryLookFirst,
			message: "the activation was cancelled", found: "in the activation's status, ABORTED",
			meaning: "Somebody cancelled it before it had reached the network.",
			help:    "somebody cancelled it; run the command again to submit it again",
		},
		{
			code: codeSuperseded, category: conflict, outcome: string(activation.OutcomeSuperseded), exitCode: ExitFailed, retry: retryLookFirst,
			message: "the activation has lost its place", found: "in the activation's status, INACTIVE or DEACTIVATED",
			meaning: "A later activation or deactivation took its place while it was waited for.",
			help:    "another activation has taken its place; propctl status shows which",
		},
		{
			code: codeLost, category: notFound, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "PAPI does not know the activation any more", found: "404 to a look at an activation that PAPI had accepted, and a list without it",
			meaning: "For a while after a submission PAPI may not know its activation, which is waited for. This lasts too long for that.",
			help:    "propctl status shows what is there",
		},
		{
			code: codeNoActivation, category: notFound, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "there is no activation", found: "in the list of activations",
			meaning: "Nothing was ever activated on that network, so there is nothing to wait for.",
			help:    "propctl status shows both networks",
		},
		{
			code: codeNothingBefore, category: notFound, outcome: outcomeError, exitCode: ExitError, retry: retryNever,
			message: "there is no version to return to", found: "in the list of activations",
			meaning: "No other version was active on that network before the one that is.",
			help:    "name the version to return to with --to",
		},
	}
}

// endEntries are about how a command ended that did not come to its end.
func endEntries() []entry {
	return []entry{
		{
			code: codeTimedOut, category: remoteSystem, outcome: outcomeTimedOut, exitCode: ExitTimedOut, retry: retryLookFirst,
			message: "--timeout has passed", found: "propctl's clock",
			meaning: "What was submitted goes on at Akamai, unless --on-timeout cancel has cancelled it; the hint has the command that picks it up again.",
			help:    again,
		},
		{
			code: codeInterrupted, category: conflict, outcome: outcomeInterrupted, exitCode: ExitInterrupted, retry: retryLookFirst,
			message: "the command was interrupted", found: "Ctrl-C or SIGTERM",
			meaning: "What was submitted goes on at Akamai; the hint has the command that picks it up again.",
			help:    again,
		},
		{
			code: codeInternal, category: internalError, outcome: outcomeError, exitCode: ExitError, retry: retryLookFirst,
			message: "something unforeseen went wrong", found: "none of the other rows fits",
			meaning: "This program has no row for the error: that is a defect of propctl. The message is all that is known.",
			help:    "run it again with --debug",
		},
	}
}
