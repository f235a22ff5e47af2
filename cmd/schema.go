package cmd

import (
	"context"
	"fmt"
	"reflect"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

func (p *program) schemaCommand() *cobra.Command {
	names := []string{"document", "events", "settings"}
	return &cobra.Command{
		Use:         "schema [document|events|settings]",
		Annotations: map[string]string{anyway: ""},
		Short:       "Print JSON Schemas of what this program prints and reads",
		Long: `Print a JSON Schema: of the document that -o json prints, of the events that
-o ndjson prints a line each, or of the settings file. Without a name they are
listed; with -o json they are in the member schemas. An editor that knows the one of
the settings file completes and checks it.`,
		Example: `  propctl schema
  propctl schema settings
  propctl schema document -o json`,
		ValidArgs: names,
		Args:      cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			check := cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs)
			return p.run(c, args, check, func(_ context.Context, args []string) (*report, error) { return schemas(c.Root(), args), nil })
		},
	}
}

func schemas(root *cobra.Command, args []string) *report {
	all := []*schemaView{documentSchema(), eventsSchema(), asSchema("settings", "The settings file of propctl, as YAML or JSON.", settingsSchema(root))}
	r := &report{outcome: catalogue.OutcomeOK}
	if len(args) == 0 {
		r.text = func(w *term.Printer) {
			t := term.NewTable(w, "NAME", "ID", "WHAT IT IS OF")
			for _, s := range all {
				t.Row(s.Name, s.ID, s.Description)
			}
			t.Print()
		}
	}
	for _, s := range all {
		if len(args) > 0 && s.Name == args[0] {
			all = []*schemaView{s}
			r.text = func(w *term.Printer) { printSchema(s, w) }
		}
	}
	r.fill = func(d *document) { d.Schemas = all }
	return r
}

func printSchema(s *schemaView, w *term.Printer) {
	data, err := encodeJSON(s.Schema, true)
	if err != nil {
		w.Err = err
		return
	}
	_, _ = w.Write(data) // w keeps the error
}

// asSchema completes a schema. Its id names and locates nothing: there is nothing to
// fetch, since the schema is in the program.
func asSchema(name, description string, s *schema) *schemaView {
	s.Dialect = "https://json-schema.org/draft/2020-12/schema"
	s.ID = fmt.Sprintf("urn:propctl:schema:%s:%d", name, schemaVersion)
	s.Title, s.Description = "propctl "+name, description
	return &schemaView{Name: name, ID: s.ID, Description: description, Schema: s}
}

func documentSchema() *schemaView {
	v := newViews()
	s := v.of(reflect.TypeFor[document](), "")
	s.Defs = v.defs
	return asSchema("document", "The one document that a command prints with -o json.", s)
}

func eventsSchema() *schemaView {
	v := newViews()
	result := v.of(reflect.TypeFor[document](), "")
	result.Required = []string{"type"}
	s := &schema{AnyOf: []*schema{v.of(reflect.TypeFor[headerView](), ""), v.of(reflect.TypeFor[eventView](), ""), result}}
	s.Defs = v.defs
	return asSchema("events", "A line of what a command prints with -o ndjson.", s)
}
