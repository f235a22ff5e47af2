package result

// SchemaView is a JSON Schema and what it is of.
type SchemaView struct {
	Name        string  `json:"name"`
	ID          string  `json:"id"`
	Description string  `json:"description"`
	Schema      *Schema `json:"schema"`
}

// Setting is one setting and its value. Commands are those that have it; a
// setting of every command has none.
type Setting struct {
	Name     string   `json:"name"`
	Value    string   `json:"value"`
	Source   Source   `json:"source"`
	From     *string  `json:"from"` // the flag, the variable or the file
	Commands []string `json:"commands"`
}

// SettingsFile says where the settings file is. Named is whether somebody
// named it: one that is only looked for may be missing.
type SettingsFile struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
	Named  bool   `json:"named"`
}

// Simulator says how to use the simulator that is served.
type Simulator struct {
	URL    string `json:"url"`
	Edgerc string `json:"edgerc"`
	CAFile string `json:"caFile"`
}

// Source is where a setting has its value from.
type Source string

// The sources.
const (
	SourceFlag        Source = "flag"
	SourceEnvironment Source = "environment"
	SourceFile        Source = "file"
	SourceDefault     Source = "default"
)
