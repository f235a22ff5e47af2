package help

import "github.com/spf13/cobra"

func outputTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "output",
		Short: "What is printed where, and the JSON document",
		Long: `The result, and only the result, goes to stdout. Progress, warnings and errors go to
stderr, where --quiet leaves the errors only, --verbose adds every look and every
retry, and --debug every request.

  -o text    for people; it may change from release to release
  -o json    exactly one document, whether it went well or not
  -o ndjson  a header, a line for each event as it happens, and the document last

  propctl status www.example.com -o json
  propctl activate www.example.com --notify you@example.com -o ndjson

These members are in every document:

  schemaVersion  within one, members are added and none is renamed or removed
  command        such as activate, or hostnames add
  outcome        active, already-active, submitted, deactivated, already-inactive,
                 cancelled, already-cancelled, rolled-back, planned, ok, free, failed,
                 aborted, superseded, rejected, busy, limited, timed-out, interrupted
                 or error
  exitCode       the exit code of the command
  error          null, or code, category, message, help, and what PAPI said in papi;
                 propctl explain CODE says more

Times are RFC 3339 in UTC. With several networks, results has a document for each of
them, in order. A usage error that keeps the flags from being read prints nothing on
stdout.

--output-file PATH writes the document to a file too, whatever -o says: all of it, or
nothing. Off a terminal there is a line of progress at least every minute, so that no
CI system takes the job for dead.`,
	}
}

func waitingTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "waiting",
		Short: "When is looked, how long is waited, and how to go on",
		Long: `The first look is immediate. With --poll adaptive, which is the default, the next ones
come after 5, 15, 25 seconds and so on, until the fastest of this property's activations
on this network were over. From there on looks are made where the end is likely, 5
seconds to a minute apart, and closer to each other when PAPI shows the last stage;
past one and a half times the usual duration, less and less often. docs/waiting.md has
figures.

  --poll retry-after  looks when PAPI's Retry-After says
  --poll 30s          looks at that interval; it can be 5s or more
  --until steady      waits until nothing moves any more, and not only until it is active

Beside the status PAPI tells how far an activation is:

  received  Akamai is processing it
  lived     it is being deployed
  deployed  it is deployed, and checked for stability
  steady    nothing moves any more

While somebody else's activation is in the way it is named, and waited for with looks
that are 1, 2, 3 and up to 10 minutes apart. --if-pending fail ends with exit code 6
instead, and --no-wait ends as soon as PAPI has accepted the activation.

Without --timeout, a command waits for 30 minutes on staging, for 90 on production, and
for 3 hours when the version adds more than 10 hostnames. One that is given is for the
whole command, all networks together.

A time-out (exit code 5) and Ctrl-C (130) leave the activation alone: it goes on at
Akamai. The command that picks it up again is printed, and from any machine it is

  propctl wait www.example.com -n staging

--on-timeout cancel cancels it instead. For that the command goes on after --timeout, for
2 minutes at most, and the exit code is 5 all the same; Ctrl-C ends it at once.

Running the same command again is always safe, too: what is on its way is followed, and
not submitted again.`,
	}
}
