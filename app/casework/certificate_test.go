package casework_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"commoncase/app/casework"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

func factOf(t *testing.T, c casework.Certificate, name string) casework.CertificateFact {
	t.Helper()
	for _, f := range c.Facts {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("the certificate says nothing of %q: %+v", name, c.Facts)
	return casework.CertificateFact{}
}

func TestACertificateProvesABreach(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		var photo bytes.Buffer
		w.must(jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil))
		file, err := w.Attach(t.Context(), cw, c.Ref, "ack.jpg", "Letter of Síle Ní Bhriain", &photo)
		w.must(err)
		_, err = w.log(cw, c.Ref, models.KindComplaintMade, "2023-04-24")
		w.must(err)
		_, err = w.log(cw, c.Ref, models.KindComplaintAcknowledged, "2023-04-26", func(e *casework.LogEvent) { e.Files = []int64{file.ID} })
		w.must(err)
		_, err = w.log(cw, c.Ref, models.KindStage1Response, "2023-06-12")
		w.must(err)

		key := "code-2022.stage1-response"
		x, err := w.Certificate(t.Context(), cw, c.Ref, key)
		w.must(err)
		if x.Outcome != "Met 20 working days late" || x.Source != "Complaint Handling Code 2022, clause 5.1" {
			t.Errorf("it says %q by %q", x.Outcome, x.Source)
		}
		if f := factOf(t, x, "It started"); f.Entry == nil || f.Entry.Kind != models.KindComplaintAcknowledged || len(f.Entry.Exhibits) != 1 || f.Entry.Exhibits[0] != 1 {
			t.Errorf("the start is %+v", f)
		}
		if f := factOf(t, x, "Late by"); f.Value != "20 working days" {
			t.Errorf("late by %q", f.Value)
		}
		if len(x.Months) != 3 || len(x.Legend) != 4 {
			t.Errorf("%d months, %d lines in the legend", len(x.Months), len(x.Legend))
		}
		var pdf, again bytes.Buffer
		w.must(w.CertificatePDF(t.Context(), cw, c.Ref, key, &pdf))
		w.must(w.CertificatePDF(t.Context(), cw, c.Ref, key, &again))
		if !bytes.Equal(pdf.Bytes(), again.Bytes()) {
			t.Error("the same certificate came out in other bytes")
		}
		pdftest.InOrder(t, pdftest.Check(t, pdf.Bytes()), "Branch A", "Breach certificate", "Stage 1 response", "Met 20 working days late", "Łukasz Żółć",
			"26 April 2023: Complaint acknowledged", "Exhibit 1: Letter of Síle Ní Bhriain", "12 May 2023", "12 June 2023", "20 working days", "clause 5.1",
			"April 2023", "Bank holiday for the coronation of King Charles III")
		if n := strings.TrimSpace(pdftest.Run(t, pdf.Bytes(), "qpdf", "--show-npages", "FILE")); n != "1" {
			t.Errorf("it has %s pages", n)
		}

		for name, try := range map[string]func() error{
			"another branch": func() error {
				_, err := w.Certificate(t.Context(), w.actor(w.b, access.Caseworker), c.Ref, key)
				return err
			},
			"another key": func() error { _, err := w.Certificate(t.Context(), cw, c.Ref, "code-2022.stage2-response"); return err },
			"no key":      func() error { return w.CertificatePDF(t.Context(), cw, c.Ref, "", &again) },
			"a member": func() error {
				return w.CertificatePDF(t.Context(), w.actor(w.a, access.Member), c.Ref, key, &again)
			},
		} {
			if err := try(); models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestALetterIsCheckedAndWhatIsMissingIsABreach(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.today = civil.MustParse("2025-07-31")
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Niamh Ní Bhriain")
		_, err := w.log(cw, c.Ref, models.KindComplaintMade, "2025-05-09")
		w.must(err)
		_, err = w.log(cw, c.Ref, models.KindComplaintAcknowledged, "2025-05-12")
		w.must(err)
		answer, err := w.log(cw, c.Ref, models.KindStage1Response, "2025-05-20")
		w.must(err)
		letter := answer.Event.ID

		x, err := w.LetterCheck(ctx, cw, c.Ref, letter)
		w.must(err)
		if x.Last.ID != 0 || len(x.List.Items) < 2 {
			t.Fatalf("before it is checked: %+v, %d items", x.Last, len(x.List.Items))
		}
		var found []string
		for _, i := range x.List.Items[1:] {
			found = append(found, i.Slug)
		}
		check := casework.CheckLetter{Ref: c.Ref, Version: x.View.Case.Version, Event: letter, Found: found, Note: "Read twice."}
		if _, err := w.CheckLetter(ctx, cw, casework.CheckLetter{Ref: c.Ref, Version: check.Version, Event: letter, Found: []string{"nonsense"}}); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("an item that is not in the list: %v", err)
		}
		_, err = w.CheckLetter(ctx, cw, check)
		w.must(err)

		v, err := w.ReadCase(ctx, cw, c.Ref)
		w.must(err)
		breaches := v.Result.Breaches()
		if len(breaches) != 1 || breaches[0].Text != x.List.Items[0].Text || !strings.HasSuffix(breaches[0].Cite, x.List.Items[0].Clause) {
			t.Fatalf("the breaches are %+v", breaches)
		}
		cert, err := w.Certificate(ctx, cw, c.Ref, breaches[0].Key)
		w.must(err)
		if cert.Outcome != "Missing from the letter of 20 May 2025" || len(cert.Items) != len(x.List.Items) || !cert.Items[0].Missing || !cert.Items[0].This || cert.Items[1].Missing {
			t.Errorf("the certificate says %q, %+v", cert.Outcome, cert.Items)
		}
		var pdf bytes.Buffer
		w.must(w.Bundle(ctx, cw, c.Ref, &pdf))
		pdftest.InOrder(t, pdftest.Check(t, pdf.Bytes()), "How the complaint was handled", "1 under the Complaint Handling Code")
		if text := pdftest.Words(pdftest.Check(t, pdf.Bytes())); !strings.Contains(text, "Missing from the letter of 20 May 2025") {
			t.Error("the bundle does not say what is missing")
		}

		// The second of two has the old version: refused, and told who did what.
		if _, err := w.CheckLetter(ctx, cw, check); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("the second of two: %v", err)
		}
		news, err := w.ChangesSince(ctx, cw, c.Ref, check.Version)
		w.must(err)
		if len(news) != 1 || news[0].By != cw.Name || news[0].Entry.Detail != string(models.KindLetterChecked) {
			t.Errorf("they are told %+v", news)
		}

		// A second check corrects the first; with everything found nothing is broken.
		check.Version, check.Found = v.Case.Version, append(found, x.List.Items[0].Slug)
		_, err = w.CheckLetter(ctx, cw, check)
		w.must(err)
		v, err = w.ReadCase(ctx, cw, c.Ref)
		w.must(err)
		checks := 0
		for _, e := range v.Result.Current {
			if e.Kind == models.KindLetterChecked {
				checks++
			}
		}
		if n := len(v.Result.Breaches()); n != 0 || checks != 1 {
			t.Errorf("after the second check: %d breaches, %d checks", n, checks)
		}

		for name, try := range map[string]func() error{
			"another branch": func() error {
				_, err := w.LetterCheck(ctx, w.actor(w.b, access.Caseworker), c.Ref, letter)
				return err
			},
			"no such entry": func() error { _, err := w.LetterCheck(ctx, cw, c.Ref, 1<<40); return err },
			"no letter":     func() error { _, err := w.LetterCheck(ctx, cw, c.Ref, v.Entries[0].ID); return err },
		} {
			if err := try(); models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.LetterCheck(ctx, w.actor(w.a, access.Member), c.Ref, letter); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a member: %v", err)
		}
	})
}

