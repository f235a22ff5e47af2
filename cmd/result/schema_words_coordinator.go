package result

// coordinatorWords continues schemaWords with lines at a coordinator.
const coordinatorWords = `
ahead: Where in line a command, or an item of a rollout, is.
ahead.place: How many are before it.
ahead.holder: Whose turn it is; null where that cannot be seen.
ahead.error: Why the line cannot be seen; null where it can.

document.lines: Of coordinator lines: the lines in which somebody stands.
line: Who stands in line for a property or an include on a network.
line.accountId: The account.
line.id: The property or the include.
line.network: The network.
line.holders: Who stands in line; the first has the turn.
line.error: Why the line cannot be read; null where it can.
lineHolder: One who stands in line.
lineHolder.phase: What it does at the moment: waiting, looking, posting (it submits) or watching (it follows what it has submitted). Empty in events.
lineHolder.host: The name of its machine.
lineHolder.user: Its user.
lineHolder.ci: The CI system that it runs in; null for none.
lineHolder.job: The job there.
lineHolder.url: Where the job can be seen.
lineHolder.doing: What it is about.
lineHolder.since: When it began to stand in line, by the clock of its machine.
`
