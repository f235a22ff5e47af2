package cmd

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	xterm "golang.org/x/term"

	"github.com/propctl/propctl/cmd/term"
)

// System returns the Env of the process. Version, commit and date that are empty are taken from what the Go tool
// recorded in the binary.
func System(version, commit, date string) term.Env {
	return term.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Name:           nameOf(os.Args[0]),
		LookupEnv:      os.LookupEnv,
		Environ:        os.Environ,
		StdinTerminal:  xterm.IsTerminal(int(os.Stdin.Fd())),
		StdoutTerminal: xterm.IsTerminal(int(os.Stdout.Fd())),
		StderrTerminal: xterm.IsTerminal(int(os.Stderr.Fd())),
		StdoutClosed:   wasClosed(os.Stdout),
		StdoutWidth:    func() int { width, _ := sizeOf(os.Stdout); return width },
		Width:          func() int { width, _ := sizeOf(os.Stderr); return width },
		Height:         func() int { _, height := sizeOf(os.Stderr); return height },
		Location:       time.Local, // of TZ, else of the machine
		// A tenth on top keeps runs that collided from colliding again.
		Jitter: func(pause time.Duration) time.Duration { return rand.N(pause/10 + 1) }, //nolint:gosec // nothing secret
		Build:  recorded(term.Build{Version: version, Commit: commit, Date: date}),
	}
}

// sizeOf is how large a terminal is at the moment; 0 where that is not to be known.
func sizeOf(f *os.File) (width, height int) {
	width, height, err := xterm.GetSize(int(f.Fd()))
	if err != nil {
		return 0, 0
	}
	return width, height
}

// wasClosed reports whether a stream to write to was closed when the process began. Go opens the null device for one
// that was, to read and to write; a shell opens it to write only.
func wasClosed(f *os.File) bool {
	null, nullErr := os.Stat(os.DevNull)
	info, err := f.Stat()
	if runtime.GOOS == "windows" || nullErr != nil || err != nil || !os.SameFile(info, null) {
		return false
	}
	_, err = f.Read(make([]byte, 1))
	return errors.Is(err, io.EOF)
}

func recorded(b term.Build) term.Build {
	b.Go = runtime.Version()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if b.Version == "" && info.Main.Version != "(devel)" {
		b.Version = info.Main.Version
	}
	if b.Commit == "" {
		b.Commit = settings["vcs.revision"]
	}
	if b.Date == "" {
		b.Date = settings["vcs.time"]
	}
	return b
}
