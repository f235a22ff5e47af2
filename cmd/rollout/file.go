package rollout

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf16"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
)

// source is what a command was given: a manifest, or a plan. One of them is nil.
type source struct {
	name     string
	manifest *rollout.Manifest
	plan     *rollout.Plan
}

// maxFile is how large a file may be: that of 10,000 properties on two networks is half of it.
const maxFile = 64 << 20

// read reads a manifest, a plan, or the document of rollout plan, which has one in it.
// The name - is standard input.
func read(name string, stdin io.Reader) (*source, error) {
	data, err := content(name, stdin)
	if err != nil {
		return nil, catalogue.Usagef("%w", err)
	}
	data = inUTF8(data)
	shown := name
	if name == "-" {
		shown = "standard input"
	}
	if planned, is, err := planIn(data); is {
		if err != nil {
			return nil, &catalogue.RolloutFileError{File: shown, Plan: true, Err: err}
		}
		return &source{name: name, plan: planned}, nil
	}
	m, err := rollout.ParseManifest(data)
	if err != nil {
		return nil, &catalogue.RolloutFileError{File: shown, Err: err}
	}
	return &source{name: name, manifest: m}, nil
}

func content(name string, stdin io.Reader) ([]byte, error) {
	from := stdin
	if name != "-" {
		f, err := os.Open(name) //nolint:gosec // the user named it
		if err != nil {
			return nil, err
		}
		defer f.Close() //nolint:errcheck // it is only read
		from = f
	}
	if from == nil {
		return nil, errors.New("there is no standard input")
	}
	data, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d MiB", name, maxFile>>20)
	}
	return data, nil
}

// inUTF8 is a text without a byte order mark, and in UTF-8 where PowerShell has written it in UTF-16.
func inUTF8(data []byte) []byte {
	if text, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		return text
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return data
	}
	const unit = 2 // bytes
	units := make([]uint16, 0, len(data)/unit)
	for rest := data[unit:]; len(rest) >= unit; rest = rest[unit:] {
		units = append(units, order.Uint16(rest))
	}
	return []byte(string(utf16.Decode(units)))
}

// planIn returns the plan in a file, and whether it is meant to have one.
func planIn(data []byte) (p *rollout.Plan, is bool, err error) {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return nil, false, nil
	}
	if !bytes.Contains(data, []byte(rollout.PlanKind)) && !bytes.Contains(data, []byte(`"rollout plan"`)) {
		return nil, false, nil
	}
	var doc struct {
		Command string `json:"command"`
		Rollout *struct {
			Plan json.RawMessage `json:"plan"`
		} `json:"rollout"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, true, fmt.Errorf("the plan cannot be read: %w", err)
	}
	switch {
	case doc.Rollout != nil && doc.Rollout.Plan != nil:
		data = doc.Rollout.Plan
	case doc.Command != "":
		return nil, true, fmt.Errorf("it is the result of %q that has no plan in it", doc.Command)
	}
	p, err = rollout.ParsePlan(data)
	return p, true, err
}

// waves are the names of the waves.
func (s *source) waves() []string {
	var names []string
	if s.plan != nil {
		for _, w := range s.plan.Waves {
			names = append(names, w.Name)
		}
		return names
	}
	for _, w := range s.manifest.Waves {
		names = append(names, w.Name)
	}
	return names
}
