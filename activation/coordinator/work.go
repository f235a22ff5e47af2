package coordinator

import (
	"context"
	"errors"
	"time"

	"github.com/propctl/propctl/activation"
)

// Work hands pieces of work to whoever takes them, and again when who has taken one does
// not keep it. A place has one piece at most. Its methods may be called from several
// goroutines, and end with their contexts. An error other than [ErrOffered],
// [ErrTooLarge] and [ErrNotAllowed] says that the coordinator does not answer.
//
// What a piece says is to be judged by who takes it: anybody may have written it, and it
// may come twice, late, and in any order.
type Work interface {
	// Offer puts in a piece of work. The error is [ErrOffered] when its place has one.
	Offer(ctx context.Context, at activation.Line, data []byte) error
	// Offered returns the piece that a place has, taken or not; nil for none.
	Offered(ctx context.Context, at activation.Line) ([]byte, error)
	// Next waits for a piece of work of an account and takes it. It is given to another
	// one when it is not kept for [KeptFor].
	Next(ctx context.Context, account string) (*Task, error)
	// Tell sends a message to those who listen to a topic now. It may be lost.
	Tell(ctx context.Context, topic string, data []byte) error
	// Listen calls heard for each message, one at a time, until stop is called.
	Listen(ctx context.Context, topic string, heard func(data []byte)) (stop func(), err error)
}

// Task is a piece of work that was taken.
type Task struct {
	Taken

	At    activation.Line // without what anybody does
	Data  []byte
	Tries int // how often it was taken, with this time; at least 1
}

// Taken is what becomes of a piece of work.
type Taken interface {
	// Keep shows that it is still worked at.
	Keep(ctx context.Context) error
	// Done removes it.
	Done(ctx context.Context) error
	// Later gives it back, for somebody to take after a while.
	Later(ctx context.Context, pause time.Duration) error
}

// The bounds of work.
const (
	// MaxPiece is the size in bytes up to which pieces and messages are sent.
	MaxPiece = 4 << 10
	// KeptFor is how long a piece stays with who has taken or kept it.
	KeptFor = 30 * time.Second
)

// The errors of work that was not put in.
var (
	ErrOffered  = errors.New("its place has a piece of work")
	ErrTooLarge = errors.New("it is too large")
)

// WorkKey is how a store calls a place.
func WorkKey(at activation.Line) string {
	return word(at.Account.Bare()) + "." + word(string(at.Asset)) + "." + word(string(at.Network))
}

// WorkPlace is what a key is for; the zero value for a key of nobody's.
func WorkPlace(key string) activation.Line { return lineOf(key) }

// Word makes one word of a key, or of a subject, of any text.
func Word(text string) string { return word(text) }
