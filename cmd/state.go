package cmd

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// stateFile keeps the daily budget of one account as PAPI last told it. It decides nothing: without it, only
// propctl budget shows less.
type stateFile struct{ path string }

// state returns the file for the account of the session. Its name does not tell
// the host or the account switch key.
func (s *session) state() stateFile {
	dir := settings.StateDir(s.program.env)
	if dir == "" {
		return stateFile{}
	}
	sum := sha256.Sum256([]byte(s.credentials.Host + "\n" + s.credentials.AccountKey))
	return stateFile{path: filepath.Join(dir, "budget-"+hex.EncodeToString(sum[:8])+".json")}
}

type rememberedBudget struct {
	SchemaVersion int       `json:"schemaVersion"`
	Limit         *int      `json:"limit"`
	Remaining     *int      `json:"remaining"`
	Reset         time.Time `json:"reset,omitzero"`
	AsOf          time.Time `json:"asOf"`
}

func (f stateFile) write(q *papi.Quota) error {
	if f.path == "" {
		return errors.New("there is no home folder")
	}
	data, err := json.Marshal(rememberedBudget{SchemaVersion: result.SchemaVersion, Limit: q.Limit, Remaining: q.Remaining, Reset: q.Reset, AsOf: q.AsOf})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	return journal.WriteFile(f.path, append(data, '\n'), 0o600)
}

const maxState = 64 << 10

// read returns nil where nothing that can be read is remembered.
func (f stateFile) read() *papi.Quota {
	info, err := os.Stat(f.path)
	if f.path == "" || err != nil || !info.Mode().IsRegular() || info.Size() > maxState {
		return nil
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil
	}
	var b rememberedBudget
	if json.Unmarshal(data, &b) != nil || b.SchemaVersion != result.SchemaVersion || b.AsOf.IsZero() {
		return nil
	}
	return &papi.Quota{Limit: b.Limit, Remaining: b.Remaining, Reset: b.Reset, AsOf: b.AsOf}
}
