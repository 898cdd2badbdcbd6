package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"commoncase/models/civil"
)

// workdaysCmd counts working days: Monday to Friday less the bank holidays of a calendar.
type workdaysCmd struct {
	Add     workdaysAddCmd     `cmd:"" help:"Print the date that lies N working days after a date."`
	Between workdaysBetweenCmd `cmd:"" help:"Print the number of working days after one date up to and including another."`
}

// workdaysAddCmd is workdays add.
type workdaysAddCmd struct {
	Date     string `arg:"" help:"The day to count from, such as 2023-05-09. It is day 0, also when it is no working day."`
	N        string `arg:"" help:"How many working days; a negative number counts back, 0 is the day itself."`
	Calendar string `default:"england-and-wales" help:"Whose bank holidays: england-and-wales, scotland, northern-ireland or uk-any (a holiday anywhere in the UK)."`
}

// Help shows an example.
func (workdaysAddCmd) Help() string {
	return "Example:\n\n  commoncase workdays add 2023-05-09 10\n  2023-05-23\n\n  commoncase workdays add 2026-11-20 20 --calendar uk-any\n  2026-12-21"
}

// Run prints one ISO date.
func (c *workdaysAddCmd) Run(std streams) error {
	cal, err := calendarNamed(c.Calendar)
	if err != nil {
		return err
	}
	from, err := civil.Parse(c.Date)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.N)
	if err != nil {
		return fmt.Errorf("%q is not a whole number of working days; write one such as 10", c.N)
	}
	to := cal.Add(from, n)
	if to < civil.On(1, 1, 1) || to > civil.On(9999, 12, 31) {
		return fmt.Errorf("%s working days from %s is not in the years 1 to 9999; count fewer", c.N, from)
	}
	_, err = fmt.Fprintln(std.out, to)
	return err
}

// workdaysBetweenCmd is workdays between.
type workdaysBetweenCmd struct {
	Start    string `arg:"" help:"The day to count from, such as 2023-05-09. It is not counted itself."`
	End      string `arg:"" help:"The last day that is counted. Before the start, the number is negative."`
	Calendar string `default:"england-and-wales" help:"Whose bank holidays: england-and-wales, scotland, northern-ireland or uk-any (a holiday anywhere in the UK)."`
}

// Help shows an example.
func (workdaysBetweenCmd) Help() string {
	return "Example:\n\n  commoncase workdays between 2023-05-09 2023-06-06\n  19"
}

// Run prints a number.
func (c *workdaysBetweenCmd) Run(std streams) error {
	cal, err := calendarNamed(c.Calendar)
	if err != nil {
		return err
	}
	a, err := civil.Parse(c.Start)
	if err != nil {
		return err
	}
	b, err := civil.Parse(c.End)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, cal.Between(a, b))
	return err
}

func calendarNamed(name string) (*civil.Calendar, error) {
	cal, ok := civil.Get(civil.CalendarName(name))
	if !ok {
		names := make([]string, len(civil.CalendarNames))
		for i, n := range civil.CalendarNames {
			names[i] = string(n)
		}
		return nil, fmt.Errorf("there is no calendar %q; choose one of %s", name, strings.Join(names, ", "))
	}
	return cal, nil
}

var negativeNumber = regexp.MustCompile(`^-[0-9]+$`)

// negativesLast lets a person write a negative number without a -- before it: what looks like one goes behind the flags, where
// kong takes it for what it is. No flag of the program is a digit.
func negativesLast(args []string) []string {
	var flags, numbers []string
	for i, a := range args {
		if a == "--" {
			return append(append(flags, args[i:]...), numbers...)
		}
		if negativeNumber.MatchString(a) {
			numbers = append(numbers, a)
		} else {
			flags = append(flags, a)
		}
	}
	if numbers == nil {
		return args
	}
	return append(append(flags, "--"), numbers...)
}
