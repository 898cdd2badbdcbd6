package rulebook

import (
	"testing"
)

func TestDefaultLoads(t *testing.T) {
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range b.Regimes() {
		t.Log(r.ID, r.From, r.Until, r.File, r.Line)
		for _, x := range r.Rules {
			t.Log("  ", x.ID, x.Clause, x.Limit, x.Line)
		}
	}
}
