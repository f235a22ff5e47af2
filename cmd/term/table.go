package term

import (
	"slices"
	"strings"
)

// Table prints rows with aligned columns; cells must be cleaned already. On a terminal it is never wider than
// that: it shortens or omits the least important columns, and if that is not enough, prints the cells of a row
// below each other. Elsewhere it prints everything.
type Table struct {
	w       *Printer
	names   []string
	rows    [][]string
	order   []shortening
	leaving []int // columns that may be omitted, in that order
	toneFor map[string]func(cell string) Tone
	linkFor map[int]func(row int) string
}

// shortening is a column that may be shortened, and its minimal width.
type shortening struct {
	column, least int
}

const (
	columnGap   = 2
	narrowTable = 60 // on a narrower terminal, shortened rows are of no use
)

// MinColumn is the minimal width of a shortened column.
const MinColumn = 8

// NewTable returns a table with the given column names.
func NewTable(w *Printer, columns ...string) *Table {
	return &Table{w: w, names: columns, toneFor: map[string]func(string) Tone{}, linkFor: map[int]func(int) string{}}
}

// Row adds a row; missing cells are empty.
func (t *Table) Row(cells ...string) { t.rows = append(t.rows, cells) }

// Shorten allows a column to be shortened, after those named in earlier calls. Without any call all columns may
// be, the widest first.
func (t *Table) Shorten(column string, least int) *Table {
	if i := slices.Index(t.names, column); i >= 0 {
		t.order = append(t.order, shortening{i, least})
	}
	return t
}

// Omit allows a column to be omitted, after those named in earlier calls.
func (t *Table) Omit(column string) *Table {
	if i := slices.Index(t.names, column); i >= 0 {
		t.leaving = append(t.leaving, i)
	}
	return t
}

// ColumnTone colours the cells of a column.
func (t *Table) ColumnTone(column string, of func(cell string) Tone) {
	t.toneFor[column] = of
}

// ColumnLink makes the cells of a column hyperlinks, except where of returns "".
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

// natural returns the widths of the columns without shortening. The last column is not padded.
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

// narrow returns widths with which the table fits; nil if there are none.
func (t *Table) narrow(most int) []int {
	for without := range len(t.leaving) + 1 {
		widths := t.natural()
		for _, i := range t.leaving[:without] {
			widths[i] = -columnGap // nor is the gap needed
		}
		if t.shortened(widths, most); total(widths) <= most {
			return widths
		}
	}
	return nil
}

// shortened shortens columns until they fit or reach their minimal widths.
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

// line prints a row. shown returns the text to print for a cell that fits.
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

// stack prints each cell on a line or more, and an empty line between rows.
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

// stackIndent indents text that does not fit beside its name.
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
