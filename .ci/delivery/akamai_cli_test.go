package delivery_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Akamai's command line builds the package or downloads a binary; either has to be
// there under the name that it looks for.
func TestThePackageForTheAkamaiCLINamesWhatIsReleased(t *testing.T) {
	data, err := os.ReadFile(inRepository(t, "cli.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Requirements struct{ Go string }
		Commands     []struct{ Name, Version, Description, Bin, LDFlags string }
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Commands) != 1 { // several would each be built from a folder of their own
		t.Fatalf("%d commands", len(manifest.Commands))
	}
	c := manifest.Commands[0]
	if c.Name != "propctl" || c.Version == "" || c.Description == "" || c.LDFlags != "-X main.version=%s" {
		t.Errorf("command %+v", c)
	}
	module, err := os.ReadFile(inRepository(t, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(module), "\ngo "+manifest.Requirements.Go+"\n") {
		t.Errorf("it wants Go %s, and go.mod another version", manifest.Requirements.Go)
	}
	release, err := os.ReadFile(inRepository(t, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(release), "\n  - id: akamai-cli\n")
	_, name, _ := strings.Cut(section, "name_template: '")
	name, _, _ = strings.Cut(name, "'")
	for system, called := range map[string]string{"linux": "linux", "darwin": "mac", "windows": "windows"} {
		suffix := ""
		if system == "windows" {
			suffix = ".exe" // which the release adds by itself
		}
		released := strings.NewReplacer(
			`{{ if eq .Os "darwin" }}mac{{ else }}{{ .Os }}{{ end }}`, called,
			"{{ .ProjectName }}", "propctl", "{{ .Version }}", c.Version, "{{ .Arch }}", "arm64",
		).Replace(name) + suffix
		wanted := strings.NewReplacer(
			"{{.Version}}", c.Version, "{{.Name}}", c.Name, "{{.OS}}", called, "{{.Arch}}", "arm64", "{{.BinSuffix}}", suffix,
		).Replace(c.Bin)
		if url := "https://github.com/propctl/propctl/releases/download/v" + c.Version + "/" + released; url != wanted {
			t.Errorf("on %s %s is wanted, and %s is released", system, wanted, url)
		}
	}
}
