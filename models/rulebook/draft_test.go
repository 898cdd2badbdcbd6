package rulebook

import (
	"slices"
	"strings"
	"testing"

	"commoncase/models"
	"commoncase/models/civil"
)

func draft() PolicyDraft {
	return PolicyDraft{Regime: "harbour-and-vale-2030", Landlord: Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes"}, Title: "Complaints policy 2030",
		From: civil.MustParse("2030-01-01"), Source: Source{Title: "The policy, handed out on 3 January 2030", Address: "https://example.org/policy"},
		Duties: []DraftDuty{
			{Duty: "stage1-acknowledgement", N: 5, Unit: WorkingDays, From: "received", Clause: "3.1", Confidence: Verified},
			{Duty: "stage1-response", N: 4, Unit: Weeks, From: "acknowledged", Clause: "3.2", Confidence: Unconfirmed, Confirm: "A copy of page 3."},
			{Duty: "stage1-extension", N: 10, Unit: WorkingDays, From: "due", Clause: "3.3", Confidence: Verified},
			{Duty: "ask-for-stage2", N: 20, Unit: WorkingDays, From: "answered", Clause: "4.1", Confidence: Verified},
			{Duty: "repair-emergency", N: 24, Unit: Hours, From: "raised", Clause: "7", Confidence: Secondary},
			{Duty: "mp-enquiry", N: 10, Unit: WorkingDays, From: "enquired", Clause: "9", Confidence: Remembered},
		}}
}

func TestDraftBecomesARegime(t *testing.T) {
	d := draft()
	r, err := d.Build(nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != d.Regime || r.Family != FamilyPolicy || r.From != d.From || r.Until != 0 || len(r.Rules) != 5 || r.Digest == "" || !strings.Contains(r.Version(), "branch") {
		t.Fatalf("%+v", r)
	}
	for _, x := range []struct {
		duty, limit string
		starts      int
		procedure   models.Procedure
	}{{"stage1-acknowledgement", "5 working days", 1, ""}, {"stage1-response", "4 weeks", 2, ""}, {"ask-for-stage2", "20 working days", 1, ""},
		{"repair-emergency", "24 hours", 1, models.ProcedureRepair}, {"mp-enquiry", "10 working days", 1, models.ProcedureMPEnquiry}} {
		i := slices.IndexFunc(r.Rules, func(y *Rule) bool { return y.Duty == x.duty })
		if i < 0 {
			t.Fatalf("no %s", x.duty)
		}
		y := r.Rules[i]
		if y.Limit.String() != x.limit || len(y.Starts) != x.starts || y.Procedure != x.procedure || !strings.Contains(y.Text, "Harbour & Vale Homes") || y.Regime != r {
			t.Errorf("%s: %+v", x.duty, y)
		}
	}
	if e := r.Rules[1].Extension; e == nil || e.Limit.N != 10 || e.Clause != "3.3" {
		t.Errorf("the extension: %+v", e)
	}
	if s := r.Rules[1].Starts[1]; s.DueOf != r.Rules[0] || s.Assumed == "" {
		t.Errorf("without an acknowledgement: %+v", s)
	}
	text, err := d.Text()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseDraft(text)
	if err != nil || back.From != d.From || !slices.Equal(back.Duties, d.Duties) {
		t.Errorf("%v, %+v", err, back)
	}
	if _, err := ParseDraft(`{"title": "x"}`); err == nil {
		t.Error("a draft without an id was read")
	}
}

func TestDraftIsChecked(t *testing.T) {
	for _, x := range []struct {
		name  string
		spoil func(*PolicyDraft)
		field string
	}{
		{"no title", func(d *PolicyDraft) { d.Title = "" }, "title"},
		{"no first day", func(d *PolicyDraft) { d.From = 0 }, "from"},
		{"ends before it begins", func(d *PolicyDraft) { d.Until = d.From - 1 }, "until"},
		{"no source", func(d *PolicyDraft) { d.Source.Title = "" }, "source"},
		{"an address that is none", func(d *PolicyDraft) { d.Source.Address = "javascript:alert(1)" }, "address"},
		{"no duties", func(d *PolicyDraft) { d.Duties = nil }, "stage1-acknowledgement-n"},
		{"0 days", func(d *PolicyDraft) { d.Duties[0].N = 0 }, "stage1-acknowledgement-n"},
		{"hours for an answer", func(d *PolicyDraft) { d.Duties[1].Unit = Hours }, "stage1-response-unit"},
		{"counted from nothing", func(d *PolicyDraft) { d.Duties[1].From = "moon" }, "stage1-response-from"},
		{"no clause", func(d *PolicyDraft) { d.Duties[3].Clause = "" }, "ask-for-stage2-clause"},
		{"unconfirmed without a word", func(d *PolicyDraft) { d.Duties[1].Confirm = "" }, "stage1-response-confirm"},
		{"sure and not sure", func(d *PolicyDraft) { d.Duties[0].Confirm = "A copy." }, "stage1-acknowledgement-confidence"},
		{"no word on how sure", func(d *PolicyDraft) { d.Duties[0].Confidence = "" }, "stage1-acknowledgement-confidence"},
		{"an extension of nothing", func(d *PolicyDraft) { d.Duties = d.Duties[2:] }, "stage1-extension-n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := draft()
			x.spoil(&d)
			_, err := d.Build(nil)
			found := models.FieldErrors(err)
			if len(found) != 1 || found[0].Field != x.field || !strings.HasSuffix(found[0].Message, ".") {
				t.Errorf("%v", err)
			}
		})
	}
}

