package result

// schemaWords describes every member of the JSON output, and every object. It is the only part of the schemas
// that is written by hand: types, null and optional members follow from the Go types.
//
// Whoever adds a member to a view adds a line here: the name of the view without "View" and with a lower-case
// initial, a dot, the name of the member, a colon, and the sentence. A new view needs a line of its own,
// without a dot. A member whose value is one of a few words is listed in valuesOf, unless its Go type
// determines them. A test names missing and superfluous lines.
const schemaWords = `
header: The first line of a stream of events.
header.type: What kind of line this is.
header.schemaVersion: The version of the form of all that is printed as JSON.
header.command: The command without its arguments.
header.propctl: The version of this program.
header.time: When the command began.

event: Something that has happened, as it happens.
event.type: What has happened: submitted (PAPI has accepted it), adopted (it was on its way before), queued (another activation is waited for), changed (status or state are others than before), retrying (something is tried again), waiting (nothing to do before the next look).
event.time: When it happened.
event.property: The property that the event is of.
event.include: The include that the event is of.
event.network: The network that the command works on.
event.version: The version that is to be activated; null while it is not known.
event.activation: The activation that is followed, as last seen; with queued the one that is in the way.
event.ageSeconds: Seconds since the activation was submitted.
event.usualSeconds: Seconds that activations usually take here.
event.pauseSeconds: Seconds until the next look or try; 0 when nothing is waited for.
event.budget: What is left of the day's activations, where PAPI has said so.
event.error: Why something is tried again.
event.ahead: With queued, where in line the command is; missing where another activation is waited for.

document: The result of a command. Members that have no meaning for a command are null.
document.type: Only as the last line of ndjson: what kind of line this is.
document.schemaVersion: The version of this form. Members are added within it, never renamed and never removed.
document.command: The command without its arguments.
document.outcome: How it ended, in a word.
document.exitCode: The exit code of the command; see propctl help exit-codes.
document.property: The property that it is about; null where it is about several, or about an include.
document.version: The version that it is about.
document.network: The network that it is about; with several the last one that was touched.
document.activation: The activation that was made, followed or found, as last seen.
document.submitted: This run's request made the activation; null where that has no meaning, or where nobody knows.
document.adopted: The activation was on its way before this run.
document.blockedBy: The activation that is in the way.
document.budget: What PAPI has said last of the day's activations.
document.waitedSeconds: Seconds from the first look to the end; null where nothing was to be waited for.
document.account: Whose properties these are; null where PAPI was not asked.
document.requests: How many requests were sent.
document.error: What went wrong; null where nothing did.
document.include: The include that it is about, instead of a property.
document.results: With several networks a document for each, in the order in which they were gone through.
document.plan: Of a dry run: what would be done.
document.return: Of a rollback: what is returned to.
document.properties: What is on the networks, of each property.
document.includes: What is on the networks, of each include.
document.history: Activations, the latest first.
document.hostnames: The hostnames of a version, or of a hostname bucket.
document.hostnameChange: What became of the hostnames that were to be added or removed.
document.diff: What changes from one version to another.
document.validation: What PAPI finds in the rule tree of a version: of validate, and what a run has acknowledged with its submission.
document.usual: How long activations usually take, on each network.
document.requestLimit: What is left of the minute's requests.
document.simulator: How to reach the simulator that is served.
document.checks: What doctor has looked at, in order.
document.settings: Settings in force.
document.settingsFile: The settings file.
document.handedIn: Of rollout apply --detach, rollout status --watch, rollout stop and rollout resume, and what a runner tells of an end: how the rollout stands at the coordinator.
document.runner: Of runner: what it has done.
document.rollout: Of the commands of rollout: what would be done, or what became of it.
document.build: What this program was made of.
document.errors: Errors and what they mean.
document.script: The completion script of the shell that was named.
document.schemas: JSON Schemas of what this program prints and reads.

account: Whose properties these are. Nothing in it is secret.
account.accountId: The account, where PAPI has said it.
account.accountSwitchKey: The beginning of the account switch key; null where none is in force.
account.host: The host of the API client.
account.section: The section of the credentials file; null where the credentials are from elsewhere.
account.source: Where the credentials are from, for people.

check: Something that doctor has looked at.
check.name: What it is about; stable.
check.status: How it is: ok, warning, failed, or skipped where it could not be looked at.
check.message: What was found, for people.
check.help: What to do about it, for people; empty where nothing is to be done.

setting: A setting in force.
setting.name: The name of the flag, which is also the key in the settings file.
setting.value: Its value as text; of a secret the beginning, of a URL the host.
setting.source: What kind of place the value is from.
setting.from: The flag, the variable or the file that it is from; null for a default.
setting.commands: The commands that have it; empty where all have.

settingsFile: The settings file.
settingsFile.path: Where it is, or would be.
settingsFile.exists: It is there.
settingsFile.named: Somebody named it; one that is only looked for may be missing.

property: A property, or an include.
property.id: Its id, with its prefix.
property.name: Its name; null where it was named by its id and nothing has told.
property.contractId: The contract that it belongs to.
property.groupId: The group that it belongs to.
property.url: Its page in Control Center; null where PAPI has not told the id of the asset.

activation: An activation as PAPI tells of it.
activation.id: Its id, with its prefix where it is a number.
activation.type: ACTIVATE or DEACTIVATE, or what else PAPI says.
activation.version: The version that is activated, or deactivated; 0 for a change of a hostname bucket.
activation.network: STAGING or PRODUCTION.
activation.status: PAPI's status, such as PENDING, ACTIVE, FAILED or ABORTED; PAPI may invent others. Null as long as PAPI has not told one.
activation.fmaActivationState: The finer state while it is rolled out, such as received, lived, deployed or steady; null where PAPI sends none.
activation.submitDate: When it was submitted.
activation.updateDate: When its status was changed last.
activation.note: The note that was submitted with it.
activation.url: The page in Control Center of the version that it is of; null where PAPI has not told the id of the asset.
activation.fallback: Whether it can be undone within seconds; null where PAPI does not say.

fallback: Whether an activation can be undone within seconds.
fallback.possible: It was possible when this was printed.
fallback.version: The version that it returns to.
fallback.expires: Until when it is possible.

budget: The day's activations.
budget.limit: How many there are in a day.
budget.remaining: How many are left.
budget.reset: When all of them are there again.
budget.asOf: When PAPI has said so.

requestLimit: The minute's requests.
requestLimit.limit: How many there are in a minute.
requestLimit.remaining: How many are left.
requestLimit.next: When the next one may be sent, where none is left.

requests: How many requests were sent.
requests.total: Attempts, repeated ones too.
requests.retries: How often something was tried again.
requests.rateLimited: How often PAPI has said that it was too many.

error: What went wrong.
error.code: Stable; propctl explain CODE says what it means.
error.category: What kind of error it is.
error.message: What went wrong, for people; it has the facts of the case.
error.help: What to do about it, for people.
error.done: What was done before it, and stays done, of a command that writes several times; null where nothing was.
error.papi: What PAPI said; null where it did not speak.

papi: What PAPI said of an error, in its own words.
papi.type: The URI of the kind of problem.
papi.title: The kind of problem, for people.
papi.detail: The problem, for people.
papi.instance: What Akamai's support asks for.
papi.status: The HTTP status; 0 where PAPI did not refuse a request, but the activation failed.
papi.errors: What has to be corrected.
papi.warnings: What has to be acknowledged.
papi.errorsLeftOut: How many more errors PAPI sent; 0 but for answers of more than a MiB.
papi.warningsLeftOut: How many more warnings PAPI sent; 0 but for answers of more than a MiB.

problem: A problem in PAPI's words.
problem.type: The URI of the kind of problem.
problem.title: The kind of problem, for people.
problem.detail: The problem, for people.
problem.instance: What Akamai's support asks for.
problem.messageId: PAPI's name for the message.
problem.errorLocation: The place in the rule tree.
problem.behaviorName: The behavior in the rule tree.

plan: What a dry run has found out. Members are null where they have no meaning for the action, or could not be read.
plan.action: What would be done: none (it is active already), follow (it is on its way), wait (another activation is in the way), submit, version (a version is made and edited first).
plan.request: What would be submitted; null where nothing would.
plan.active: What is active on the network.
plan.pending: What is pending on the network.
plan.errors: How many errors the rule tree of the version has; with any PAPI refuses it.
plan.warnings: How many warnings the rule tree of the version has.
plan.validation: What PAPI finds in the rule tree, and what of it the active version does not have.
plan.diff: How the rules differ from those of the version that is active; null where none is. Its member hostnames is null: they are in the plan.
plan.hostnames: What hostnames the version has more, and less, than the active one.
plan.usualSeconds: Seconds that an activation usually takes here.
plan.fastFallback: It will be possible to return within seconds.
plan.budget: What PAPI has said last of the day's activations, to this machine.

hostnamesPlan: How hostnames would change.
hostnamesPlan.added: Hostnames that would be new.
hostnamesPlan.removed: Hostnames that would be gone.

activationRequest: What is submitted to PAPI. Members that are missing are not sent, and PAPI's defaults hold.
activationRequest.propertyVersion: The version.
activationRequest.network: The network.
activationRequest.activationType: ACTIVATE, which is the default, or DEACTIVATE.
activationRequest.note: The note.
activationRequest.notifyEmails: The addresses that PAPI notifies.
activationRequest.acknowledgeAllWarnings: All warnings are acknowledged.
activationRequest.useFastFallback: The activation before is to be undone within seconds.
activationRequest.fastPush: The metadata is pushed the fast way.
activationRequest.ignoreHttpErrors: The activation goes on past HTTP errors.
activationRequest.delayValidations: Validations are made after the submission.
activationRequest.complianceRecord: The compliance record.

complianceRecord: Why a change on production was not made by the customer.
complianceRecord.noncomplianceReason: The reason, in a word of PAPI's.
complianceRecord.otherNoncomplianceReason: The reason in words, with OTHER.
complianceRecord.customerEmail: The address of the customer.
complianceRecord.peerReviewedBy: The address of the reviewer.
complianceRecord.unitTested: The version was tested.
complianceRecord.ticketId: The id of the ticket.

return: What a rollback returns to, and how.
return.from: The version that is active before; null where none is. Where a release in progress is cancelled and nothing else done, the version of that.
return.to: The version that is returned to, or stays; 0 where none is active.
return.cancelled: A release in progress is cancelled, and nothing else done: what is active stays.
return.before: With cancelled, the version that was active before the one that stays; null where there is none.
return.fast: It is done by fast fallback, within seconds.
return.reason: Why it is fast, or why it is not, for people.
return.expires: Until when it can be fast; null where it cannot.

propertyState: What is on the networks.
propertyState.latestVersion: The latest version; null where nothing is known.
propertyState.stagingVersion: The version that is active on staging; null where none is, or nothing is known.
propertyState.productionVersion: The version that is active on production; null where none is, or nothing is known.
propertyState.differs: The networks on which something else than the latest version is active, or nothing.
propertyState.networks: What is on each network that was asked for; empty in a list.
propertyState.error: Why nothing is known; null where it is.

networkState: What is on a network.
networkState.network: The network.
networkState.active: The activation that is active; null where none is.
networkState.pending: What is on its way.
networkState.latest: What was submitted last.

history: An activation, and how long it took.
history.tookSeconds: Seconds from its submission until nothing moved any more; null where its dates do not tell.

diff: What changes from one version to another.
diff.from: The version that is compared with.
diff.to: The version that is looked at.
diff.rules: How many rules were added, removed or moved, or have a change in them.
diff.changes: What has changed in the rule tree, one part after the other.
diff.patch: A JSON Patch (RFC 6902) that makes PAPI's body of the rules of the first version, with its members ruleFormat and rules, that of the second one.
diff.hostnames: How the hostnames differ; null for an include, which has none.

diffVersion: A version that is compared.
diffVersion.version: Its number.
diffVersion.activeOn: The network that it is active on, where it was named by that; null otherwise.

hostnamesDiff: How the hostnames of two versions differ.
hostnamesDiff.added: Those that only the second version has.
hostnamesDiff.removed: Those that only the first version has.
hostnamesDiff.changed: Those that both have, with other edge hostnames or certificates.

changedHostname: A hostname that two versions serve in different ways.
changedHostname.from: In the first version.
changedHostname.to: In the second version.

change: A change in a rule tree.
change.kind: What has become of the part: added, removed, changed or moved.
change.part: What it is: rule, behavior, criterion, variable or ruleFormat.
change.path: The names of the rules that lead to it, from the default rule on; of a rule, its own name is the last.
change.name: The name of the behavior, the criterion or the variable; missing for a rule.
change.pointer: Where it is in PAPI's body of the rules, as a JSON Pointer (RFC 6901): of the second version, and of the first one for what was removed.
change.movedFrom: The path that the rule had before; missing where it has only changed places among its neighbours.
change.sensitive: It is a variable that is marked as sensitive or hidden.
change.values: What has changed in it.
change.content: What was added or removed; of a rule, the names of its criteria and behaviors and the number of rules below it.

value: A value that has changed.
value.pointer: Where it is within the part, as a JSON Pointer.
value.from: The value before; missing where there was none.
value.to: The value now; missing where there is none.

operation: An operation of a JSON Patch (RFC 6902).
operation.op: What it does: add, remove, replace or move.
operation.from: Where a move takes the value from.
operation.path: The place that it changes.
operation.value: The value that an add or a replace brings.

validation: What PAPI finds in the rule tree of a version.
validation.version: The version.
validation.network: The network whose active version decides what is new.
validation.active: The version that is active there; null where none is.
validation.newErrors: How many errors the active version does not have; all of them where nothing is active.
validation.newWarnings: How many warnings the active version does not have; all of them where nothing is active.
validation.errors: The errors, by their text; with any of them, PAPI refuses to activate the version.
validation.warnings: The warnings, by their text; an activation has to acknowledge them.

problemsOfText: What PAPI says with the same text, of one place or of several.
problemsOfText.type: The type of the first of them, as PAPI names it.
problemsOfText.text: The text.
problemsOfText.count: How many there are.
problemsOfText.new: How many of them the active version does not have.
problemsOfText.places: Where they are, as far as PAPI tells.

problemPlace: Where a problem is.
problemPlace.location: As PAPI names it: mostly a JSON Pointer into its body of the rules.
problemPlace.new: The active version does not have it.
problemPlace.place: The same in names; null where the location is not in the tree.

place: A place in a rule tree.
place.path: The names of the rules that lead to it, from the default rule on.
place.part: What is there: rule, behavior, criterion or variable.
place.name: The name of the behavior, the criterion or the variable; missing for a rule.

usual: How long activations usually take on a network.
usual.network: The network.
usual.medianSeconds: The median, in seconds; null where nothing has finished.
usual.of: How many activations it is the median of.

hostname: A hostname, and what serves it.
hostname.cnameFrom: The hostname.
hostname.cnameTo: The edge hostname.
hostname.edgeHostnameId: The id of the edge hostname, with its prefix.
hostname.certProvisioningType: How the certificate comes: DEFAULT, CPS_MANAGED, CCM, or what else PAPI says.
hostname.certStatus: How far a default certificate is, where PAPI says so.
hostname.networks: Of a hostname bucket: the networks on which it is served so.

certStatus: How far a default certificate is.
certStatus.validationCname: The DNS record that proves the domain.
certStatus.staging: The certificate on STAGING.
certStatus.production: The certificate on PRODUCTION.

validationCname: A DNS record of type CNAME.
validationCname.hostname: The name of the record.
validationCname.target: What it has to point to.

certDeployment: A certificate on a network.
certDeployment.status: PAPI's word for how far it is.

hostnameChange: What became of hostnames that were to be added or removed.
hostnameChange.base: The version that the new one is made from; null with a hostname bucket.
hostnameChange.version: The version that has them now.
hostnameChange.created: This run made the version.
hostnameChange.resumed: An earlier run had made the version.
hostnameChange.added: Hostnames that are new.
hostnameChange.removed: Hostnames that are gone.
hostnameChange.edgeHostnames: Edge hostnames that were given by their names, and that a hostname bucket knows by their ids only.
edgeHostname: An edge hostname, and the id that was found for its name.
edgeHostname.name: The name, as it was given.
edgeHostname.id: Its id.

simulator: How to reach the simulator that is served.
simulator.url: Its address.
simulator.edgerc: The credentials file to use it with.
simulator.caFile: The root certificate to use it with.

build: What this program was made of. Members are empty where that was not recorded.
build.version: Its version; dev where it was not released.
build.commit: The commit.
build.date: When the commit, or the release, was made.
build.go: The version of Go.

entry: An error, and what it means.
entry.code: Stable, as in error.
entry.category: What kind of error it is.
entry.outcome: The outcome that a command ends with.
entry.exitCode: The exit code that a command ends with.
entry.retry: What becomes of the same wish if it is tried again: never, look-first (the state at Akamai decides), at-time (not before the time that is named), back-off (after pauses that grow).
entry.message: What went wrong, without the facts of a case.
entry.meaning: What it means.
entry.help: What to do about it.
entry.found: How it is found, where no answer of PAPI's tells.
entry.recognitions: The answers of PAPI's that it is recognised by.

recognition: What an answer of PAPI's looks like. Members that are null match everything.
recognition.status: The HTTP status, or the first one of a range.
recognition.lastStatus: The last HTTP status of a range.
recognition.type: A part of its type, in any case.
recognition.inErrors: The type is that of every member of errors, and not of the answer itself.
recognition.text: A part of its text, in any case.
recognition.also: What else has to hold, in words.

schema: A JSON Schema.
schema.name: What it is called in propctl schema NAME.
schema.id: Its $id.
schema.description: What it is of.
schema.schema: The schema itself, in the dialect of 2020-12.
`
