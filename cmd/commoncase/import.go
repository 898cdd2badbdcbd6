package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// importCommand brings files in.
type importCommand struct {
	Homes importHomesCommand `cmd:"" help:"Put a landlord's list of homes in the place of a branch's."`
}

// importHomesCommand is import homes.
type importHomesCommand struct {
	place
	File   string `arg:"" type:"existingfile" help:"CSV, with the columns postcode, address and estate in any order."`
	Branch string `required:"" help:"The branch's slug."`
}

// Help shows an example.
func (importHomesCommand) Help() string {
	return "Example:\n\n  commoncase import homes homes.csv --branch north\n\n" +
		"The first line of the file says what the columns are called. Lines that cannot be read are named with their numbers and left out.\n" +
		"The old list goes only when the new one is in: nothing changes where the file is no good."
}

// Run imports it.
func (h *importHomesCommand) Run(ctx context.Context, std streams) (err error) {
	f, err := os.Open(h.File)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	a, err := h.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	seen, err := a.ImportHomes(ctx, h.Branch, f)
	if err != nil {
		return sentence(err)
	}
	for _, b := range seen.BadLines {
		fmt.Fprintf(std.err, "line %d is left out: %s\n", b.Line, b.Why)
	}
	if more := seen.Bad - len(seen.BadLines); more > 0 {
		fmt.Fprintf(std.err, "and %d more lines\n", more)
	}
	if seen.Twice > 0 {
		fmt.Fprintf(std.err, "homes that were named more than once and taken once: %d lines\n", seen.Twice)
	}
	fmt.Fprintf(std.out, "Homes imported: %d. Postcodes: %d. Estates: %d. Lines left out: %d.\n", seen.Homes, seen.Postcodes, seen.Areas, seen.Bad)
	return nil
}