// Whoever comes second is told what others changed, and nothing of an act that they may not see, nor of its corrections.
func TestChangesKeepAdverseActs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw, secretary := w.actor(w.a, access.Caseworker), w.actor(w.a, access.Secretary)
		c := w.open(cw, "Żółć")
		act, err := w.log(secretary, c.Ref, models.KindAdverseAction, "2023-07-01")
		w.must(err)
		_, err = w.LogEvent(ctx, secretary, casework.LogEvent{Ref: c.Ref, Version: act.Case.Version, Kind: models.KindLandlordUpdate, On: civil.MustParse("2023-07-02"), Replaces: act.Event.ID})
		w.must(err)
		last, err := w.log(secretary, c.Ref, models.KindIssueReported, "2023-07-03")
		w.must(err)
		told := func(actor models.Actor, seen int64) (kinds []string) {
			news, err := w.ChangesSince(ctx, actor, c.Ref, seen)
			w.must(err)
			for _, x := range news {
				kinds = append(kinds, x.Entry.Detail)
			}
			return kinds
		}
		if got := told(cw, c.Version); len(got) != 1 || got[0] != string(models.KindIssueReported) {
			t.Errorf("a caseworker of another case is told %v", got)
		}
		if got := told(cw, last.Case.Version-1); len(got) != 1 {
			t.Errorf("of the last change they are told %v", got)
		}
		if got := told(secretary, c.Version); len(got) != 3 {
			t.Errorf("the secretary is told %v", got)
		}
	})
}
