package ci

import (
	"strconv"
	"strings"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// fact is a name and a value that later steps of a pipeline can use. The names are part of the contract with users;
// the value is empty where the result has none.
type fact struct{ name, value string }

// factsOf returns the facts of a result, always all of them: a step that runs
// twice must not leave anything of the first time behind.
func factsOf(d *result.Document) []fact {
	about, activated, budget := d.Property, d.Activation, d.Budget
	if about == nil {
		about = d.Include
	}
	if about == nil {
		about = &result.Property{}
	}
	if activated == nil {
		activated = &result.Activation{}
	}
	if budget == nil {
		budget = &result.Budget{}
	}
	return []fact{
		{"outcome", d.Outcome},
		{"exit-code", strconv.Itoa(d.ExitCode)},
		{"property-id", string(about.ID)},
		{"property-name", result.OrEmpty(about.Name)},
		{"version", numberText(d.Version)},
		{"network", string(result.OrZero(d.Network))},
		{"activation-id", string(activated.ID)},
		{"submitted", flagText(d.Submitted)},
		{"budget-remaining", numberText(budget.Remaining)},
		{"budget-limit", numberText(budget.Limit)},
	}
}

// underscored is the name where a dash cannot be in one.
func (f fact) underscored() string { return strings.ReplaceAll(f.name, "-", "_") }

// variable is the name as that of a variable in the environment. None of them is the
// name of a setting: where one job has been must not decide where the next one goes.
func (f fact) variable() string { return "PROPCTL_RESULT_" + strings.ToUpper(f.underscored()) }

// word is the value as it means the same to everybody who may read it: shells that
// source it, and systems that replace $NAME, $(name) or %name% in it. All that ids,
// names and words have is kept; anything else becomes an underscore.
func (f fact) word() string {
	word := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, f.value)
	return word[:min(len(word), term.MaxName)]
}

func numberText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func flagText(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

// Dotenv renders the facts as the lines of a dotenv file. GitLab takes no comments,
// no quotes and no values of several lines there, and 5 KiB at most.
func Dotenv(d *result.Document, _ *journal.Run) ([]byte, error) {
	var b strings.Builder
	for _, f := range factsOf(d) {
		b.WriteString(f.variable() + "=" + f.word() + "\n")
	}
	return []byte(b.String()), nil
}
