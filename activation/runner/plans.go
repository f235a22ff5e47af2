package runner

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
)

// A plan is stored compressed, under its digest, in pieces that fit into values.
const (
	planPrefix = "plan."
	pieceSize  = coordinator.MaxValue - 1024
	maxPieces  = 300
	maxPlan    = 16 << 20 // uncompressed
)

func planKey(sum string, piece int) string { return fmt.Sprintf("%s%s.%d", planPrefix, sum, piece) }

func validSum(s string) bool {
	return len(s) == hex.EncodedLen(sha256.Size) && !strings.ContainsFunc(s, func(c rune) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}

// sumOf returns the digest of a whole plan, and its stored form.
func sumOf(p *rollout.Plan) (sum string, packed []byte, err error) {
	data, err := json.Marshal(p)
	if err != nil {
		return "", nil, err
	}
	if len(data) > maxPlan {
		return "", nil, &TooLargeError{fmt.Sprintf("its plan has %d MiB, and %d are read at most", len(data)>>20, maxPlan>>20)}
	}
	digest := sha256.Sum256(data)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return "", nil, err
	}
	if err := w.Close(); err != nil {
		return "", nil, err
	}
	return hex.EncodeToString(digest[:]), b.Bytes(), nil
}

// storePlan stores a plan and returns its digest. Pieces that exist are written again, to renew their expiry.
func storePlan(ctx context.Context, s coordinator.Store, p *rollout.Plan) (string, error) {
	sum, packed, err := sumOf(p)
	if err != nil {
		return "", err
	}
	pieces := (len(packed) + pieceSize - 1) / pieceSize
	if pieces > maxPieces {
		return "", &TooLargeError{fmt.Sprintf("%d KiB of its compressed plan are kept at most", maxPieces*pieceSize>>10)}
	}
	for i := range pieces {
		value := append([]byte{byte(pieces >> 8), byte(pieces)}, packed[i*pieceSize:min((i+1)*pieceSize, len(packed))]...) //nolint:gosec,mnd // two bytes
		write := func(coordinator.Entry) ([]byte, error) { return value, nil }
		if err := coordinator.Change(ctx, s, planKey(sum, i), write); err != nil {
			return "", err
		}
	}
	return sum, nil
}

// keepPlan stores the plan of a rollout again, every day, until the context ends: what is not written expires in the
// store, after a week, and a rollout may take longer.
func (l *lead) keepPlan(ctx context.Context) {
	const each, soon = 24 * time.Hour, time.Minute
	pause := each - min(max(time.Since(l.job.At), 0), each)
	for coordinator.Sleep(ctx, pause) == nil {
		pause = each
		if sum, _, err := sumOf(l.plan); err != nil || sum != l.job.Plan {
			return // another version of this program has stored it, and writes it otherwise
		}
		if _, err := storePlan(ctx, l.store, l.plan); err != nil {
			pause = soon
		}
	}
}

// PlanError reports that the plan of a job cannot be loaded.
type PlanError struct {
	Name string
	Err  error
}

// Error says why.
func (e *PlanError) Error() string {
	return fmt.Sprintf("the plan of rollout %s cannot be had: %v; hand it in again", e.Name, e.Err)
}

// Unwrap returns why.
func (e *PlanError) Unwrap() error { return e.Err }

// loadPlan returns the plan of a job, if it matches the job's digests.
func loadPlan(ctx context.Context, s coordinator.Store, j *Job) (*rollout.Plan, error) {
	var packed []byte
	for i, pieces := 0, 1; i < pieces; i++ {
		e, err := coordinator.Read(ctx, s, planKey(j.Plan, i))
		const head = 2
		switch {
		case err != nil:
			return nil, err
		case e.Revision == 0:
			return nil, &PlanError{j.Name, errors.New("it is not there")}
		case len(e.Value) < head || len(e.Value) > coordinator.MaxValue:
			return nil, &PlanError{j.Name, errors.New("it was altered")}
		case i == 0:
			pieces = int(e.Value[0])<<8 | int(e.Value[1]) //nolint:mnd // two bytes
			if pieces > maxPieces {
				return nil, &PlanError{j.Name, errors.New("it is too large")}
			}
		}
		packed = append(packed, e.Value[head:]...)
	}
	data, err := unpack(packed)
	if err != nil {
		return nil, &PlanError{j.Name, err}
	}
	if digest := sha256.Sum256(data); hex.EncodeToString(digest[:]) != j.Plan {
		return nil, &PlanError{j.Name, errors.New("it was altered")}
	}
	p, err := rollout.ParsePlan(data)
	if err != nil {
		return nil, &PlanError{j.Name, err}
	}
	if err := j.owns(p); err != nil {
		return nil, err
	}
	return p, nil
}

// owns returns an error for the plan of another job.
func (j *Job) owns(p *rollout.Plan) error {
	if p.Name != j.Name || p.Digest != j.Digest || !p.AccountID.Equal(j.AccountID) {
		return &PlanError{j.Name, errors.New("it is another one's")}
	}
	return nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxPlan:
		return nil, errors.New("it is too large")
	}
	return data, nil
}