// Every built-in policy can be written as a draft and comes back as it was, as far as a draft can say it; the rest is carried over.
func TestBuiltInPoliciesAsDrafts(t *testing.T) {
	seen := 0
	for _, r := range Default().Regimes() {
		if r.Family != FamilyPolicy {
			continue
		}
		seen++
		d := DraftOf(r)
		if len(d.Duties) == 0 {
			continue
		}
		again, err := d.Build(r)
		if err != nil {
			t.Fatalf("%s: %v", r.ID, err)
		}
		if again.Short != r.Short || again.From != r.From {
			t.Errorf("%s: %+v", r.ID, again)
		}
		for _, x := range r.Rules {
			i := slices.IndexFunc(again.Rules, func(y *Rule) bool { return y.Duty == x.Duty })
			if i < 0 {
				t.Fatalf("%s is gone", x.ID)
			}
			y := again.Rules[i]
			if y.Limit != x.Limit || len(y.Starts) != len(x.Starts) || y.Starts[0].On != x.Starts[0].On || !slices.Equal(y.MetBy, x.MetBy) || (x.Extension == nil) != (y.Extension == nil) ||
				y.Type != x.Type || y.Procedure != x.Procedure || y.Confidence != x.Confidence {
				t.Errorf("%s was %+v\nand is %+v", x.ID, x, y)
			}
		}
	}
	if seen < 3 {
		t.Errorf("only %d policies were seen", seen)
	}
}

func TestPolicySet(t *testing.T) {
	a, b := draft(), draft()
	b.Regime, b.From = "harbour-and-vale-2031", civil.MustParse("2031-01-01")
	build := func(d PolicyDraft) *Regime {
		r, err := d.Build(nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if _, err := PolicySet([]*Regime{build(b), build(a)}); err == nil || !strings.Contains(err.Error(), "End that one on 31 December 2030") {
		t.Errorf("two at once: %v", err)
	}
	a.Until = civil.MustParse("2030-12-31")
	set, err := PolicySet([]*Regime{build(b), build(a)})
	if err != nil || len(set) != 2 || set[0].ID != a.Regime {
		t.Errorf("%v, %v", set, err)
	}
}
