package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// read follows the lines of a picture and returns the graph that it shows.
func read(t *testing.T, picture string) graph {
	t.Helper()
	var rows [][]rune
	for line := range strings.Lines(picture) {
		rows = append(rows, []rune(strings.TrimSuffix(line, "\n")))
	}
	at := func(row, column int) rune {
		if row < 0 || row >= len(rows) || column < 0 || column >= len(rows[row]) {
			return ' '
		}
		return rows[row][column]
	}
	sides := func(row, column int) (first, last int) { // of the box whose name is in the row, at the column
		before, after := string(rows[row][:column]), string(rows[row][column:])
		return len([]rune(before[:strings.LastIndex(before, "│")])), column + len([]rune(after[:strings.Index(after, "│")]))
	}
	name := func(row, column int) string {
		first, last := sides(row, column)
		return strings.TrimSpace(string(rows[row][first+1 : last]))
	}
	shown := graph{}
	for row := range rows {
		for column, r := range rows[row] {
			if !unicode.IsLetter(r) || unicode.IsLetter(at(row, column-1)) || unicode.IsDigit(at(row, column-1)) {
				continue
			}
			from := name(row, column)
			shown[from] = nil
			first, last := sides(row, column)
			for x := first; x <= last; x++ {
				if at(row+1, x) == '┬' {
					row, x := follow(t, at, row+2, x)
					shown[from] = append(shown[from], name(row+2, x))
				}
			}
			slices.Sort(shown[from])
		}
	}
	return shown
}

// follow goes from below a box along its line to the arrow at the end. Lines of several boxes join,
// and never part, so that there is one way only: down where that is possible, else along the row
// towards where it leads down.
func follow(t *testing.T, at func(int, int) rune, row, x int) (int, int) {
	t.Helper()
	for {
		switch r := at(row, x); r {
		case '▼':
			return row, x
		case '│', '┼', '├', '┤':
			row++
		case '└', '┘', '┴':
			row, x = row+1, exit(t, at, row, x)
		default:
			t.Fatalf("the line is broken in row %d, column %d: %q", row, x, r)
		}
	}
}

// exit finds where a row that is entered from above leads down.
func exit(t *testing.T, at func(int, int) rune, row, x int) int {
	t.Helper()
	for _, step := range []int{-1, 1} {
		ends := map[int]string{-1: "└", 1: "┘"}[step] // no further in this direction
		for i := x; ; i += step {
			r := at(row, i)
			if strings.ContainsRune("┬┼┐┌├┤", r) {
				return i
			}
			if strings.ContainsRune(ends, r) {
				break
			}
			if !strings.ContainsRune("─│┴└┘", r) {
				t.Fatalf("the row is broken in row %d, column %d: %q", row, i, r)
			}
		}
	}
	t.Fatalf("row %d leads nowhere from column %d", row, x)
	return 0
}

func TestPictureShowsEveryImport(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 0))
		g := graph{}
		count := 1 + random.IntN(24)
		for i := range count {
			name := fmt.Sprint("package", strings.Repeat("x", random.IntN(8)), i)
			g[name] = nil
			for _, to := range slices.Sorted(maps.Keys(g)) {
				if to != name && random.IntN(count) < 3 {
					g[name] = append(g[name], to)
				}
			}
		}
		drawn, err := picture(g)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		want := reduced(g)
		got := read(t, drawn)
		if !maps.EqualFunc(got, want, func(a, b []string) bool { return slices.Equal(a, b) }) {
			t.Fatalf("seed %d: the picture shows\n%v, want\n%v\n%s", seed, got, want, drawn)
		}
	}
}

func TestImportsThatFollowFromOthersAreNotDrawn(t *testing.T) {
	got := reduced(graph{"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": nil})
	want := graph{"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": nil}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPictureIsTheSameEachTime(t *testing.T) {
	g := graph{"a": {"b", "c", "d"}, "b": {"e"}, "c": {"e", "f"}, "d": {"f"}, "e": nil, "f": nil, "g": nil}
	first, err := picture(g)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, err := picture(g); err != nil || again != first {
			t.Fatalf("%v\n%s\nand before\n%s", err, again, first)
		}
	}
}

func TestInternalPackagesBelongToThePackageAbove(t *testing.T) {
	for path, want := range map[string]string{"a/internal/b": "a", "a/b/internal/c/d": "a/b", "a/internals": "a/internals", "a": "a"} {
		if got := visible(path); got != want {
			t.Errorf("%s is part of %s, want %s", path, got, want)
		}
	}
}
