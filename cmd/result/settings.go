package result

// SchemaView is a JSON Schema with its name.
type SchemaView struct {
	Name        string  `json:"name"`
	ID          string  `json:"id"`
	Description string  `json:"description"`
	Schema      *Schema `json:"schema"`
}

// Setting is a setting with its value. Commands lists the commands that have it; empty means every command.
type Setting struct {
	Name     string   `json:"name"`
	Value    string   `json:"value"`
	Source   Source   `json:"source"`
	From     *string  `json:"from"` // the flag, variable or file that set it
	Commands []string `json:"commands"`
}

// SettingsFile is the location of the settings file. Named reports that it was given explicitly; a file at the
// default location may be missing.
type SettingsFile struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
	Named  bool   `json:"named"`
}

// Simulator says how to reach a running simulator.
type Simulator struct {
	URL    string `json:"url"`
	Edgerc string `json:"edgerc"`
	CAFile string `json:"caFile"`
}

// Source is the kind of source that set a value.
type Source string

// The sources.
const (
	SourceFlag        Source = "flag"
	SourceEnvironment Source = "environment"
	SourceFile        Source = "file"
	SourceDefault     Source = "default"
)
