package evidence_test

import (
	"slices"
	"testing"

	"commoncase/app/evidence"
	"commoncase/models"
)

// TestUncounted: whoever does not want to be counted is in no figure, no breakdown and no list behind one; how many they are is told only
// where it points to nobody.
func TestUncounted(t *testing.T) {
	each(t, func(h *house) {
		refs := h.eight()
		leaveOut := func(n int) {
			for _, ref := range refs[:n] {
				c, err := h.st.CaseByRef(t.Context(), h.branch.ID, ref)
				h.must(err)
				h.must(h.st.SetUncounted(t.Context(), h.branch.ID, c.ID, true))
			}
		}
		all, err := h.ev.Report(t.Context(), h.secretary, evidence.Query{})
		h.must(err)
		if n := figureOf(t, all.Figures, "cases").N; n != 8 || all.Uncounted != 0 {
			t.Fatalf("%d cases, %d left out", n, all.Uncounted)
		}
		leaveOut(4)
		r, err := h.ev.Report(t.Context(), h.secretary, evidence.Query{})
		h.must(err)
		if n := figureOf(t, r.Figures, "cases").N; n != 4 || r.Uncounted != 0 {
			t.Errorf("four left out: %d cases, and the page tells of %d, which points to them", n, r.Uncounted)
		}
		for _, f := range r.Figures {
			for _, ref := range refs[:4] {
				if slices.Contains(f.Rows, ref) || slices.Contains(f.Of, ref) {
					t.Errorf("%s counts %s", f.Measure, ref)
				}
			}
		}
		if slices.Contains(r.Areas, "Quayside") {
			t.Error("an area is offered in which nobody is counted")
		}
		leaveOut(5)
		r, err = h.ev.Report(t.Context(), h.secretary, evidence.Query{})
		h.must(err)
		if r.Uncounted != 5 {
			t.Errorf("five left out, and the page tells of %d", r.Uncounted)
		}
		// A report that came from a story is counted only where its teller agrees.
		in := models.Incident{BranchID: h.branch.ID, Slug: "outage", Title: "Outage", StartedOn: day("2023-05-01"), Source: "Press"}
		h.must(h.st.AddIncident(t.Context(), &in))
		at := now()
		x := models.Story{BranchID: h.branch.ID, Ref: "XXX-S-23-0001-K", State: models.StoryIncident, How: models.HowSelf, Lang: "en", Sealed: []byte{}, IncidentID: in.ID, Version: 1, SentAt: &at}
		h.must(h.st.AddStory(t.Context(), &x))
		h.must(h.st.AddImpactReport(t.Context(), &models.ImpactReport{BranchID: h.branch.ID, IncidentID: in.ID, On: day("2023-05-02"), Theme: "leaks", Impact: "Water", Quote: models.QuoteNone, StoryID: x.ID}))
		reports := func() int {
			figs, err := h.ev.Figures(t.Context(), h.secretary, evidence.Query{})
			h.must(err)
			n := 0
			for _, f := range figs {
				if m, _ := evidence.MeasureOf(f.Measure); m.Source == evidence.FromReports {
					n += f.N
				}
			}
			return n
		}
		if n := reports(); n != 0 {
			t.Errorf("%d reports are counted without consent", n)
		}
		h.must(h.st.AddConsent(t.Context(), &models.Consent{BranchID: h.branch.ID, StoryID: x.ID, Purpose: models.PurposeCount, Value: models.ConsentYes, Wording: "asked", Lang: "en", How: models.ConsentSelf, On: day("2023-05-02")}))
		if reports() == 0 {
			t.Error("no report is counted with consent")
		}
	})
}
