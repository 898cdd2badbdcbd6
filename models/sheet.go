package models

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// Sheet writes rows, the heads of the columns first, as a CSV file that spreadsheet programs open as it is meant: in UTF-8, which they
// believe by its first bytes, and with an apostrophe before what they would take for a formula.
func Sheet(rows [][]string) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = defuse(cell)
		}
		_ = w.Write(cells) // a bytes.Buffer takes everything
	}
	w.Flush()
	return b.Bytes()
}

// defuse puts an apostrophe before what a spreadsheet program would take for a formula.
func defuse(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
