package delivery_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The names that install.sh and the guide rely on are made by the release.
func TestReleaseHasWhatTheInstallerLooksFor(t *testing.T) {
	t.Parallel()
	type glob struct{ Glob string }
	type archive struct {
		Formats         []string
		NameTemplate    string `yaml:"name_template"`
		WrapInDirectory bool   `yaml:"wrap_in_directory"`
	}
	var got struct {
		ProjectName string `yaml:"project_name"`
		Archives    []archive
		Checksum    struct {
			NameTemplate string `yaml:"name_template"`
			ExtraFiles   []glob `yaml:"extra_files"`
		}
		Release struct {
			ExtraFiles []glob `yaml:"extra_files"`
		}
		Images []struct{ Images, Platforms []string } `yaml:"dockers_v2"`
	}
	readYAML(t, readFile(t, inRepository(t, ".goreleaser.yaml")), &got)
	wantArchives := []archive{
		{[]string{"tar.gz"}, "{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}", true},
		{[]string{"binary"}, `akamai-{{ .ProjectName }}-{{ .Version }}-{{ if eq .Os "darwin" }}mac{{ else }}{{ .Os }}{{ end }}{{ .Arch }}`, false}, // for cli.json
	}
	if diff := cmp.Diff(wantArchives, got.Archives); diff != "" || got.ProjectName != "propctl" || got.Checksum.NameTemplate != "checksums.txt" {
		t.Errorf("archives of %s (-want +got):\n%s", got.ProjectName, diff)
	}
	installer := []glob{{"install.sh"}}
	if !slices.Equal(got.Checksum.ExtraFiles, installer) || !slices.Equal(got.Release.ExtraFiles, installer) {
		t.Error("install.sh is no file of the release, or has no checksum")
	}
	if len(got.Images) != 1 || !slices.Equal(got.Images[0].Images, []string{"ghcr.io/propctl/propctl"}) || len(got.Images[0].Platforms) != 2 {
		t.Errorf("images: %+v", got.Images)
	}
}

// The last stage of the image is what people get.
func TestImageHasTheProgramAndCertificatesAndNoRights(t *testing.T) {
	t.Parallel()
	var last []string
	for line := range strings.Lines(string(readFile(t, inRepository(t, "Dockerfile")))) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "FROM ") {
			last = nil
		}
		if line != "" && !strings.HasPrefix(line, "#") {
			last = append(last, line)
		}
	}
	want := []string{
		"FROM scratch",
		"ARG TARGETPLATFORM",
		"COPY --from=certificates /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
		"COPY $TARGETPLATFORM/propctl /usr/bin/propctl",
		"USER 65532:65532",
		`ENTRYPOINT ["/usr/bin/propctl"]`,
	}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
