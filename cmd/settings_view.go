package cmd

// schemaView is a JSON Schema and what it is of.
type schemaView struct {
	Name        string  `json:"name"`
	ID          string  `json:"id"`
	Description string  `json:"description"`
	Schema      *schema `json:"schema"`
}

// settingView is one setting and its value. Commands are those that have it; a
// setting of every command has none.
type settingView struct {
	Name     string   `json:"name"`
	Value    string   `json:"value"`
	Source   source   `json:"source"`
	From     *string  `json:"from"` // the flag, the variable or the file
	Commands []string `json:"commands"`
}

// settingsFileView says where the settings file is. Named is whether somebody
// named it: one that is only looked for may be missing.
type settingsFileView struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
	Named  bool   `json:"named"`
}

// simulatorView says how to use the simulator that is served.
type simulatorView struct {
	URL    string `json:"url"`
	Edgerc string `json:"edgerc"`
	CAFile string `json:"caFile"`
}

// source is where a setting has its value from.
type source string

// The sources.
const (
	sourceFlag        source = "flag"
	sourceEnvironment source = "environment"
	sourceFile        source = "file"
	sourceDefault     source = "default"
)
