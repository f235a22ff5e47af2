package notify

import (
	"net/url"
	"strings"
)

// Chats read markup in what they are sent. The texts here are sent as parts that
// have none, and what addresses a whole channel is broken up all the same.

// isSlack tells by the host whether a URL is one of Slack's.
func isSlack(to string) bool {
	host, path := hostAndPath(to)
	for _, domain := range []string{"slack.com", "slack-gov.com"} {
		if host == "hooks."+domain || strings.HasSuffix(host, "."+domain) && strings.HasPrefix(path, "/services/") {
			return true
		}
	}
	return false
}

// isTeams tells by the host whether a URL is that of a workflow, or of a connector,
// of Microsoft Teams.
func isTeams(to string) bool {
	host, _ := hostAndPath(to)
	for _, domain := range []string{".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com", ".api.powerautomate.com"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

func hostAndPath(to string) (host, path string) {
	u, err := url.Parse(to)
	if err != nil {
		return "", ""
	}
	return strings.ToLower(u.Hostname()), u.Path
}

// slackView is a message of Slack's incoming webhooks. Text is what notifications
// show, and what is there without blocks.
type slackView struct {
	Text   string       `json:"text"`
	Blocks []slackBlock `json:"blocks"`
}

type slackBlock struct {
	Type string    `json:"type"`
	Text slackText `json:"text"`
}

type slackText struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji bool   `json:"emoji"`
}

func slackMessage(s summary) slackView {
	v := slackView{Text: escapeSlack(sign(s) + " " + strings.Join(append([]string{s.headline}, s.lines...), "\n"))}
	add := func(kind, text string) {
		v.Blocks = append(v.Blocks, slackBlock{Type: kind, Text: slackText{Type: "plain_text", Text: escapeSlack(text)}})
	}
	add("section", sign(s)+" "+s.headline)
	for _, line := range s.lines {
		add("section", line)
	}
	return v
}

// sign shows at a glance whether it went well.
func sign(s summary) string {
	if s.bad {
		return "✗"
	}
	return "✓"
}

// escapeSlack makes text of what would be a link or a mention.
func escapeSlack(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@ ").Replace(text)
}

// teamsView is a message with one Adaptive Card.
type teamsView struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string    `json:"contentType"`
	ContentURL  *string   `json:"contentUrl"`
	Content     teamsCard `json:"content"`
}

type teamsCard struct {
	Schema  string       `json:"$schema"`
	Type    string       `json:"type"`
	Version string       `json:"version"`
	Body    []teamsBlock `json:"body"`
}

// teamsBlock is a RichTextBlock: unlike those of a TextBlock, its runs are no Markdown.
type teamsBlock struct {
	Type    string     `json:"type"`
	Inlines []teamsRun `json:"inlines"`
}

type teamsRun struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
	Color  string `json:"color,omitempty"`
}

func teamsMessage(s summary) teamsView {
	card := teamsCard{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4"}
	add := func(run teamsRun) {
		run.Type, run.Text = "TextRun", escapeTeams(run.Text)
		card.Body = append(card.Body, teamsBlock{Type: "RichTextBlock", Inlines: []teamsRun{run}})
	}
	color := "Good"
	if s.bad {
		color = "Attention"
	}
	add(teamsRun{Text: sign(s) + " " + s.headline, Weight: "Bolder", Color: color})
	for _, line := range s.lines {
		add(teamsRun{Text: line})
	}
	return teamsView{Type: "message", Attachments: []teamsAttachment{{ContentType: "application/vnd.microsoft.card.adaptive", Content: card}}}
}

// escapeTeams breaks up mentions, which are tags, and the expressions of card templates.
func escapeTeams(text string) string {
	return strings.NewReplacer("<at>", "< at>", "</at>", "< /at>", "${", "$ {", "{{", "{ {").Replace(text)
}
