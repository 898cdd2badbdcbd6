package main

import (
	"slices"
	"strings"
	"testing"
)

func TestWorkdays(t *testing.T) {
	for _, x := range []struct {
		name string
		args string
		out  string // the whole output; "" where the command refuses
		err  string // a part of the sentence
	}{
		{"issue 2's example", "add 2023-05-09 10", "2023-05-23", ""},
		{"FOIA: a holiday anywhere in the UK", "add 2026-11-20 20 --calendar uk-any", "2026-12-21", ""},
		{"the calendar first", "add --calendar=uk-any 2026-11-20 20", "2026-12-21", ""},
		{"England alone", "add 2026-11-20 20", "2026-12-18", ""},
		{"nothing added", "add 2023-05-07 0", "2023-05-07", ""},
		{"backwards", "add 2023-05-09 -3", "2023-05-03", ""},
		{"backwards, flag last", "add 2023-05-09 -3 --calendar scotland", "2023-05-03", ""},
		{"backwards, marked", "add 2023-05-09 -- -3", "2023-05-03", ""},
		{"between", "between 2023-05-09 2023-06-06", "19", ""},
		{"between, the other way", "between 2023-06-06 2023-05-09", "-19", ""},
		{"Scotland's August", "between 2024-08-02 2024-08-06 --calendar scotland", "1", ""},
		{"Northern Ireland's July", "between 2024-07-11 2024-07-15 --calendar northern-ireland", "1", ""},
		{"a date that does not exist", "add 2023-02-30 1", "", "not a date that exists"},
		{"no date at all", "between 2023-05-09 tomorrow", "", "not a date"},
		{"no number", "add 2023-05-09 ten", "", "not a whole number"},
		{"too far", "add 2023-05-09 99999999", "", "count fewer"},
		{"beyond every number", "add 2023-05-09 99999999999999999999", "", "not a whole number"},
		{"no such calendar", "add 2023-05-09 1 --calendar wales", "", "england-and-wales, scotland"},
	} {
		t.Run(x.name, func(t *testing.T) {
			out, errs, code := commoncase(t, "", append([]string{"workdays"}, strings.Fields(x.args)...)...)
			if x.out != "" && (out != x.out+"\n" || errs != "" || code != 0) {
				t.Errorf("printed %q %q, exit %d; want %s", out, errs, code, x.out)
			}
			if x.out == "" && (out != "" || code != 1 || !strings.Contains(errs, x.err)) {
				t.Errorf("printed %q, said %q, exit %d; want %q and exit 1", out, errs, code, x.err)
			}
		})
	}
}

func TestNegativesLast(t *testing.T) {
	for _, x := range []struct{ in, want string }{
		{"workdays add 2023-05-09 10 --calendar scotland", "workdays add 2023-05-09 10 --calendar scotland"},
		{"workdays add 2023-05-09 -3 --calendar scotland", "workdays add 2023-05-09 --calendar scotland -- -3"},
		{"workdays add 2023-05-09 -- -3", "workdays add 2023-05-09 -- -3"},
		{"", ""},
	} {
		in := strings.Fields(x.in)
		if got := negativesLast(slices.Clone(in)); strings.Join(got, " ") != x.want {
			t.Errorf("%q: %q", x.in, got)
		}
	}
}
