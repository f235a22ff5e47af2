package cmd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/screen"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

const (
	namesTimeout = 2 * time.Second
	namesKept    = time.Minute
	mostNames    = 5000
	maxNames     = 1 << 20 // bytes of what is kept
	// namesSince is the age of what is listed: PAPI lists without a contract and a group only what was modified
	// within a time. This one is longer than there has been a Property Manager.
	namesSince = 20 * 365 * 24 * time.Hour
)

// names returns the names of properties or of includes: those that were seen a
// moment ago, or those that one request finds. Nothing decides by them.
func (p *program) names(c *cobra.Command, about result.AssetKind) []string {
	if _, err := settings.Load(c, p.env); err != nil || p.checkFlags(c) != nil {
		return nil
	}
	p.flags.Quiet, p.flags.Verbose, p.flags.Debug, p.flags.MaxRetries = true, false, false, 0
	p.progress = screen.NewProgress(p.env, p.flags)
	s, err := p.open(about)
	if err != nil {
		return nil
	}
	return s.knownNames(c.Context())
}

// knownNames returns the names that were seen a moment ago, else those that are listed soon; nil where that cannot be.
func (s *session) knownNames(ctx context.Context) []string {
	kept := s.keptNames()
	if names := kept.read(time.Now()); names != nil {
		return safeWords(names)
	}
	ctx, cancel := context.WithTimeout(ctx, namesTimeout)
	defer cancel()
	all, err := s.listed(ctx)
	if err != nil {
		return nil
	}
	names := namesOf(all)
	kept.write(names, time.Now())
	return names
}

// nearAtHand returns the existing names, for suggestions after a name that was not found. It asks once in a run, and
// returns none where one request does not list them, or where the context ends first.
func (s *session) nearAtHand(ctx context.Context) []string {
	s.nearOnce.Do(func() {
		s.nearRead = make(chan struct{})
		go func() {
			defer close(s.nearRead)
			if flags := s.program.flags; (flags.Contract == "") == (flags.Group == "") {
				s.near = s.knownNames(ctx)
			}
		}()
	})
	select {
	case <-s.nearRead:
		return s.near
	case <-ctx.Done():
		return nil
	}
}

// nearNames is the suggestion at the end of an error about a name that does not exist. Names of properties are often
// alike, so only a slip of the hand suggests another one.
func nearNames(typed string, all []string) string {
	const slip = 2
	near := slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return settings.Distance(strings.ToLower(typed), strings.ToLower(name)) > slip
	})
	return settings.DidYouMean(settings.Nearest(typed, near...))
}

// safeWords returns, in order, the words that mean nothing to any shell. PAPI knows no
// other names; a file may have others.
func safeWords(words []string) []string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	some := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return word == "" || len(word) > term.MaxName || word[0] == '-' || strings.Trim(word, safe) != ""
	})
	slices.Sort(some)
	some = slices.Compact(some)
	return some[:min(len(some), mostNames)]
}

// namesFile keeps names for a minute, so that a line with several names costs one
// request. It decides nothing, and may be deleted at any time.
type namesFile struct{ path string }

type rememberedNames struct {
	SchemaVersion int       `json:"schemaVersion"`
	AsOf          time.Time `json:"asOf"`
	Names         []string  `json:"names"`
}

// keptNames returns the file for the account of the session. Its name does not tell
// the host or the account switch key. What is simulated is not kept.
func (s *session) keptNames() namesFile {
	flags := s.program.flags
	dir := settings.CacheDir(s.program.env)
	if dir == "" || flags.Simulate {
		return namesFile{}
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{s.credentials.Host, s.credentials.AccountKey, s.credentials.AccessToken, flags.Contract, flags.Group}, "\n")))
	return namesFile{path: filepath.Join(dir, s.about.Choose("properties-", "includes-")+hex.EncodeToString(sum[:8])+".json")}
}

// read returns nil where nothing that is new enough can be read.
func (f namesFile) read(now time.Time) []string {
	info, err := os.Stat(f.path)
	if f.path == "" || err != nil || !info.Mode().IsRegular() || info.Size() > maxNames {
		return nil
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil
	}
	var kept rememberedNames
	if json.Unmarshal(data, &kept) != nil || kept.SchemaVersion != result.SchemaVersion {
		return nil
	}
	if age := now.Sub(kept.AsOf); age < 0 || age >= namesKept {
		return nil
	}
	return kept.Names
}

// write keeps names where that is possible.
func (f namesFile) write(names []string, now time.Time) {
	data, err := json.Marshal(rememberedNames{SchemaVersion: result.SchemaVersion, AsOf: now.UTC(), Names: names})
	if f.path == "" || err != nil || len(data) >= maxNames || os.MkdirAll(filepath.Dir(f.path), 0o700) != nil {
		return
	}
	_ = journal.WriteFile(f.path, append(data, '\n'), 0o600) // there is a next time
}
