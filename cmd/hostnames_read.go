package cmd

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// Bounds of what can be a hostname.
const (
	maxHostname = 253
	maxLabel    = 63
)

// hostnameInput is the flags that go with a list of hostnames.
type hostnameInput struct {
	edge string // the edge hostname of those that name none; empty: that is a mistake
	cert certificate
	from string // a file, or - for standard input; empty: none
}

// certificate is how the certificate of a new hostname is provisioned; empty: PAPI's default.
type certificate string

const (
	certDefault certificate = "default"
	certCPS     certificate = "cps"
)

// read returns what is to be added, from the arguments and from the file.
func (in *hostnameInput) read(ctx context.Context, p *program, args []string) ([]papi.HostnameToAdd, error) {
	lines, err := in.lines(ctx, p, args)
	if err != nil {
		return nil, err
	}
	var all []papi.HostnameToAdd
	seen := map[string]papi.HostnameToAdd{}
	for _, line := range lines {
		host, to, _ := strings.Cut(line.text, "=")
		added, err := in.added(host, to)
		if err != nil {
			return nil, catalogue.Usagef("%s%w", line.where, err)
		}
		before, double := seen[added.CNAMEFrom]
		switch {
		case double && before != added:
			return nil, catalogue.Usagef("%s%s comes twice, with different edge hostnames", line.where, added.CNAMEFrom)
		case !double:
			seen[added.CNAMEFrom] = added
			all = append(all, added)
		}
	}
	return all, nil
}

// names returns what is to be removed.
func (in *hostnameInput) names(ctx context.Context, p *program, args []string) ([]string, error) {
	lines, err := in.lines(ctx, p, args)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, line := range lines {
		host, _, _ := strings.Cut(line.text, "=") // a list that was used to add can be used to remove
		name, err := parseHostname(host)
		if err != nil {
			return nil, catalogue.Usagef("%s%w", line.where, err)
		}
		all = append(all, name)
	}
	return all, nil
}

// hostnameLine is one of the hostnames that were given, and where it stood.
type hostnameLine struct{ where, text string }

func (in *hostnameInput) lines(ctx context.Context, p *program, args []string) ([]hostnameLine, error) {
	var all []hostnameLine
	for _, arg := range args {
		all = append(all, hostnameLine{text: arg})
	}
	if in.from != "" {
		data, err := readList(ctx, p, in.from)
		if err != nil {
			return nil, err
		}
		listed, err := splitList(data, in.from)
		if err != nil {
			return nil, err
		}
		all = append(all, listed...)
	}
	if len(all) == 0 {
		return nil, catalogue.Usagef("no hostnames were given; name them, or a file with --from")
	}
	return all, nil
}

func (in *hostnameInput) added(host, to string) (papi.HostnameToAdd, error) {
	a := papi.HostnameToAdd{}
	switch in.cert {
	case "":
	case certDefault:
		a.CertProvisioningType = papi.CertDefault
	case certCPS:
		a.CertProvisioningType = papi.CertCPS
	}
	var err error
	if a.CNAMEFrom, err = parseHostname(host); err != nil {
		return a, err
	}
	to = cmp.Or(strings.TrimSpace(to), in.edge)
	switch {
	case to == "":
		return a, fmt.Errorf("%s has no edge hostname; write %s=EDGEHOSTNAME, or give --edge-hostname for all", a.CNAMEFrom, a.CNAMEFrom)
	case settings.IsID(to, papi.PrefixEdgeHostname):
		a.EdgeHostnameID = papi.ID(to).With(papi.PrefixEdgeHostname)
	default:
		a.CNAMETo, err = parseHostname(to)
	}
	return a, err
}

// parseHostname checks a hostname, so that a mistake is found before a version is
// made. It returns it in lower case and without a dot at its end.
func parseHostname(s string) (string, error) {
	shown := fmt.Sprintf("%.80q", s)
	host, _, err := settings.Unlink(strings.TrimSpace(s))
	if err != nil {
		return "", err
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	switch {
	case name == "":
		return "", errors.New("a hostname is empty")
	case !utf8.ValidString(name), strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }):
		return "", fmt.Errorf("the hostname %s is not ASCII; give the form that begins with xn--", shown)
	case len(name) > maxHostname:
		return "", fmt.Errorf("the hostname %s is longer than %d characters", shown, maxHostname)
	}
	labels := strings.Split(strings.TrimPrefix(name, "*."), ".")
	if len(labels) < 2 || strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "", fmt.Errorf("%s is not a hostname such as www.example.com", shown)
	}
	for _, label := range labels {
		if !isLabel(label) {
			return "", fmt.Errorf("%s is not a hostname: %q cannot stand between its dots", shown, label)
		}
	}
	return name, nil
}

func isLabel(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	return s != "" && len(s) <= maxLabel && strings.Trim(s, letters) == "" && s[0] != '-' && s[len(s)-1] != '-'
}

// maxList is the most that is read of a list of hostnames.
const maxList = 1 << 20

// listFile is a file, or a pipe such as <(command), that is opened with the first read: to open a pipe that nobody
// writes into takes for ever.
type listFile struct {
	path string
	file *os.File
}

// Read implements io.Reader.
func (l *listFile) Read(p []byte) (int, error) {
	if l.file == nil {
		f, err := os.Open(l.path)
		if err != nil {
			return 0, settings.WithoutPath(err)
		}
		l.file = f
	}
	n, err := l.file.Read(p)
	if err != nil {
		_ = l.file.Close() // it was only read
	}
	return n, err
}

// readList reads a file or a pipe, or standard input for "-".
func readList(ctx context.Context, p *program, from string) ([]byte, error) {
	in := p.env.Stdin
	if from != "-" {
		info, err := os.Stat(from)
		if err != nil {
			return nil, catalogue.Usagef("--from %s: %w", from, settings.WithoutPath(err))
		}
		if !info.Mode().IsRegular() && info.Mode()&os.ModeNamedPipe == 0 {
			return nil, catalogue.Usagef("--from %s is neither a file nor a pipe", from)
		}
		in = &listFile{path: from}
	}
	data, err := readWithin(ctx, in, maxList)
	if err != nil {
		return nil, catalogue.Usagef("--from %s: %w", from, err)
	}
	return data, nil
}

// readWithin reads all there is, unless it is more than most or the context ends.
func readWithin(ctx context.Context, in io.Reader, most int64) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() { // a read cannot be ended; it ends with the process
		data, err := io.ReadAll(io.LimitReader(in, most+1))
		done <- read{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case r := <-done:
		if r.err == nil && int64(len(r.data)) > most {
			return nil, fmt.Errorf("longer than %d bytes", most)
		}
		return r.data, r.err
	}
}

// splitList takes a list apart: a hostname a line, with comments from # to the
// end and with blanks of any kind around it, as spreadsheets and chats leave them.
func splitList(data []byte, from string) ([]hostnameLine, error) {
	const mark = "\uFEFF" // byte order mark
	if !utf8.Valid(data) {
		return nil, catalogue.Usagef("--from %s is not UTF-8", from)
	}
	var all []hostnameLine
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, maxList+1)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(mark+"\u200b\u2060", r) })
		if text != "" {
			all = append(all, hostnameLine{where: fmt.Sprintf("--from %s line %d: ", from, n), text: text})
		}
	}
	return all, lines.Err()
}
