package term

import (
	"slices"
	"strings"
)

// Table prints rows whose columns are aligned. Cells have been cleaned already.
// It is never wider than the terminal: there it shortens or leaves out what matters
// least, and where that is not enough, or the terminal is narrow, it puts the cells
// of a row below each other. Elsewhere all is there.
type Table struct {
	w       *Printer
	names   []string
	rows    [][]string
	order   []shortening
	leaving []int // columns that may be left out, the first one first
	toneFor map[string]func(cell string) Tone
	linkFor map[int]func(row int) string
}

// shortening is a column that may be shortened, and the least that is left of it.
type shortening struct {
	column, least int
}

const (
	columnGap   = 2
	narrowTable = 60 // below it, a row that has to be shortened says too little
)

// MinColumn is how narrow a column may become.
const MinColumn = 8

// NewTable begins a table with the names of its columns.
func NewTable(w *Printer, columns ...string) *Table {
	return &Table{w: w, names: columns, toneFor: map[string]func(string) Tone{}, linkFor: map[int]func(int) string{}}
}

// Row adds a row; a shorter one than the header leaves the last cells empty.
func (t *Table) Row(cells ...string) { t.rows = append(t.rows, cells) }

// Shorten lets a column be shortened, after those that were named before. Without
// it every column may be, the widest first.
func (t *Table) Shorten(column string, least int) *Table {
	if i := slices.Index(t.names, column); i >= 0 {
		t.order = append(t.order, shortening{i, least})
	}
	return t
}

// Omit lets a column be left out, after those that were named before.
func (t *Table) Omit(column string) *Table {
	if i := slices.Index(t.names, column); i >= 0 {
		t.leaving = append(t.leaving, i)
	}
	return t
}

// ColumnTone gives the cells of a column a colour.
func (t *Table) ColumnTone(column string, of func(cell string) Tone) {
	t.toneFor[column] = of
}

// ColumnLink has the cells of a column lead to pages: to none where of returns "".
func (t *Table) ColumnLink(column string, of func(row int) string) {
	if i := slices.Index(t.names, column); i >= 0 {
		t.linkFor[i] = of
	}
}

// Print prints the table.
func (t *Table) Print() {
	widths := t.natural()
	if most := t.w.Terminal.Width; most > 0 && total(widths) > most {
		if widths = t.narrow(most); most < narrowTable || widths == nil {
			t.stack(most)
			return
		}
	}
	t.line(t.names, widths, func(_ int, name string) string { return t.w.Terminal.Paint(Title, name) })
	for n, row := range t.rows {
		t.line(row, widths, func(i int, cell string) string {
			cell = t.w.Terminal.Paint(t.toneOf(i, row), cell)
			if link := t.linkFor[i]; link != nil {
				cell = t.w.Terminal.Link(link(n), cell)
			}
			return cell
		})
	}
}

// natural returns how wide the columns would like to be. The last one is not padded.
func (t *Table) natural() []int {
	widths := make([]int, len(t.names))
	for _, row := range slices.Insert(slices.Clone(t.rows), 0, t.names) {
		for i := range min(len(row), len(widths)) {
			widths[i] = max(widths[i], Cells(row[i]))
		}
	}
	return widths
}

func total(widths []int) int {
	sum := columnGap * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return sum
}

// narrow returns the widths with which the table fits; nil where it cannot.
func (t *Table) narrow(most int) []int {
	for without := range len(t.leaving) + 1 {
		widths := t.natural()
		for _, i := range t.leaving[:without] {
			widths[i] = -columnGap // nor is there a gap
		}
		if t.shortened(widths, most); total(widths) <= most {
			return widths
		}
	}
	return nil
}

// shortened shortens columns until they fit, or as far as they may be.
func (t *Table) shortened(widths []int, most int) {
	for _, s := range t.order {
		over := max(total(widths)-most, 0)
		widths[s.column] = max(widths[s.column]-over, min(s.least, widths[s.column]))
	}
	for len(t.order) == 0 && total(widths) > most {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= MinColumn {
			break
		}
		widths[widest]--
	}
}

// line prints a row. shown returns what is printed for a cell that fits.
func (t *Table) line(row []string, widths []int, shown func(column int, cell string) string) {
	var text strings.Builder
	for i, width := range widths {
		if width < 0 {
			continue
		}
		cell := fitWords(cellOf(row, i), width)
		text.WriteString(shown(i, cell))
		if i < len(widths)-1 {
			text.WriteString(pad("", width-Cells(cell)+columnGap))
		}
	}
	t.w.Line("%s", strings.TrimRight(text.String(), " "))
}

// stack prints a line or more for each cell, and an empty line between rows.
func (t *Table) stack(most int) {
	for n, row := range t.rows {
		if n > 0 {
			t.w.Line("")
		}
		for i, name := range t.names {
			cell := cellOf(row, i)
			if cell == "" || cell == "-" {
				continue
			}
			lines := wrap(name+": "+cell, most, stackIndent)
			for k, line := range lines {
				if k > 0 {
					line = pad("", stackIndent) + line
				}
				t.w.Line("%s", t.w.Terminal.Mark(line, cell, t.toneOf(i, row)))
			}
		}
	}
}

// stackIndent is that of what does not fit beside its name.
const stackIndent = 2

func (t *Table) toneOf(column int, row []string) Tone {
	if of := t.toneFor[t.names[column]]; of != nil {
		return of(cellOf(row, column))
	}
	return Plain
}

func cellOf(row []string, column int) string {
	if column < len(row) {
		return row[column]
	}
	return ""
}
