package models

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"commoncase/models/civil"
)

func TestFreezeFigures(t *testing.T) {
	from, to := civil.MustParse("2022-06-17"), civil.MustParse("2023-07-31")
	a := Figure{Measure: "stage1-late-share", Name: "Stage 1 answers late", Definition: "Late < 10 & more", From: from, To: to, Value: 62, Text: "62 %",
		Unit: "per cent", N: 21, Rows: []string{"CLA-22-0002-A", "CLA-22-0001-B"}}
	b := Figure{Measure: "households", From: from, To: to, Value: 40, Text: "40", N: 40}
	content, hash, err := FreezeFigures([]Figure{a, b})
	if err != nil {
		t.Fatal(err)
	}
	if len(hash) != 64 || !strings.Contains(content, "Late < 10 & more") || strings.HasSuffix(content, "\n") {
		t.Fatalf("hash %q, content %s", hash, content)
	}
	if a.Rows[0] != "CLA-22-0002-A" {
		t.Error("the caller's figures were changed")
	}
	a.Rows = []string{"CLA-22-0001-B", "CLA-22-0002-A"}
	again, hash2, err := FreezeFigures([]Figure{b, a})
	if err != nil || again != content || hash2 != hash {
		t.Errorf("another order gives another snapshot: %v\n%s\n%s", err, content, again)
	}
	thawed, err := ThawFigures(content)
	if err != nil {
		t.Fatal(err)
	}
	b.Rows = []string{}
	if !reflect.DeepEqual(thawed, []Figure{b, a}) {
		t.Errorf("thawed %+v", thawed)
	}
	a.Value = 63
	if _, other, _ := FreezeFigures([]Figure{a, b}); other == hash {
		t.Error("another value has the same hash")
	}
	if _, _, err := FreezeFigures(slices.Repeat([]Figure{a}, 2)); err == nil {
		t.Error("a measure that comes twice was frozen")
	}
	a.Value = math.NaN()
	if _, _, err := FreezeFigures([]Figure{a}); err == nil {
		t.Error("a figure that is no number was frozen")
	}
	if content, _, err := FreezeFigures(nil); err != nil || content != "[]" {
		t.Errorf("no figures: %q, %v", content, err)
	}
	if _, err := ThawFigures("{"); err == nil {
		t.Error("broken content was thawed")
	}
}
