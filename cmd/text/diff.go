package text

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi/rulediff"
)

// diffTitle names the versions that are compared.
func diffTitle(d *result.Document) string {
	side := func(v *result.DiffVersion) string {
		text := term.VersionText(v.Version)
		if v.ActiveOn != nil {
			text += " (active on " + string(*v.ActiveOn) + ")"
		}
		return text
	}
	return term.Clean(d.Name(), term.MaxName) + " version " + side(d.Diff.From) + " → " + side(d.Diff.To) + ": " + d.Diff.Summary()
}

// Diff prints the difference between two versions.
func Diff(w *term.Printer, d *result.Document) {
	w.Line("%s", diffTitle(d))
	for _, line := range DiffLines(d.Diff) {
		w.Line("%s", w.Terminal.Paint(line.Tone, line.Text))
	}
}

// DiffMarkdown prints it for a merge request. Each line begins with a sign, so none can close the code fence.
func DiffMarkdown(w *term.Printer, d *result.Document) {
	title := strings.NewReplacer("`", "", "<", "&lt;", "[", "\\[", "*", "\\*", "_", "\\_", "|", "\\|").Replace(diffTitle(d))
	w.Line("**%s**", title)
	lines := DiffLines(d.Diff)
	if len(lines) == 0 {
		return
	}
	w.Line("")
	w.Line("```diff")
	for _, line := range lines {
		w.Line("%s", line.Text)
	}
	w.Line("```")
}

// DiffLine is a line of a diff. Its first character gives the kind of change, which colour only repeats.
type DiffLine struct {
	Text string
	Tone term.Tone
}

// signs returns the first character of a line, and its tone.
func signs(k rulediff.Kind) (sign string, tone term.Tone) {
	switch k {
	case rulediff.Added:
		return "+", term.Good
	case rulediff.Removed:
		return "-", term.Bad
	case rulediff.Moved:
		return ">", term.Doubtful
	case rulediff.Changed:
	}
	return "~", term.Doubtful
}

// diffWriter collects the lines of a diff.
type diffWriter struct {
	lines []DiffLine
	under []string // the path of the rule whose changes are being written
}

func (w *diffWriter) add(k rulediff.Kind, indent, text string) {
	sign, tone := signs(k)
	w.lines = append(w.lines, DiffLine{sign + " " + indent + text, tone})
}

// DiffLines formats a diff rule by rule. It omits values that look like secrets.
func DiffLines(d *result.Diff) []DiffLine {
	w := &diffWriter{}
	for _, c := range d.Changes {
		switch {
		case c.Part == rulediff.Format:
			for _, v := range c.Values {
				w.add(rulediff.Changed, "", "rule format: "+valueText(v.From)+" → "+valueText(v.To))
			}
		case c.Part == rulediff.Rule && c.Kind != rulediff.Changed:
			w.rule(c)
		default:
			w.part(c)
		}
	}
	if h := d.Hostnames; h != nil {
		for _, one := range h.Added {
			w.add(rulediff.Added, "", "hostname "+hostnameText(one))
		}
		for _, one := range h.Removed {
			w.add(rulediff.Removed, "", "hostname "+hostnameText(one))
		}
		for _, one := range h.Changed {
			w.add(rulediff.Changed, "", "hostname "+hostnameText(one.From)+" → "+edgeText(one.To))
		}
	}
	return w.lines
}

// rule formats a rule that was added, removed or moved as a whole.
func (w *diffWriter) rule(c rulediff.Change) {
	text := "rule " + pathText(c.Path)
	switch {
	case c.MovedFrom != nil:
		text += ", which was " + pathText(c.MovedFrom)
	case c.Kind == rulediff.Moved:
		text += ", in another place among its neighbours"
	}
	w.add(c.Kind, "", text)
	w.under = nil
	if c.Kind == rulediff.Moved {
		return
	}
	var made struct {
		Criteria, Behaviors []string
		Rules               int
	}
	if err := json.Unmarshal(c.Content, &made); err != nil {
		return
	}
	if len(made.Criteria) > 0 {
		w.add(c.Kind, "    ", "criteria: "+term.Clean(strings.Join(made.Criteria, ", "), term.MaxName))
	}
	if len(made.Behaviors) > 0 {
		w.add(c.Kind, "    ", "behaviors: "+term.Clean(strings.Join(made.Behaviors, ", "), term.MaxName))
	}
	if made.Rules > 0 {
		w.add(c.Kind, "    ", "with "+term.Plural(made.Rules, "rule")+" below it")
	}
}

// part formats a change within a rule, below a line for that rule.
func (w *diffWriter) part(c rulediff.Change) {
	values := c.Values
	if w.under == nil || !slices.Equal(w.under, c.Path) {
		w.under = c.Path
		text := "rule " + pathText(c.Path)
		if i := slices.IndexFunc(values, func(v rulediff.Value) bool { return c.Part == rulediff.Rule && v.Pointer == "/name" }); i >= 0 {
			text += ", which was named " + valueText(values[i].From)
			values = slices.Delete(slices.Clone(values), i, i+1)
		}
		w.add(rulediff.Changed, "", text)
	}
	indent := "    "
	secret := c.Sensitive || c.Part == rulediff.Variable && isSecretName(c.Name)
	if c.Part != rulediff.Rule {
		text := string(c.Part) + " " + term.Clean(c.Name, term.MaxName)
		switch {
		case c.Content == nil:
		case c.Sensitive:
			text += " (sensitive)"
		case secret:
			text += " (not shown)"
		default:
			text += contentText(c.Content)
		}
		if c.Kind == rulediff.Moved {
			text += ", in another place"
		}
		w.add(c.Kind, indent, text)
		indent += "    "
	}
	header := isOfSecretHeader(c)
	for _, v := range values {
		kind := rulediff.Changed
		if v.From == nil {
			kind = rulediff.Added
		} else if v.To == nil {
			kind = rulediff.Removed
		}
		w.add(kind, indent, strings.TrimPrefix(strings.TrimPrefix(term.Clean(v.Pointer, term.MaxName), "/options"), "/")+": "+changeText(v, secret || header && isValueName(v.Pointer)))
	}
}

