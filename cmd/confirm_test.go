package cmd

import (
	"strings"
	"testing"
)

func TestTheAnswerIsNotBrokenAtTheEndOfALine(t *testing.T) {
	for width := 10; width < 130; width++ {
		for n := range 200 {
			q := question{text: strings.Repeat("x", n)}
			lines := strings.Split(q.prompt(width), "\n")
			last := lines[len(lines)-1]
			if room := len(last) % width; len(last) > width && room < len("[y/N] ") && room > 0 {
				t.Fatalf("width %d, %d characters: %q", width, n, q.prompt(width))
			}
		}
	}
}
