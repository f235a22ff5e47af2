package cmd

import (
	"context"
	"fmt"
	"reflect"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	room "github.com/propctl/propctl/cmd/rollout"
	"github.com/propctl/propctl/cmd/screen"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

func (p *program) schemaCommand() *cobra.Command {
	names := []string{"document", "events", "settings", "rollout"}
	return &cobra.Command{
		Use:         "schema [document|events|settings|rollout]",
		Annotations: map[string]string{anyway: ""},
		Short:       "Print JSON Schemas of what this program prints and reads",
		Long: `Print a JSON Schema: of the document that -o json prints, of the events that
-o ndjson prints a line each, of the settings file, or of the manifest of a rollout.
Without a name they are listed; with -o json they are in the member schemas. An editor
that knows the one of a file completes and checks it.`,
		Example: `  propctl schema
  propctl schema rollout
  propctl schema document -o json`,
		ValidArgs: names,
		Args:      cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			check := cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs)
			return p.run(c, args, check, func(_ context.Context, args []string) (*result.Report, error) { return schemas(c.Root(), args), nil })
		},
	}
}

func schemas(root *cobra.Command, args []string) *result.Report {
	all := []*result.SchemaView{
		documentSchema(), eventsSchema(), asSchema("settings", "The settings file of propctl, as YAML or JSON.", settings.SchemaOf(root)),
		asSchema("rollout", "The manifest of a rollout, as YAML or JSON.", room.Schema()),
	}
	r := &result.Report{Outcome: catalogue.OutcomeOK}
	if len(args) == 0 {
		r.Text = func(w *term.Printer, _ *result.Document) {
			t := term.NewTable(w, "NAME", "ID", "WHAT IT IS OF")
			for _, s := range all {
				t.Row(s.Name, s.ID, s.Description)
			}
			t.Print()
		}
	}
	for _, s := range all {
		if len(args) > 0 && s.Name == args[0] {
			all = []*result.SchemaView{s}
			r.Text = func(w *term.Printer, _ *result.Document) { printSchema(s, w) }
		}
	}
	r.Fill = func(d *result.Document) { d.Schemas = all }
	return r
}

func printSchema(s *result.SchemaView, w *term.Printer) {
	data, err := result.EncodeJSON(s.Schema, true)
	if err != nil {
		w.Err = err
		return
	}
	_, _ = w.Write(data) // w keeps the error
}

// asSchema completes a schema. Its id names and locates nothing: there is nothing to
// fetch, since the schema is in the program.
func asSchema(name, description string, s *result.Schema) *result.SchemaView {
	s.Dialect = "https://json-schema.org/draft/2020-12/schema"
	s.ID = fmt.Sprintf("urn:propctl:schema:%s:%d", name, result.SchemaVersion)
	s.Title, s.Description = "propctl "+name, description
	return &result.SchemaView{Name: name, ID: s.ID, Description: description, Schema: s}
}

func documentSchema() *result.SchemaView {
	v := result.NewSchemas()
	s := v.Of(reflect.TypeFor[result.Document](), "")
	s.Defs = v.Defs
	return asSchema("document", "The one document that a command prints with -o json.", s)
}

func eventsSchema() *result.SchemaView {
	v := result.NewSchemas()
	last := v.Of(reflect.TypeFor[result.Document](), "")
	last.Required = []string{"type"}
	s := &result.Schema{AnyOf: []*result.Schema{v.Of(reflect.TypeFor[screen.Header](), ""), v.Of(reflect.TypeFor[result.Event](), ""), v.Of(reflect.TypeFor[result.RolloutEvent](), ""), last}}
	s.Defs = v.Defs
	return asSchema("events", "A line of what a command prints with -o ndjson.", s)
}
