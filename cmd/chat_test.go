package cmd_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/papi/simulator"
)

const (
	slackURL = "https://hooks.slack.com/services/T00/B00/very-secret"
	teamsURL = "https://prod-00.westus.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sig=very-secret"
)

// texts returns all strings of a JSON document that are values of one of the names.
func texts(t *testing.T, body []byte, names ...string) []string {
	t.Helper()
	var all []string
	var visit func(name string, v any)
	visit = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for n, below := range v {
				visit(n, below)
			}
		case []any:
			for _, below := range v {
				visit(name, below)
			}
		case string:
			for _, n := range names {
				if n == name {
					all = append(all, v)
				}
			}
		}
	}
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, body)
	}
	visit("", whole)
	return all
}

func TestChatsAreToldByTheirHosts(t *testing.T) {
	tests := []struct{ url, contentType, kind string }{
		{url: slackURL, kind: "section"},
		{url: "https://acme.slack.com/services/T00/B00/x", kind: "section"},
		{url: "https://HOOKS.SLACK.COM/services/T00/B00/x", kind: "section"},
		{url: teamsURL, kind: "AdaptiveCard", contentType: "application/vnd.microsoft.card.adaptive"},
		{url: "https://acme.webhook.office.com/webhookb2/x", kind: "AdaptiveCard", contentType: "application/vnd.microsoft.card.adaptive"},
		{url: "https://default.00.environment.api.powerplatform.com/powerautomate/x", kind: "AdaptiveCard", contentType: "application/vnd.microsoft.card.adaptive"},
		{url: "https://hooks.slack.com.example.com/services/x", kind: "propctl.finished"},
		{url: "https://notlogic.azure.com.example.com/x", kind: "propctl.finished"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			s, to := newReportingScene(t)
			s.set(map[string]string{"PROPCTL_NOTIFY_SECRET": webhookSecret})
			s.run("activate", "www.example.com@8", "-n", "staging,production", "--yes", notify, "--notify-url", tt.url)
			if len(to.all()) != 1 {
				t.Fatalf("%s: %d messages", tt.url, len(to.all()))
			}
			one := to.all()[0]
			if kinds := strings.Join(texts(t, one.body, "type"), " "); !strings.Contains(kinds, tt.kind) {
				t.Errorf("%s: a message of the types %s", tt.url, kinds)
			}
			if tt.kind == "propctl.finished" {
				return
			}
			if got := strings.Join(texts(t, one.body, "contentType"), " "); got != tt.contentType {
				t.Errorf("content type %q", got)
			}
			text := strings.Join(texts(t, one.body, "text"), "\n")
			for _, want := range []string{"✓ propctl activate: active", "www.example.com version 8 on STAGING: active, atv_", "www.example.com version 8 on PRODUCTION: active, atv_"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: no %q in\n%s", tt.url, want, text)
				}
			}
			if one.header.Get("webhook-signature") != "" {
				t.Error("a chat is sent a signature")
			}
		})
	}
}

// What PAPI says is text in a chat: it addresses nobody, links nowhere and is no markup.
func TestHostileTextAddressesNobodyInAChat(t *testing.T) {
	const said = "<!channel> @here @everyone <@U1> <https://evil.example.com|login> <at>all</at> ${x} {{x}} [login](https://evil.example.com) &amp; " + hostileText
	for _, to := range []string{slackURL, teamsURL} {
		synctest.Test(t, func(t *testing.T) {
			s, got := newReportingScene(t)
			body, err := json.Marshal(map[string]any{"type": "x", "title": said, "detail": said, "status": 403})
			if err != nil {
				t.Fatal(err)
			}
			s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Status: 403, Body: string(body), Times: 9})
			s.run("activate", "prp_1001@8", notify, "--notify-url", to)
			if len(got.all()) != 1 {
				t.Fatalf("%d messages", len(got.all()))
			}
			message := got.all()[0].body
			text := strings.Join(texts(t, message, "text"), "\n")
			if !strings.Contains(text, "login") || !strings.Contains(text, "Error: ") {
				t.Fatalf("the error is not told: %s", text)
			}
			banned := []string{"<at>", "</at>", "${", "{{"}
			if to == slackURL {
				banned = []string{"<", ">", "@here", "@everyone"}
			}
			for _, b := range banned {
				if strings.Contains(text, b) {
					t.Errorf("%q is in the message to %s:\n%q", b, to, text)
				}
			}
			if kinds := texts(t, message, "type"); slices.Contains(kinds, "mrkdwn") || slices.Contains(kinds, "TextBlock") {
				t.Errorf("the texts can have markup: %s", kinds)
			}
		})
	}
}
