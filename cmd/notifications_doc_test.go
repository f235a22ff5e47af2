package cmd_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// What the page shows was really sent. With -update it is written into the page.
func TestNotificationsPageShowsWhatIsSent(t *testing.T) {
	page, err := os.ReadFile(notificationsPage)
	if err != nil {
		t.Fatal(err)
	}
	have := strings.ReplaceAll(string(page), "\r\n", "\n")
	want := have
	for name, text := range shownOnThePage(t) {
		block := regexp.MustCompile("(?s)(<!-- shown: " + name + " -->\n```\\w+\n).*?(```\n)")
		if !block.MatchString(want) {
			t.Fatalf("the page has no place for %s", name)
		}
		want = block.ReplaceAllStringFunc(want, func(old string) string {
			parts := block.FindStringSubmatch(old)
			return parts[1] + text + parts[2]
		})
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(notificationsPage, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s is not as it would be written (-want +got); go test ./cmd -run TestNotificationsPage -update writes it\n%s", notificationsPage, diff)
	}
}

func shownOnThePage(t *testing.T) map[string]string {
	t.Helper()
	shown := map[string]string{}
	synctest.Test(t, func(t *testing.T) {
		s, to := newTracedScene(t)
		path := filepath.Join(s.env["HOME"], "propctl.prom")
		s.run("activate", "failing.example.com", notify, "--metrics-file", path, "--notify-url", webhookURL+","+slackURL)
		metrics, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		shown["metrics"] = string(metrics)
		for _, one := range to.all() {
			switch one.url.Hostname() {
			case "hooks.example.com":
				var indented bytes.Buffer
				if err := json.Indent(&indented, one.body, "", "  "); err != nil {
					t.Fatal(err)
				}
				shown["webhook"] = indented.String()
			case "hooks.slack.com":
				var message struct{ Text string }
				if err := json.Unmarshal(one.body, &message); err != nil {
					t.Fatal(err)
				}
				shown["chat"] = message.Text + "\n"
			default:
				shown["trace"] = tree(t, readTrace(t, one.body))
			}
		}
	})
	return shown
}

// tree shows the spans of a trace below each other.
func tree(t *testing.T, tr trace) string {
	t.Helper()
	var b strings.Builder
	var show func(parent, indent string)
	show = func(parent, indent string) {
		for _, s := range tr.spans {
			if s.ParentSpanID != parent {
				continue
			}
			begun, ended := s.times(t)
			of := attributesOf(s.Attributes)
			b.WriteString(strings.TrimRight(indent+s.Name+"  "+ended.Sub(begun).String()+"  "+of["http.response.status_code"]+of["propctl.outcome"]+of["propctl.network"], " ") + "\n")
			for _, ev := range s.Events {
				b.WriteString(indent + "  * " + ev.Name + " " + attributesOf(ev.Attributes)["propctl.activation.status"] + "\n")
			}
			show(s.SpanID, indent+"  ")
		}
	}
	show("", "")
	return b.String()
}
