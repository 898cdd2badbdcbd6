package main

import (
	"context"
	"errors"
	"fmt"

	"commoncase/models"
	"commoncase/models/civil"
)

// holidayCommand is about bank holidays that were announced after this program was built.
type holidayCommand struct {
	Add  holidayAddCommand  `cmd:"" help:"Add a bank holiday that was announced late, and compute every deadline again."`
	List holidayListCommand `cmd:"" help:"List the bank holidays that were added."`
}

// holidayAddCommand is holiday add.
type holidayAddCommand struct {
	place
	Calendar string `required:"" enum:"england-and-wales,scotland,northern-ireland" help:"Where it is a bank holiday: ${enum}."`
	On       string `required:"" placeholder:"DATE" help:"The day, such as 2023-05-08."`
	Title    string `required:"" help:"What it is called, as pages print it."`
	Source   string `required:"" help:"Where it was announced."`
}

// Help shows an example.
func (holidayAddCommand) Help() string {
	return "Example:\n\n  commoncase holiday add --calendar england-and-wales --on 2023-05-08 --title 'Bank holiday for the coronation' --source https://www.gov.uk/bank-holidays\n\n" +
		"It holds in every branch. A server that runs beside it follows within a minute."
}

// Run adds it and waits for the deadlines.
func (h *holidayAddCommand) Run(ctx context.Context, std streams) (err error) {
	on, err := civil.Parse(h.On)
	if err != nil {
		return fmt.Errorf("--on: %w", err)
	}
	a, err := h.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	said := -1
	added, run, err := a.AddHoliday(ctx, civil.CalendarName(h.Calendar), on, h.Title, h.Source, func(r models.Recompute) {
		if p := r.Percent() / 10; p != said {
			said = p
			fmt.Fprintf(std.err, "%d of %d cases computed\n", r.Done, r.Total)
		}
	})
	if err != nil {
		return sentence(err)
	}
	fmt.Fprintf(std.out, "%s is a bank holiday of %s: %d cases computed again, %d deadlines moved.\n", added.On.Long(), added.Calendar.Label(), run.Done, run.Moved)
	return nil
}

// holidayListCommand is holiday list.
type holidayListCommand struct{ place }

// Help shows an example.
func (holidayListCommand) Help() string {
	return "Example:\n\n  commoncase holiday list\n  2023-05-08  england-and-wales  Bank holiday for the coronation (https://www.gov.uk/bank-holidays)"
}

// Run lists them.
func (h *holidayListCommand) Run(ctx context.Context, std streams) (err error) {
	a, err := h.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	all, err := a.Casework.Holidays(ctx, models.Actor{})
	if err != nil {
		return sentence(err)
	}
	if len(all) == 0 {
		fmt.Fprintln(std.out, "None was added: the official bank holidays are built in.")
	}
	for _, x := range all {
		fmt.Fprintf(std.out, "%s  %s  %s (%s)\n", x.On, x.Calendar, x.Title, x.Source)
	}
	return nil
}
