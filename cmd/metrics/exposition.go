package metrics

import (
	"strconv"
	"strings"

	"github.com/propctl/propctl/cmd/term"
)

// exposition is a page in Prometheus' text format: families of samples, each with
// its help and its type.
type exposition struct{ families []*family }

type family struct {
	name, kind, help string
	samples          []sample
}

type sample struct {
	labels string
	value  float64
}

// label is the name and the value of a label.
type label struct{ name, value string }

const (
	kindCounter = "counter"
	kindGauge   = "gauge"
)

// family begins one. Without a sample, nothing of it is written.
func (e *exposition) family(name, kind, help string) *family {
	f := &family{name: name, kind: kind, help: help}
	e.families = append(e.families, f)
	return f
}

// add adds a sample. Of several with the same labels the last one counts, since Prometheus reads no page that has
// one twice.
func (f *family) add(value float64, labels []label) {
	text := labelsText(labels)
	for i := range f.samples {
		if f.samples[i].labels == text {
			f.samples[i].value = value
			return
		}
	}
	f.samples = append(f.samples, sample{text, value})
}

func labelsText(labels []label) string {
	var all []string
	for _, l := range labels {
		if l.value != "" { // an empty label is as good as none
			all = append(all, l.name+`="`+escapeLabel(l.value)+`"`)
		}
	}
	if all == nil {
		return ""
	}
	return "{" + strings.Join(all, ",") + "}"
}

// escapeLabel makes the value of a label: somebody else's text on one line.
func escapeLabel(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(term.Clean(value, term.MaxName))
}

// bytes returns the page.
func (e *exposition) bytes() []byte {
	var b strings.Builder
	for _, f := range e.families {
		if len(f.samples) == 0 {
			continue
		}
		b.WriteString("# HELP " + f.name + " " + strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(f.help) + "\n")
		b.WriteString("# TYPE " + f.name + " " + f.kind + "\n")
		for _, s := range f.samples {
			b.WriteString(f.name + s.labels + " " + strconv.FormatFloat(s.value, 'f', -1, 64) + "\n")
		}
	}
	return []byte(b.String())
}
