package coordinator

import (
	"context"
	"errors"
	"time"

	"github.com/propctl/propctl/activation"
)

// Work distributes pieces of work, each to one taker at a time, and to another one if the taker does not keep it.
// Each piece has a place, which is a property on a network ([activation.Line]) and holds at most one. Work must be safe for concurrent use, and its methods end with their contexts.
// An error other than [ErrOffered], [ErrTooLarge] and [ErrNotAllowed] means that the coordinator does not
// answer.
//
// The content is not trusted: anybody may have written it, and a piece may come twice, late, and in any order.
type Work interface {
	// Offer adds a piece of work. The error is [ErrOffered] if its place already has one.
	Offer(ctx context.Context, at activation.Line, data []byte) error
	// Offered returns the piece in a place, taken or not; nil if there is none.
	Offered(ctx context.Context, at activation.Line) ([]byte, error)
	// Next waits for a piece of work of an account and takes it. If the taker does not call Keep for [KeptFor],
	// another may take it.
	Next(ctx context.Context, account string) (*Task, error)
	// Tell sends a message to the current listeners of a topic. It may be lost.
	Tell(ctx context.Context, topic string, data []byte) error
	// Listen calls heard for each message, one at a time, until stop is called.
	Listen(ctx context.Context, topic string, heard func(data []byte)) (stop func(), err error)
}

// Task is a piece of work that was taken.
type Task struct {
	Taken

	At    activation.Line // without Doing
	Data  []byte
	Tries int // how often it was taken, including this time
}

// Taken is a hold on a piece of work.
type Taken interface {
	// Keep reports that the taker still works on it.
	Keep(ctx context.Context) error
	// Done removes it.
	Done(ctx context.Context) error
	// Later returns it, to be taken by anybody after a pause.
	Later(ctx context.Context, pause time.Duration) error
}

// Limits of work.
const (
	// MaxPiece is the maximum size of pieces and messages, in bytes.
	MaxPiece = 4 << 10
	// KeptFor is how long a piece stays with its taker without Keep.
	KeptFor = 30 * time.Second
)

// The errors of work that was not accepted.
var (
	ErrOffered  = errors.New("its place has a piece of work")
	ErrTooLarge = errors.New("it is too large")
)

// WorkKey encodes the place of a piece of work as a key, or as the end of a subject.
func WorkKey(at activation.Line) string {
	return word(at.Account.Bare()) + "." + word(string(at.Asset)) + "." + word(string(at.Network))
}

// WorkPlace decodes what [WorkKey] has encoded; the zero value for anything else.
func WorkPlace(key string) activation.Line { return lineOf(key) }

// Word encodes any text as one word of a key or subject.
func Word(text string) string { return word(text) }
