package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// Two simulated activations cannot be made beforehand, so the sample that is on its way stands for several.
func TestSeveralAreDrawnAtTheBottomAndLeaveTheScreenWhole(t *testing.T) {
	t.Parallel()
	for columns, want := range map[int]string{
		40:  `^busy\.example\.com: PENDING`,
		80:  `^busy\.example\.com on STAGING: PENDING \([a-z]+\), [0-9ms]+ of 1m30s`,
		200: `^busy\.example\.com version 3 on STAGING: PENDING \([a-z]+\), [0-9ms]+, usually 1m30s, next look in [0-9ms]+$`,
	} {
		for _, args := range [][]string{{"status", "busy.example.com", "www.example.com", "--watch"}, {"wait", "busy.example.com", "www.example.com"}} {
			t.Run(fmt.Sprint(args[0], columns), func(t *testing.T) {
				t.Parallel()
				s, err := runOnScreen(t, columns, columns, nil, append(args, "--simulate", "--speed", "40")...)
				if err != nil {
					t.Fatal(err)
				}
				matched := false
				for _, f := range s.frames {
					for _, row := range f.used() {
						matched = matched || regexp.MustCompile(want).MatchString(row)
						if utf8.RuneCountInString(row) == columns && strings.HasPrefix(row, "busy.example.com") && strings.Contains(row, "PENDING") {
							t.Errorf("%d columns: %q takes the whole line", columns, row)
						}
					}
				}
				last := s.frames[len(s.frames)-1]
				text := strings.Join(last.used(), "\n")
				if !matched || strings.Contains(text, "PENDING (") || !strings.HasPrefix(last.squashed(), squash("simulation: nothing of this reaches Akamai")) || last.x != 0 || !s.term.CursorVisible() {
					t.Errorf("%d columns, %s: matched %t, cursor at %d:\n%s", columns, args[0], matched, last.x, text)
				}
			})
		}
	}
}

func TestWhatIsDrawnForSeveralIsGoneAtCtrlC(t *testing.T) {
	interrupted := false
	s, err := runOnScreen(t, 80, 80, func(s *screen, f frame) {
		if !interrupted && strings.Contains(strings.Join(f.used(), "\n"), "PENDING") {
			interrupted = true
			_, _ = s.tty.WriteString("\x03")
		}
	}, "status", "busy.example.com", "www.example.com", "--watch", "--simulate", "--speed", "1")
	last := strings.Join(s.frames[len(s.frames)-1].used(), "\n")
	if err == nil || !interrupted || strings.Contains(last, "next look") || !strings.Contains(last, "pick it up again") || !strings.Contains(last, "busy.example.com") {
		t.Errorf("%v: %s", err, last)
	}
}
