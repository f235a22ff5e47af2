package text

import (
	"strings"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// List prints the active versions, one property a line.
func List(w *term.Printer, d *result.Document) {
	about, states := statesOf(d)
	if len(states) == 0 {
		return
	}
	t := term.NewTable(w, about.Operand(), "ID", "LATEST", "STAGING", "PRODUCTION", "DIFFERS").
		Shorten(about.Operand(), 2*term.MinColumn).Omit("ID")
	t.ColumnTone("DIFFERS", func(string) term.Tone { return term.Doubtful })
	t.ColumnLink(about.Operand(), func(row int) string { return result.OrEmpty(states[row].URL) })
	for _, s := range states {
		var differs []string
		for _, n := range s.Differs {
			differs = append(differs, result.NetworkName(n))
		}
		t.Row(s.Text(), term.Clean(string(s.ID), term.MaxName), versionOrNone(s.LatestVersion), versionOrNone(s.StagingVersion),
			versionOrNone(s.ProductionVersion), strings.Join(differs, ", "))
	}
	t.Print()
}

func versionOrNone(version *int) string {
	if version == nil {
		return "-"
	}
	return term.VersionText(*version)
}

// statesOf returns the properties or includes of a document.
func statesOf(d *result.Document) (result.AssetKind, []*result.PropertyState) {
	if d.Properties != nil {
		return result.Properties, d.Properties
	}
	return result.Includes, d.Includes
}