// changeText formats a value before and after.
func changeText(v rulediff.Value, secret bool) string {
	if secret || isSecretName(v.Pointer[strings.LastIndexByte(v.Pointer, '/')+1:]) {
		return "(not shown)"
	}
	switch {
	case v.From == nil:
		return valueText(v.To)
	case v.To == nil:
		return valueText(v.From)
	}
	return valueText(v.From) + " → " + valueText(v.To)
}

// pathText is the path of a rule. The default rule, which begins every path, is named only if it is the whole
// path.
func pathText(path []string) string {
	if len(path) > 1 {
		path = path[1:]
	}
	var names []string
	for _, one := range path {
		names = append(names, term.Clean(one, term.MaxName))
	}
	return strings.Join(names, " / ")
}

// isSecretName reports whether members of this name often hold secrets.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	if name == "key" {
		return true
	}
	for _, word := range []string{"secret", "passw", "passphrase", "private", "token", "accesskey", "apikey", "api_key", "api-key", "credential", "nonce"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// isSecretHeader reports whether headers of this name hold secrets.
func isSecretHeader(name string) bool {
	switch strings.ToLower(name) {
	case "authorization", "proxy-authorization", "cookie", "set-cookie":
		return true
	}
	return isSecretName(name)
}

// isSecretValue reports whether a text has the form of such a header's value, for changes that contain only the
// value and not the header's name.
func isSecretValue(text string) bool {
	scheme, rest, found := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	return found && rest != "" && slices.Contains([]string{"bearer", "basic", "digest", "token"}, scheme)
}

// valueText formats a value for a line.
func valueText(raw json.RawMessage) string {
	if isPlain(raw) && !isSecretValue(strings.Trim(string(raw), `"`)) {
		return term.Clean(string(raw), term.MaxName)
	}
	return encodedText(raw)
}

// encodedText decodes and encodes a value for a line, without what looks like a secret.
func encodedText(raw json.RawMessage) string {
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return term.Clean(string(raw), term.MaxName)
	}
	data, err := result.EncodeJSON(withoutSecrets(value), false)
	if err != nil {
		return term.Clean(string(raw), term.MaxName)
	}
	return term.Clean(strings.TrimSpace(string(data)), term.MaxName)
}

// isPlain reports whether a value is a string, a number or a word whose JSON text cannot be written differently, which
// nearly all values are.
func isPlain(raw json.RawMessage) bool {
	inside := raw
	if n := len(raw); n > 1 && raw[0] == '"' && raw[n-1] == '"' {
		inside = raw[1 : n-1]
	} else if bytes.IndexByte(raw, ' ') >= 0 {
		return false
	}
	for _, c := range inside {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(" _-+./*,", c) >= 0:
		default:
			return false
		}
	}
	return len(raw) > 0
}

// contentText formats the options of a behavior or criterion, or the value of a variable.
func contentText(raw json.RawMessage) string {
	var content struct {
		Options map[string]json.RawMessage
		Value   json.RawMessage
	}
	if err := json.Unmarshal(raw, &content); err != nil {
		return ""
	}
	switch {
	case len(content.Options) > 0:
		data, err := json.Marshal(content.Options)
		if err != nil {
			return ""
		}
		return " " + valueText(data)
	case content.Value != nil:
		return " " + valueText(content.Value)
	}
	return ""
}

// isValueName reports whether a member of this name may hold the value of what a sibling names.
func isValueName(name string) bool { return strings.HasSuffix(strings.ToLower(name), "value") }

// isOfSecretHeader reports whether a change concerns a header that holds, or held, a secret.
func isOfSecretHeader(c rulediff.Change) bool {
	names := []string{}
	for _, v := range c.Values {
		for _, raw := range []json.RawMessage{v.From, v.To} {
			var name string
			if json.Unmarshal(raw, &name) == nil {
				names = append(names, name)
			}
		}
	}
	if slices.ContainsFunc(c.Values, func(v rulediff.Value) bool { return isValueName(v.Pointer) }) {
		var whole struct{ Options map[string]any }
		if json.Unmarshal([]byte(c.Whole), &whole) == nil {
			for _, option := range whole.Options {
				if name, ok := option.(string); ok {
					names = append(names, name)
				}
			}
		}
	}
	return slices.ContainsFunc(names, isSecretHeader)
}

// withoutSecrets masks what looks like a secret, at any depth: members by their name, header values by the
// header's name in a sibling, and values by their form.
func withoutSecrets(v any) any {
	const hidden = "(not shown)"
	switch v := v.(type) {
	case string:
		if isSecretValue(v) {
			return hidden
		}
	case map[string]any:
		header := false
		for _, value := range v {
			name, ok := value.(string)
			header = header || ok && isSecretHeader(name)
		}
		for key, value := range v {
			if isSecretName(key) || header && isValueName(key) {
				v[key] = hidden
			} else {
				v[key] = withoutSecrets(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutSecrets(v[i])
		}
	}
	return v
}

func hostnameText(h *result.Hostname) string {
	return term.Clean(h.CNAMEFrom, term.MaxName) + " " + edgeText(h)
}

func edgeText(h *result.Hostname) string {
	text := "at " + term.Clean(result.OrEmpty(h.CNAMETo), term.MaxName)
	if h.CertProvisioningType != nil {
		text += ", certificate " + term.Clean(*h.CertProvisioningType, term.MaxName)
	}
	return text
}
