package casework_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

func said(d casework.Digest) string {
	var b strings.Builder
	for _, s := range d.Sections {
		fmt.Fprintf(&b, "[%s]", s.Title)
		for _, l := range s.Lines {
			fmt.Fprintf(&b, " %s %s.", l.Ref, l.Words)
		}
		if s.More > 0 {
			fmt.Fprintf(&b, " +%d", s.More)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestDigest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw, sec, other := w.actor(w.a, access.Caseworker), w.actor(w.a, access.Secretary), w.actor(w.b, access.Caseworker)
		give := func(ref string, to int64) {
			t.Helper()
			v, err := w.ReadCase(ctx, sec, ref)
			w.must(err)
			w.must(w.Assign(ctx, sec, ref, v.Case.Version, to))
		}
		digest := func(a models.Actor, secretary bool) string {
			t.Helper()
			d, err := w.Digest(ctx, a.BranchID, a.AccountID, secretary)
			w.must(err)
			return said(d)
		}

		// The final response came on 10 August 2022: the way to the Ombudsman ends within days, and for good.
		w.today = civil.MustParse("2023-07-03")
		lost := w.open(sec, "Łukasz Żółć")
		for _, e := range []struct {
			kind models.Kind
			on   string
		}{{models.KindComplaintMade, "2022-06-01"}, {models.KindStage1Response, "2022-06-10"}, {models.KindEscalationRequested, "2022-06-20"}, {models.KindStage2Response, "2022-08-10"}} {
			_, err := w.log(sec, lost.Ref, e.kind, e.on)
			w.must(err)
		}
		late := w.open(sec, "Niamh Ní Bhriain")
		_, err := w.log(sec, late.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)
		give(lost.Ref, cw.AccountID)
		give(late.Ref, cw.AccountID)
		nobody := w.open(sec, "محمد")
		w.open(other, "আনিকা রহমান")

		w.today = civil.MustParse("2023-07-31")
		got := digest(cw, false)
		if want := "[About to be lost] " + lost.Ref + " Ask the Ombudsman within twelve months: until 10 August 2023, 10 days left.\n"; !strings.HasPrefix(got, want) {
			t.Errorf("what is lost for good does not come first:\n%s", got)
		}
		if !strings.Contains(got, "[Overdue by the landlord] "+late.Ref+" ") || strings.Contains(got, nobody.Ref) || strings.Contains(got, "New to you") {
			t.Errorf("a caseworker is told\n%s", got)
		}
		if got := digest(sec, true); got != "[Run by nobody yet] "+nobody.Ref+" .\n" {
			t.Errorf("a secretary is told\n%s", got)
		}
		if got := digest(other, false); got != "" {
			t.Errorf("a caseworker of another branch who runs no case is told\n%s", got)
		}

		// New is what came since the last working morning at seven, from somebody else.
		give(nobody.Ref, cw.AccountID) // on Monday at noon in UTC
		for day, want := range map[string]bool{"2023-07-31": true, "2023-08-01": true, "2023-08-02": false} {
			w.today = civil.MustParse(day)
			if got := digest(cw, false); strings.Contains(got, "[New to you] "+nobody.Ref) != want {
				t.Errorf("%s, new %v:\n%s", day, want, got)
			}
		}
		// What ended is not told each morning, and a closed case is told of nowhere.
		w.today = civil.MustParse("2023-08-11")
		if got := digest(cw, false); strings.Contains(got, lost.Ref) {
			t.Errorf("the day after:\n%s", got)
		}
		_, err = w.log(sec, late.Ref, models.KindCaseClosed, "2023-08-11", func(e *casework.LogEvent) { e.Reason = models.ClosedResolved })
		w.must(err)
		if got := digest(cw, false); strings.Contains(got, late.Ref) {
			t.Errorf("a closed case:\n%s", got)
		}
		for range 25 {
			w.open(sec, "O'Connor")
		}
		if got := digest(sec, true); !strings.HasSuffix(got, "+5\n") {
			t.Errorf("twenty-five cases of nobody:\n%s", got)
		}
	})
}

// Seven o'clock is seven o'clock on the wall, whichever way the clocks stand.
func TestMorning(t *testing.T) {
	for day, want := range map[string]string{"2023-03-24": "07:00", "2023-03-26": "06:00", "2023-03-27": "06:00", "2023-10-27": "06:00", "2023-10-29": "07:00", "2023-10-30": "07:00"} {
		if got := casework.Morning(civil.MustParse(day), models.MorningFrom); got.Format("15:04") != want || got.Location() != time.UTC || civil.Of(got) != civil.MustParse(day) {
			t.Errorf("%s: %v, want %s UTC", day, got, want)
		}
	}
}
