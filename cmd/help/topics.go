package help

import "github.com/spf13/cobra"

// Help topics are commands that do nothing.

func topics() []*cobra.Command {
	return []*cobra.Command{flagsTopic(), exitCodesTopic(), environmentTopic(), outputTopic(), waitingTopic()}
}

// flagsTopic is followed by the flags.
func flagsTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "flags",
		Short: "The flags that every command has",
		Long: `These flags go with every command, and may stand before it. Each can be set in the
environment and in the settings file as well: propctl help environment.`,
	}
}

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `Exit codes:

    0  the state that was asked for holds, or is accepted with --no-wait
    1  an error that is not in this list, also a question answered with no
    2  usage or settings: nothing was sent
    3  the activation ended without becoming active: failed, cancelled, superseded
    4  credentials are missing, wrong or without the grant; or the clock is off
    5  --timeout passed; it goes on at Akamai, or was cancelled if that was asked for
    6  busy: another activation is in the way
    7  PAPI will not take this version: errors, or warnings with --warnings fail
    8  a rate limit or the daily activation budget is used up
  130  Ctrl-C, SIGTERM or a closed terminal; it goes on at Akamai`,
	}
}

func environmentTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "environment",
		Short: "Variables and the settings file",
		Long: `A flag beats the environment, the environment beats the settings file, and the
file beats the default. A variable that is empty counts as not set.

Every flag can be set as PROPCTL_<FLAG>, in capitals and with underscores for
dashes; lists have commas between their items, and durations have a unit (90s,
90 min, 1d):

  PROPCTL_NOTIFY=you@example.com,team@example.com
  PROPCTL_POLL=30s

A variable with that prefix that there is not, such as PROPCTL_DRYRUN, is a mistake
(exit code 2), but for those that --dotenv writes, which begin with PROPCTL_RESULT_.

In the settings file a flag is set by its name:

  notify: [you@example.com, team@example.com]
  poll: 30s

The settings file is $XDG_CONFIG_HOME/propctl/config.yaml, else
~/.config/propctl/config.yaml, or what --config or PROPCTL_CONFIG name. propctl
config init writes one with every setting in it, and propctl config shows what is
in force and where it came from.

These variables of other tools count too, after PROPCTL_<FLAG>:

  AKAMAI_EDGERC               --edgerc
  AKAMAI_EDGERC_SECTION       --section
  AKAMAI_EDGERC_ACCOUNT_KEY   --account-key
  SSL_CERT_FILE               --ca-file

Credentials are those of a file or section that was named; else AKAMAI_HOST,
AKAMAI_CLIENT_TOKEN, AKAMAI_CLIENT_SECRET and AKAMAI_ACCESS_TOKEN; else those in
~/.edgerc. With only a section named, AKAMAI_<SECTION>_HOST and the like stand in
for a section that the file does not have. A secret is never a flag.

Webhooks that --notify-url names are signed with PROPCTL_NOTIFY_SECRET, base64 of
24 to 64 bytes. With OTEL_EXPORTER_OTLP_ENDPOINT, and the variables that go with
it, runs send traces; TRACEPARENT says where a run belongs.

Text is in colour on a terminal. The first of these that is given counts:

  NO_COLOR, not empty         no colour
  CLICOLOR_FORCE, but not 0   colour, also where there is no terminal
  CLICOLOR=0                  no colour
  TERM=dumb                   no colour, and nothing is drawn

With CI set, nothing is drawn. Text tells times in the zone of TZ, data in UTC.
GITHUB_ACTIONS, GITLAB_CI, TF_BUILD, TEAMCITY_VERSION and JENKINS_URL name the CI
system that --ci stands for.`,
	}
}
