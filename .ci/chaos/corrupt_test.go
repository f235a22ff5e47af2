//go:build unix

package chaos_test

import (
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// corrupt turns a bit of the byte that comes after so many bytes.
type corrupt struct {
	After int `json:"after"`
}

func registerCorrupt() { toxics.Register("corrupt", new(corrupt)) }

// corruption is how many bytes a connection has carried.
type corruption struct{ seen int }

// NewState implements toxics.StatefulToxic: each connection counts for itself.
func (*corrupt) NewState() any { return new(corruption) }

// Pipe implements toxics.Toxic.
func (x *corrupt) Pipe(stub *toxics.ToxicStub) {
	state, ok := stub.State.(*corruption)
	if !ok {
		state = new(corruption)
	}
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
			if at := x.After - state.seen; at >= 0 && at < len(chunk.Data) {
				chunk.Data[at] ^= 1
			}
			state.seen += len(chunk.Data)
			stub.Output <- chunk
		}
	}
}
