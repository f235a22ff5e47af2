package result

// rolloutWords continues schemaWords with rollouts.
const rolloutWords = `
rollout: A rollout: many properties, in waves.
rollout.name: The name that the manifest gives it.
rollout.mark: Its name and the digest of its plan, as they stand in the notes of its activations.
rollout.state: How far it is; the outcome, and of rollout status also open or running.
rollout.networks: The networks in the order in which each wave goes through them.
rollout.waves: Its waves, in order.
rollout.totals: All items by what became of them.
rollout.budget: What it needs, or still needs, of the day's activations.
rollout.requests: How many requests it takes.
rollout.warnings: What to think of, for people.
rollout.options: Flags that leave out something of the manifest.
rollout.next: The command that goes on; null where nothing is left or error.help has it.
rollout.plan: Of rollout plan: the pinned plan. With it, this document is what rollout apply, status and rollback take as PLAN.

handedIn: A rollout that was handed in at a coordinator.
handedIn.name: Its name.
handedIn.mark: Its name and the digest of its plan.
handedIn.accountId: The account.
handedIn.section: The section of the credentials file of whoever has handed it in.
handedIn.state: What is to become of it: running, stopped or ended.
handedIn.by: Who has handed it in.
handedIn.at: When, by the clock of that machine.
handedIn.lead: The runner that leads it; null where none does.
handedIn.wave: The wave that it is at, as its lead has told last.
handedIn.network: The network that it is at.
handedIn.totals: The items of that wave there, and of all waves when it has ended, by what became of them.
handedIn.outcome: How it has ended; null where it has not.
handedIn.error: Why it has not ended well; null where it has.
handedIn.ended: When it has ended, by the clock of its lead.
party: A process with a part in a rollout that was handed in.
party.host: The name of its machine.
party.user: Its user.
party.ci: The CI system that it runs in; null for none.
party.job: The job there.
party.url: Where the job can be seen.
runner: What a runner has done.
runner.accounts: The accounts that it has worked for.
runner.submitted: How many items it has submitted for those who lead.
runner.found: How many were there or on their way when it looked.
runner.left: How many it has left to those who lead.
runner.rollouts: The rollouts that it has led to their ends.
runnerLed: A rollout that a runner has led to its end.
runnerLed.name: Its name.
runnerLed.mark: Its name and the digest of its plan.
runnerLed.accountId: The account.
runnerLed.outcome: How it has ended.
runnerLed.error: Why it has not ended well; null where it has.

rolloutWave: A wave of a rollout.
rolloutWave.name: Its name.
rolloutWave.outcome: How far it is: open, running, checking, done, failed or rolled-back.
rolloutWave.atOnce: How many items may be on their way at once.
rolloutWave.watchSeconds: How long its checks have to hold.
rolloutWave.checkNames: The names of its checks.
rolloutWave.totals: Its items by what became of them.
rolloutWave.items: Its items, a property on a network each.
rolloutWave.itemsLeftOut: How many more there are, where a message has no room for all of them.
rolloutWave.checks: What the last round of checks has found.
rolloutWave.estimates: Of rollout plan: about how long it takes with few, as many as planned, and all at once.

rolloutItem: A property on a network.
rolloutItem.property: The property.
rolloutItem.network: The network.
rolloutItem.version: The version that it is to have.
rolloutItem.before: The version that was active there when the plan was made; null where none was.
rolloutItem.current: The version that is active there, where its own list was read.
rolloutItem.outcome: How it is: waiting, blocked (another activation is in the way, or others are before it in line), underway, active, failed, rejected, superseded, skipped, overdue, uncertain, returning, rolled-back, return-failed, not-returnable, drifted; of rollout status also not-active and unknown.
rolloutItem.submitted: This run's request made the activation.
rolloutItem.adopted: The activation was on its way before this run.
rolloutItem.fast: It was returned by fast fallback.
rolloutItem.activation: The activation that this is about, as last seen.
rolloutItem.blockedBy: The activation that is in the way.
rolloutItem.ahead: Where in line the item is, with a coordinator; missing where it waits in none.
rolloutItem.error: Why it failed; null where it did not.

rolloutCheck: What came of a check.
rolloutCheck.check: The name of the check.
rolloutCheck.property: The name of the property.
rolloutCheck.network: The network.
rolloutCheck.outcome: Whether it holds: held, failed, or undecided where it could not be made.
rolloutCheck.detail: What was found, for people.

rolloutTotals: Items by what became of them.
rolloutTotals.items: All of them.
rolloutTotals.active: Those that are active.
rolloutTotals.underway: Those on their way, also back.
rolloutTotals.waiting: Those that were not submitted yet.
rolloutTotals.blocked: Those that wait for another activation to end.
rolloutTotals.failed: Those that failed, were rejected, or have lost their place.
rolloutTotals.rolledBack: Those that were returned.
rolloutTotals.skipped: Those that were left out.
rolloutTotals.unknown: Of rollout status: those of which the lists do not tell.

rolloutBudget: What a rollout needs of the day's activations.
rolloutBudget.activations: How many it has left to submit.
rolloutBudget.returns: How many more it may take to go back.
rolloutBudget.reserve: How many the manifest leaves for others.
rolloutBudget.remaining: How many are left, as PAPI told this machine last; null where it has not.
rolloutBudget.reset: When there are all of them again.

rolloutRequests: How many requests a rollout takes.
rolloutRequests.expected: About how many; null where it is over.
rolloutRequests.sent: How many were sent.

rolloutEstimate: About how long a wave takes on a network.
rolloutEstimate.network: The network.
rolloutEstimate.atOnce: With so many on their way at once.
rolloutEstimate.chosen: That is how many the plan has at once.
rolloutEstimate.tookSeconds: How long it takes, without its watch.
rolloutEstimate.fallbackUsedSeconds: How much of the hour in which its first items can be returned fast is over by then.

rolloutEvent: Something that has happened in a rollout, as it happens.
rolloutEvent.type: What has happened: wave-started, item (its outcome is another one), check (was made), wave-ended, returning (the way back begins), held (the day's activations are used up, and the next ones are waited for).
rolloutEvent.time: When it happened.
rolloutEvent.wave: The name of the wave.
rolloutEvent.number: The number of the wave, from 1.
rolloutEvent.waves: How many waves there are.
rolloutEvent.network: The network.
rolloutEvent.totals: The items of the wave on this network; null where the event is about one item.
rolloutEvent.item: The item; null where it is about none.
rolloutEvent.check: The check; null where it is about none.
rolloutEvent.waitedSeconds: Seconds since the run began.
rolloutEvent.requests: Requests that were sent by then.
rolloutEvent.error: Why it ended so.
`
