package cmd

import (
	"strings"
	"text/tabwriter"
)

// table prints rows whose columns are aligned. Cells have been cleaned already.
type table struct {
	w    *printer
	rows [][]string
}

// newTable begins a table with the names of its columns.
func newTable(w *printer, columns ...string) *table { return &table{w: w, rows: [][]string{columns}} }

// row adds a row; a shorter one than the header leaves the last cells empty.
func (t *table) row(cells ...string) { t.rows = append(t.rows, cells) }

// print prints the table.
func (t *table) print() {
	const padding = 2
	columns := tabwriter.NewWriter(t.w, 0, 0, padding, ' ', 0)
	aligned := &printer{w: columns}
	for _, cells := range t.rows {
		aligned.line("%s", strings.Join(cells, "\t"))
	}
	_ = columns.Flush() // t.w keeps the error
}
