package cmd

import (
	"bufio"
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/propctl/propctl/papi"
)

const (
	maxAddress = 254
	maxNote    = 4000
)

// checkNotify wants at least one address. An invented one would be worse than
// none, so there is no default.
func checkNotify(addresses []string) error {
	if len(addresses) == 0 {
		return usagef("PAPI needs an address to notify: give --notify, or set notify in the settings file")
	}
	for _, a := range addresses {
		local, domain, ok := strings.Cut(a, "@")
		switch {
		case len(a) > maxAddress:
			return usagef("--notify: an address is longer than %d characters", maxAddress)
		case !ok, local == "", domain == "", strings.Contains(domain, "@"), !utf8.ValidString(a),
			strings.ContainsFunc(a, func(r rune) bool { return unicode.IsSpace(r) || isUnsafe(r) }):
			return usagef("--notify %q is not an e-mail address", a)
		}
	}
	return nil
}

func checkNote(note string) error {
	switch {
	case !utf8.ValidString(note):
		return usagef("--note is not UTF-8")
	case utf8.RuneCountInString(note) > maxNote:
		return usagef("--note is longer than %d characters", maxNote)
	}
	for _, r := range note {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return usagef("--note has the control character %q in it", r)
		}
	}
	return nil
}

// confirm asks before production.
func (a *activating) confirm(ctx context.Context) error {
	env := a.program.env
	if a.version.number == 0 { // what is confirmed is what will be submitted
		number, err := a.client.LatestVersion(ctx, a.property.ref, a.version.activeOn)
		if err != nil {
			return err
		}
		a.version = wantedVersion{number: number}
	}
	a.program.stderr().text("Activate %s (%s) version %d on %s of %s? [y/N] ",
		clean(a.property.String(), maxName), a.property.ref.PropertyID, a.version.number, papi.Production, clean(a.account(), maxName))
	answer := make(chan string, 1)
	go func() { // a read cannot be ended; it ends with the process
		line, _ := bufio.NewReader(env.Stdin).ReadString('\n') // no answer is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		a.program.stderr().line("")
		return context.Cause(ctx)
	case yes := <-answer:
		if yes == "y" || yes == "yes" {
			return nil
		}
	}
	return errDeclined
}
