package evidence

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func count(n int) Support       { return Support{Homes: n, Whole: n, Part: n} }
func share(part, n int) Support { return Support{Homes: n, Whole: n, Part: part, Rest: n - part} }

// What leaves the branch passes the gate (product.md, Evidence): no number under the threshold, on either side of a share.
func TestGateCheck(t *testing.T) {
	for name, c := range map[string]struct {
		threshold int
		rule      GateRule
		support   Support
		why       string // a part of the reason; "" where it may leave
	}{
		"a count at the threshold leaves":                     {5, GateCount, count(5), ""},
		"a count under it stays":                              {5, GateCount, count(4), "fewer than 5 homes"},
		"a count of nothing stays":                            {5, GateCount, count(0), "Nothing was counted"},
		"ten cases of four homes stay":                        {5, GateCount, Support{Homes: 4, Whole: 10, Part: 10}, "fewer than 5 homes"},
		"a branch that asks for ten gets ten":                 {10, GateCount, count(9), "fewer than 10 homes"},
		"a branch that asks for one gets one":                 {1, GateCount, count(1), ""},
		"a branch without a threshold has five":               {0, GateCount, count(4), "fewer than 5"},
		"a negative threshold opens nothing":                  {-3, GateCount, count(4), "fewer than 5"},
		"a share with both sides large leaves":                {5, GateShare, share(5, 10), ""},
		"a share of nobody leaves":                            {5, GateShare, share(0, 10), ""},
		"a share of all leaves":                               {5, GateShare, share(10, 10), ""},
		"a share of one stays":                                {5, GateShare, share(1, 10), "Fewer than 5 cases stand behind it"},
		"a share of four stays":                               {5, GateShare, share(4, 10), "Fewer than 5 cases stand behind it"},
		"a share of all but one stays":                        {5, GateShare, share(9, 10), "All but fewer than 5"},
		"a share of all but four stays":                       {5, GateShare, share(6, 10), "All but fewer than 5"},
		"a share over four stays":                             {5, GateShare, share(0, 4), "fewer than 5 homes"},
		"a case on both sides counts on both":                 {5, GateShare, Support{Homes: 10, Whole: 10, Part: 10, Rest: 2}, "All but fewer than 5"},
		"a part of nobody leaves":                             {5, GatePart, share(0, 10), ""},
		"a part of four stays":                                {5, GatePart, share(4, 10), "Fewer than 5 cases stand behind it"},
		"a part of nine in ten leaves":                        {5, GatePart, share(9, 10), ""},
		"a median of five leaves":                             {5, GateSpread, count(5), ""},
		"a median of four stays":                              {5, GateSpread, count(4), "fewer than 5 homes"},
		"what was published leaves, however few":              {5, GatePublic, Support{}, ""},
		"fails closed: no rule":                               {5, 0, count(100), "does not know"},
		"fails closed: a rule of tomorrow":                    {5, GatePublic + 1, count(100), "does not know"},
		"fails closed: more behind it than counted":           {5, GateShare, Support{Homes: 9, Whole: 10, Part: 11}, "do not fit together"},
		"fails closed: more homes than cases":                 {5, GateCount, Support{Homes: 11, Whole: 10, Part: 10}, "do not fit together"},
		"fails closed: a negative number":                     {5, GateShare, Support{Homes: 10, Whole: 10, Part: -1, Rest: 10}, "do not fit together"},
		"fails closed: a share whose sides do not make it up": {5, GateShare, Support{Homes: 20, Whole: 20, Part: 6, Rest: 6}, "do not fit together"},
	} {
		t.Run(name, func(t *testing.T) {
			why := Gate{c.threshold}.Check(c.rule, c.support)
			if (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
				t.Errorf("Check = %q, want %q", why, c.why)
			}
		})
	}
}

// A table whose total is known hides no cell that could be worked out from it.
func TestGateTable(t *testing.T) {
	for name, c := range map[string]struct {
		rule  GateRule
		cells []Support
		held  []int
	}{
		"all large":                              {GateCount, []Support{count(5), count(9), count(30)}, nil},
		"one small takes the smallest other":     {GateCount, []Support{count(30), count(2), count(9)}, []int{1, 2}},
		"two small that add up to enough":        {GateCount, []Support{count(30), count(3), count(4)}, []int{1, 2}},
		"two small that add up to too little":    {GateCount, []Support{count(30), count(1), count(1), count(8)}, []int{1, 2, 3}},
		"an empty cell is shown":                 {GateCount, []Support{count(0), count(9)}, nil},
		"an empty cell is no place to hide":      {GateCount, []Support{count(0), count(3), count(9), count(12)}, []int{1, 2}},
		"only small ones":                        {GateCount, []Support{count(1), count(2)}, []int{0, 1}},
		"one small alone":                        {GateCount, []Support{count(4)}, []int{0}},
		"nothing":                                {GateCount, nil, nil},
		"a share takes another with it":          {GateShare, []Support{share(10, 20), share(1, 9), share(6, 12)}, []int{1, 2}},
		"a share that hides too few on one side": {GateShare, []Support{share(20, 40), share(1, 9), share(1, 10)}, []int{0, 1, 2}},
		"shares with a side that is empty":       {GateShare, []Support{share(9, 9), share(0, 9)}, nil},
		"medians add up to nothing":              {GateSpread, []Support{count(3), count(9)}, []int{0}},
		"what is public":                         {GatePublic, []Support{count(1), count(9)}, nil},
		"fails closed: no rule":                  {0, []Support{count(50), count(60)}, []int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var held []int
			for i, why := range (Gate{5}).Table(c.rule, c.cells) {
				if why != "" {
					held = append(held, i)
				}
			}
			if !slices.Equal(held, c.held) {
				t.Errorf("held back %v, want %v", held, c.held)
			}
		})
	}
}

// Whatever the table: each cell that is shown is no small number, and what is held back adds up to no small number and is never
// one cell beside others that are shown.
func TestGateTableGenerated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		threshold := 1 + r.IntN(12)
		rule := []GateRule{GateCount, GateShare, GatePart}[r.IntN(3)]
		cells := make([]Support, 1+r.IntN(8))
		for i := range cells {
			n := r.IntN(30)
			cells[i] = count(n)
			if rule != GateCount {
				cells[i] = share(r.IntN(n+1), n)
			}
		}
		why := Gate{threshold}.Table(rule, cells)
		held, part, rest, shown := 0, 0, 0, 0
		for i, c := range cells {
			if why[i] != "" {
				held++
				part += c.Part
				rest += c.Rest
				continue
			}
			if c.Whole > 0 {
				shown++
			}
			if small(c.Whole, threshold) || small(c.Part, threshold) || rule == GateShare && small(c.Rest, threshold) {
				t.Fatalf("threshold %d: %+v is shown in %+v", threshold, c, cells)
			}
		}
		if held > 0 && shown > 0 && (held == 1 || small(part, threshold) || rule == GateShare && small(rest, threshold)) {
			t.Fatalf("threshold %d: %d held back with %d and %d behind them can be worked out in %+v (%v)", threshold, held, part, rest, cells, why)
		}
	}
}
