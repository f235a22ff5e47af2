package cmd_test

import (
	"fmt"
	"html"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// The pages of all scenes are left in this folder for the eye, where it is set.
const pagesVariable = "PROPCTL_PAGES"

func TestReportShowsWhatEachRunWasAbout(t *testing.T) {
	for _, scene := range pageScenes() {
		t.Run(scene.name, func(t *testing.T) {
			page := scene.page(t)
			if dir := os.Getenv(pagesVariable); dir != "" {
				must(t, os.WriteFile(filepath.Join(dir, strings.ReplaceAll(scene.name, " ", "-")+".html"), []byte(page), 0o600))
			}
			elements(t, page)
			for _, want := range append(scene.want, "How it was run", "exit code "+fmt.Sprint(scene.code), "propctl "+scene.args[0], "1.2.3", "2026-03-02") {
				if !strings.Contains(html.UnescapeString(page), want) {
					t.Errorf("no %q", want)
				}
			}
		})
	}
}

func TestReportDrawsWhatWasSeenWhen(t *testing.T) {
	drawn := map[string][]string{
		"success": {
			"Staging: PENDING (received) for 20s, then PENDING (lived) for 1m, then PENDING (deployed) for 21s, then ACTIVE (steady); 2 retries",
			"Production: PENDING (received) for 1m 20s, then PENDING (lived) for 2m 45s, then PENDING (deployed) for 3m 23s, then ACTIVE (steady)",
		},
		"timed-out": {"Production: waiting for atv_5038, version 3 for 10m, then trying again for 45s, then PENDING (received) for 1m 27s, then PENDING (lived) for 2m 51s, then PENDING (deployed) for 57s; 6 retries"},
		"failed":    {"Staging: PENDING (received) for 20s, then PENDING (lived) for 34s, then PENDING (deployed) for 46s, then FAILED"},
		"adopted":   {"Staging: before this run for 40s, then PENDING (received) for 1m 21s, then ACTIVE (steady)"},
		"busy":      {"Staging: waiting for atv_5033, version 3 for 45s"},
		"status":    nil,
	}
	for _, scene := range pageScenes() {
		want, ok := drawn[scene.name]
		if !ok {
			continue
		}
		var got []string
		for _, e := range elements(t, scene.page(t)) {
			if e.attributes["role"] == "img" {
				got = append(got, strings.ReplaceAll(e.attributes["aria-label"], "\u00a0", " "))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", scene.name, diff)
		}
	}
}

func TestReportIsTheSameForTheSameRun(t *testing.T) {
	scene := pageScenes()[0]
	if diff := cmp.Diff(scene.page(t), scene.page(t)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

func TestReportShowsTheRequestAndTheInstanceOfEachAnswer(t *testing.T) {
	var codes []string
	for _, e := range elements(t, pageScenes()[0].page(t)) {
		if e.name == "code" {
			codes = append(codes, e.text)
		}
	}
	all := strings.Join(codes, "\n")
	for _, want := range []string{
		"/papi/v1/search/find-by-value", "/papi/v1/properties/prp_1001/activations", "?contractId=ctr_C-SIM1&groupId=grp_10001",
		"/papi/v1/properties/prp_1001/activations/atv_5038#000000000000000a", // of a request that was tried again
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
}

func TestReportSaysThatItIsASimulation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.html")
	if r := newScene(t).run("status", "www.example.com", "--simulate", "--report", path); r.code != cmd.ExitOK {
		t.Fatalf("exit code %d: %s", r.code, r.stderr)
	}
	page, err := os.ReadFile(path)
	must(t, err)
	if !strings.Contains(string(page), "simulation: nothing of this reached Akamai") {
		t.Error("the page does not say so")
	}
}

func TestReportThatCannotBeWrittenIsFoundBeforeAnythingIsSent(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	for name, flags := range map[string][]string{
		"no such folder":        {"--report", filepath.Join(dir, "none", "run.html")},
		"a folder":              {"--report", dir},
		"a device":              {"--report", os.DevNull},
		"the file of the other": {"--report", taken, "--output-file", filepath.Join(dir, ".", "taken")},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			r := s.run(append([]string{"activate", "prp_1001", notify}, flags...)...)
			if r.code != cmd.ExitUsage || s.sim.Count(simulator.OpAny) > 0 || !strings.Contains(r.stderr, "--report") {
				t.Errorf("%s: exit code %d after %d requests: %s", name, r.code, s.sim.Count(simulator.OpAny), r.stderr)
			}
		})
	}
}

// Pairs of text and ground, as the style uses them.
func TestReportCanBeReadInLightAndInDark(t *testing.T) {
	page := pageScenes()[0].page(t)
	themes := regexp.MustCompile(`:root\{([^}]*)\}`).FindAllStringSubmatch(page, -1)
	if len(themes) != 2 {
		t.Fatalf("%d themes, want a light and a dark one", len(themes))
	}
	light := colours(themes[0][1])
	for name, theme := range map[string]map[string]string{"light": light, "dark": colours(themes[1][1])} {
		if len(theme) != len(light) {
			t.Errorf("the %s theme has %d colours, want %d", name, len(theme), len(light))
		}
		for pair := range strings.FieldsSeq("text/bg text/raised text/code muted/bg muted/raised muted/good-bg muted/wait-bg muted/bad-bg muted/look-bg " +
			"good/good-bg wait/wait-bg bad/bad-bg look/look-bg good/raised wait/raised bad/raised wait/bg bad/bg text/good-bg text/wait-bg text/bad-bg text/look-bg " +
			"on-1/p1 on-2/p2 on-3/p3 on-queue/queue on-idle/idle") {
			front, ground, _ := strings.Cut(pair, "/")
			if c := contrast(theme[front], theme[ground]); c < 4.5 {
				t.Errorf("%s: %s has a contrast of %.2f", name, pair, c)
			}
		}
	}
}

// colours reads the tokens of a theme.
func colours(declarations string) map[string]string {
	all := map[string]string{}
	for _, found := range regexp.MustCompile(`--([\w-]+):#(\w+)`).FindAllStringSubmatch(declarations, -1) {
		value := found[2]
		if len(value) == 3 {
			value = strings.Repeat(value[:1], 2) + strings.Repeat(value[1:2], 2) + strings.Repeat(value[2:], 2)
		}
		all[found[1]] = value
	}
	return all
}

// contrast is that of WCAG 2, between 1 and 21; 0 for what is no colour.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	if x < 0 || y < 0 {
		return 0
	}
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(colour string) float64 {
	var r, g, b int
	if _, err := fmt.Sscanf(colour, "%02x%02x%02x", &r, &g, &b); err != nil {
		return -1
	}
	linear := func(c int) float64 {
		if v := float64(c) / 255; v > 0.04045 {
			return math.Pow((v+0.055)/1.055, 2.4)
		}
		return float64(c) / 255 / 12.92
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// What makes HTML out of strings is in one file, so that the others cannot forget to escape.
func TestOnlyOneFileWritesMarkup(t *testing.T) {
	files, err := filepath.Glob("*.go")
	must(t, err)
	makes := regexp.MustCompile(`(?:^|[^\]\w])node\{[^}\n]|\bmarkup\([^"]`)
	for _, name := range files {
		source, err := os.ReadFile(name)
		must(t, err)
		if found := makes.Find(source); found != nil && name != "html.go" && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s has %q", name, found)
		}
	}
}

func TestPicturesOfTheReport(t *testing.T) {
	for name, width := range map[string]int{"report-light.png": 1280, "report-dark.png": 1280, "report-phone.png": 390} {
		path := filepath.Join("..", "docs", "images", name)
		f, err := os.Open(path)
		if err != nil {
			t.Error(err)
			continue
		}
		defer f.Close()
		config, err := png.DecodeConfig(f)
		must(t, err)
		info, err := f.Stat()
		must(t, err)
		if config.Width < width || config.Width > 2*width || config.Height < 400 || config.Height > 4000 || info.Size() > 200_000 {
			t.Errorf("%s is %d by %d pixels, %d bytes", path, config.Width, config.Height, info.Size())
		}
	}
}
