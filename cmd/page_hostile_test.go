package cmd_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/papi/simulator"
)

// hostileMarkup leaves the place where it stands in HTML, unless it is made a text.
const hostileMarkup = `</title></style></script><script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='x <!-- ]]> &lt; &#x202e; {{.}} ` + hostileText

// element is one of a page, with the text directly in it.
type element struct {
	name, text string
	attributes map[string]string
}

// elements reads a page, which has to be well formed and to have in it nothing that
// runs, and nothing that asks for anything from elsewhere.
func elements(t *testing.T, page string) []*element {
	t.Helper()
	var all, open []*element
	decoder := xml.NewDecoder(strings.NewReader(page))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			all, open = append(all, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(token)
			}
		case xml.Comment, xml.ProcInst:
			t.Errorf("the page has %q", token)
		}
	}
	checkElements(t, all)
	return all
}

func checkElements(t *testing.T, all []*element) {
	t.Helper()
	known := strings.Fields("html head meta title style body header footer main section article h1 h2 h3 p span b code pre div dl dt dd ul ol li " +
		"table thead tbody tr th td details summary time svg circle path rect line text")
	attributes := strings.Fields("lang charset http-equiv content name class role aria-label aria-hidden tabindex scope data-label datetime open " +
		"viewBox cx cy r d x y x1 x2 y1 y2 rx width height text-anchor")
	policy := false
	for _, e := range all {
		if !slices.Contains(known, e.name) {
			t.Errorf("the page has an element <%s>", e.name)
		}
		for name, value := range e.attributes {
			if !slices.Contains(attributes, name) {
				t.Errorf("<%s> has an attribute %s=%q", e.name, name, value)
			}
		}
		policy = policy || e.attributes["http-equiv"] == "Content-Security-Policy" && e.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'"
		if e.name == "style" && (strings.Contains(e.text, "url(") || strings.Contains(e.text, "@import")) {
			t.Error("the style asks for something from elsewhere")
		}
	}
	if !policy {
		t.Error("the page has no policy")
	}
}

// misnaming answers requests with hostile names in the places of others.
type misnaming struct {
	sim  *simulator.Simulator
	text string
}

// RoundTrip implements http.RoundTripper.
func (r misnaming) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.sim.Transport().RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	quoted, err := json.Marshal(r.text)
	if err != nil {
		return nil, err
	}
	for _, member := range []string{"note", "fmaActivationState", "detail", "title", "instance", "errorLocation", "type", "propertyName"} {
		body = replaceMember(body, member, quoted)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// replaceMember puts another text into each member of a name.
func replaceMember(body []byte, name string, quoted []byte) []byte {
	var b bytes.Buffer
	mark := []byte(`"` + name + `":"`)
	for {
		before, rest, found := bytes.Cut(body, mark)
		b.Write(before)
		if !found {
			return b.Bytes()
		}
		b.Write(mark[:len(mark)-1])
		b.Write(quoted)
		_, body, _ = bytes.Cut(rest, []byte(`"`))
	}
}

// hostileRuns are command lines whose pages have in them what somebody else wrote.
func hostileRuns() map[string][]string {
	return map[string][]string{
		"activated": {"activate", "prp_1001@8", notify, "--timeout", "20m"},
		"rejected":  {"activate", "prp_1004@2", notify},
		"failed":    {"activate", "prp_1007@3", notify, "--timeout", "20m"},
		"queued":    {"activate", "prp_1006@1", notify, "--timeout", "40s"},
		"planned":   {"activate", "prp_1001@8", notify, "--dry-run"},
		"status":    {"status", "prp_1001", "prp_1006"},
		"history":   {"history", "prp_1001"},
		"hostnames": {"hostnames", "list", "prp_1001"},
	}
}

// mostOfPage is the most that a page may have, in bytes.
const mostOfPage = 1 << 20

func TestReportTakesWhatPAPISaysForText(t *testing.T) {
	texts := []string{hostileMarkup, strings.Repeat(`<b>&"'`, 1_000), strings.Repeat("\u202e", 3_000)}
	for i, name := range slices.Sorted(maps.Keys(hostileRuns())) {
		args := hostileRuns()[name]
		for _, text := range inTurn(texts, i) {
			t.Run(name, func(t *testing.T) {
				page := hostilePage(t, text, args)
				elements(t, page)
				if what := harm(page); what != "" {
					t.Errorf("%s in the page", what)
				}
				if len(page) > mostOfPage {
					t.Errorf("the page has %d bytes", len(page))
				}
			})
		}
	}
}

func hostilePage(t *testing.T, text string, args []string) (page string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.transport = misnaming{s.sim, text}
		path := filepath.Join(t.TempDir(), "run.html")
		s.run(append(args, "--report", path, "-o", "json")...)
		data, err := os.ReadFile(path)
		must(t, err)
		page = string(data)
	})
	return page
}

// What somebody types is text, too.
func TestReportTakesTheCommandLineForText(t *testing.T) {
	hostile := `</code></pre><script>alert(1)</script>"'<!--`
	page := hostilePage(t, "x", []string{"activate", "prp_1001@8", notify, "--note", hostile, "--ticket", hostile})
	found := false
	for _, e := range elements(t, page) {
		found = found || e.name == "code" && strings.Contains(e.text, "<script>alert(1)</script>")
	}
	if !found {
		t.Error("the command line is not shown")
	}
}

// pageOf returns the page that a command line has made; empty for none.
func pageOf(args []string) string {
	i := slices.Index(args, "--report")
	if i < 0 || i+1 == len(args) {
		return ""
	}
	page, err := os.ReadFile(args[i+1])
	if err != nil {
		return ""
	}
	return string(page)
}

func TestReportHasNoSecrets(t *testing.T) {
	for operation, args := range meeting() {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
			s.transport = echo{s.sim, operation}
			line := append(slices.Clone(args), "--report", filepath.Join(t.TempDir(), "run.html"), "--timeout", "10m", "--account-key", accountKey)
			s.run(line...) // which looks for secrets in the page, too
			if page := pageOf(line); !strings.Contains(page, "$AKAMAI_EDGERC_ACCOUNT_KEY") {
				t.Errorf("the command line is not in the page of %q", args)
			}
		})
	}
}

func TestReportOfALongRunIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Looks(1 << 30) })
		path := filepath.Join(t.TempDir(), "run.html")
		s.sim.Inject(simulator.Fault{Operation: simulator.OpPoll, Status: 500, Times: 300, Body: strings.Repeat("<", 5000)})
		s.run("activate", "prp_1001@8", notify, "--timeout", "9h", "--poll", "5s", "--report", path, "-q")
		page, err := os.ReadFile(path)
		must(t, err)
		elements(t, string(page))
		if len(page) > mostOfPage || !strings.Contains(string(page), "more</p>") {
			t.Errorf("the page has %d bytes", len(page))
		}
	})
}
