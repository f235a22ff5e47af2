package rollout

import "github.com/propctl/propctl/cmd/result"

// Schema is the JSON Schema of a manifest, with which editors complete and check it: a
// manifest says with a comment where it is,
//
//	# yaml-language-server: $schema=rollout.schema.json
//
// What a schema cannot say, such as that a wave's checks are there, is found by [rollout.ParseManifest].
func Schema() *result.Schema {
	s := object("A rollout: which properties get which versions, in which waves.", map[string]*result.Schema{
		"name":       matching("What its activations are marked with.", `^[A-Za-z0-9_-]{1,60}$`),
		"networks":   list("A wave is active on the first before it goes to the second; staging without it.", words("A network.", "staging", "production")),
		"notify":     list("Whom PAPI notifies.", label("An e-mail address.")),
		"note":       label("What goes with each activation; the mark follows it."),
		"properties": list("The properties in the order in which they are activated.", &result.Schema{AnyOf: []*result.Schema{label("A property by id, name or hostname, with a version: www.example.com@12, prp_1002@staging. The version is the latest without it."), selector()}}),
		"waves":      list("The waves in order; one with everything without it.", wave()),
		"checks":     {Type: "object", Description: "Checks by their names.", Additional: check()},
		"tolerate":   amount("How many of a wave may fail: a number, or a percentage of all.", `^[0-9]+(\.[0-9]+)?%$`),
		"on-failure": words("What is done when more fail than may, or a check does not hold.", "stop", "rollback-wave", "rollback"),
		"undecided":  words("What is made of a check that could not be made.", "pause", "fail", "ignore"),
		"strict":     {Type: "boolean", Description: "No more are on their way than may fail, and one."},
		"window":     window(),
		"budget":     object("The day's activations.", map[string]*result.Schema{"reserve": number("How many are left for others.", 0)}),
	}, "name", "properties")
	return s
}

func selector() *result.Schema {
	name := label("A pattern of names: * stands for any characters, ? for one.")
	return object("All properties that fit.", map[string]*result.Schema{
		"select": object("What they have to be like.", map[string]*result.Schema{
			"contract": label("A contract by its id."),
			"group":    label("A group by id or name."),
			"name":     name,
			"hostname": label("A hostname that they serve."),
		}),
		"except":  list("Those that are left out, by name, pattern or id.", label("A name, a pattern or an id.")),
		"version": {Type: []any{"integer", "string"}, Description: "A number, latest, staging or production: what is active there."},
	}, "select")
}

func wave() *result.Schema {
	return object("A wave.", map[string]*result.Schema{
		"name":    matching("What it is called.", `^[A-Za-z0-9_-]{1,60}$`),
		"take":    amount("How many properties are in it: a number, a percentage of all, or rest.", `^([0-9]+(\.[0-9]+)?%|rest)$`),
		"checks":  list("The checks that have to hold before the next wave.", label("The name of a check.")),
		"watch":   duration("How long they have to hold, from the end of its last activation."),
		"at-once": number("How many are on their way at most; 200 without it.", 1),
	})
}

func check() *result.Schema {
	return object("A check: http, or a command.", map[string]*result.Schema{
		"http":        label("An address that is asked for, with {hostname}, {property}, {id}, {network} and {version}."),
		"hostnames":   words("Whether all hostnames of a property are asked, or the first.", "all", "first"),
		"redirects":   words("Whether redirects are followed.", "refuse", "follow"),
		"expect":      expect(),
		"command":     list("A command and its arguments, run once for each property; exit code 0 is good.", label("A word, with {property}, {id}, {network} and {version}.")),
		"environment": list("Variables of propctl's own that the command gets.", label("The name of a variable.")),
		"within":      duration("How long it is tried until it holds."),
		"timeout":     duration("How long one try may take; 30s without it."),
	})
}

func expect() *result.Schema {
	return object("What the answer has to be like.", map[string]*result.Schema{
		"status": number("The status; 200 without it.", 100), //nolint:mnd // the first there is
		"header": {Type: "object", Description: "Headers and their values.", Additional: &result.Schema{Type: []any{"string", "number", "boolean"}, Description: "The value."}},
		"body":   label("What the body has to have in it."),
	})
}

func window() *result.Schema {
	const clock = `^([01][0-9]|2[0-3]):[0-5][0-9]$`
	return object("When submissions may be made.", map[string]*result.Schema{
		"days": list("The days; all without it.", words("A day.", "mon", "tue", "wed", "thu", "fri", "sat", "sun")),
		"from": matching("Its beginning.", clock),
		"to":   matching("Its end; before from it is the next day's.", clock),
		"zone": label("The zone of these times, such as Europe/Berlin; UTC without it."),
	}, "from", "to")
}

func object(description string, members map[string]*result.Schema, required ...string) *result.Schema {
	return &result.Schema{Type: "object", Description: description, Properties: members, Additional: false, Required: required}
}

func label(description string) *result.Schema {
	return &result.Schema{Type: "string", Description: description}
}

func matching(description, expression string) *result.Schema {
	return &result.Schema{Type: "string", Description: description, Pattern: expression}
}

func words(description string, all ...string) *result.Schema {
	return &result.Schema{Type: "string", Description: description, Enum: result.AnySlice(all...)}
}

func list(description string, of *result.Schema) *result.Schema {
	return &result.Schema{Type: "array", Description: description, Items: of}
}

func number(description string, least int) *result.Schema {
	return &result.Schema{Type: "integer", Description: description, Minimum: &least}
}

func amount(description, expression string) *result.Schema {
	return &result.Schema{Type: []any{"integer", "string"}, Description: description, Pattern: expression}
}

func duration(description string) *result.Schema {
	return matching(description+" Such as 90s, 10m or 1h30m.", `^[0-9]`)
}
