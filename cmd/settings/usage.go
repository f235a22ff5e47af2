package settings

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// maxChoices is how long the choices of a flag are at most where they stand for its value.
const maxChoices = 24

// Usage returns what a flag's help says: a word for its value, empty where it takes none, and what it is for.
// The value is the choices, if they are few. Else it is the word in backquotes that the flag's usage begins with.
func Usage(f *pflag.Flag) (value, text string) {
	text = f.Usage
	if found := regexp.MustCompile("^`([^`]+)` ").FindStringSubmatch(text); found != nil {
		value, text = found[1], text[len(found[0]):]
	}
	if words, ok := f.Value.(interface{ Words() []string }); ok {
		if choices := strings.Join(words.Words(), "|"); len(choices) <= maxChoices {
			value = choices
		}
	}
	return value, text
}

// Default returns the default of a flag as its help shows it, empty where it goes without saying or where the
// usage tells it.
func Default(f *pflag.Flag) string {
	if slices.Contains([]string{"", "false", "[]", "0", "0s"}, f.DefValue) {
		return ""
	}
	if minutes, ok := strings.CutSuffix(f.DefValue, "m0s"); ok {
		return minutes + "m"
	}
	return f.DefValue
}

// FlagGroup is a title and the names of flags that belong together.
type FlagGroup struct {
	Title string
	Names []string
}

// Groups returns the flags that every command has, by what one wants. Each is in one group.
func Groups() []FlagGroup {
	return []FlagGroup{
		{"Credentials and connection", strings.Fields("edgerc section account-key contract group ca-file contact config")},
		{"Output", strings.Fields("output jq output-file quiet verbose debug report")},
		{"Pipelines", strings.Fields("ci junit dotenv metrics-file notify-url")},
		{"Coordinator", strings.Fields("coordinator coordinator-creds coordinator-lag without-coordinator")},
		{"Waiting and limits", strings.Fields("timeout request-timeout max-retries suspend-initial suspend-factor suspend-maximum")},
		{"Simulator", strings.Fields("simulate speed fault")},
	}
}
