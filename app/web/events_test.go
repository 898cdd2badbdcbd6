package web_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"commoncase/app/casework"
	"commoncase/app/document/pdftest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// aCase opens a case of the north branch with a story of 6 January 2025 and, where complaint is a day, a complaint of that day.
func (x *site) aCase(complaint string) string {
	x.t.Helper()
	actor := x.actor("caseworker@north.example", north)
	ctx := context.Background()
	c, err := x.app.Casework.OpenCase(ctx, actor, casework.OpenCase{Resident: casework.Resident{Name: "আনিকা রহমান", Address: "Flat 3, Quay House", Postcode: "NT1 1AA", Area: "Quayside", Tenure: models.TenureSecure}, Theme: models.ThemeDampMould, Title: "Mould in the children's bedroom", Summary: "Black mould.", Wanted: "A survey.", ReceivedOn: civil.MustParse("2025-01-06"), Consent: true})
	if err != nil {
		x.t.Fatal(err)
	}
	if complaint != "" {
		if _, err := x.app.Casework.LogEvent(ctx, actor, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindComplaintMade, On: civil.MustParse(complaint)}); err != nil {
			x.t.Fatal(err)
		}
	}
	return c.Ref
}

// assign gives a case of the north branch to its caseworker.
func (x *site) assign(ref string) {
	x.t.Helper()
	actor := x.actor("caseworker@north.example", north)
	v, err := x.app.Casework.ReadCase(context.Background(), actor, ref)
	if err != nil {
		x.t.Fatal(err)
	}
	if err := x.app.Casework.Assign(context.Background(), actor, ref, v.Case.Version, actor.AccountID); err != nil {
		x.t.Fatal(err)
	}
}

// day fills the three fields of a date.
func day(name, iso string) values {
	d := civil.MustParse(iso)
	return values{name + "-day": strconv.Itoa(d.Day()), name + "-month": strconv.Itoa(int(d.Month())), name + "-year": strconv.Itoa(d.Year())}
}

func (v values) and(more values) values {
	all := maps.Clone(v)
	maps.Copy(all, more)
	return all
}

// log adds an event by the forms alone: choose the kind on the case, fill in, check, save.
func (b *browser) log(ref string, kind models.Kind, typed values) *browser {
	b.site.t.Helper()
	b.get("/cases/"+ref).want(200).submit("#log", values{"kind": string(kind)}).want(200)
	b.says("h1", kind.Label()).submit("#event", typed).want(200).says("h1", "Check before you save")
	b.submit("#confirm", nil).want(200).says(".govuk-notification-banner", kind.Label())
	if b.Path != "/cases/"+ref {
		b.site.t.Fatalf("saving led to %s", b.Path)
	}
	return b
}

func TestEveryKindOfEvent(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("")
		b := x.as(access.Caseworker)
		x.assign(ref)                                                                                                          // whoever runs the case sees everything that was logged
		logged := map[models.Kind]bool{models.KindCaseClosed: true, models.KindCaseReopened: true, models.KindRetracted: true} // pages of their own
		on := civil.MustParse("2025-01-20")
		for _, step := range []struct {
			kind  models.Kind
			more  values
			shown string
		}{
			{models.KindStoryReceived, nil, "Story received"},
			{models.KindConsentGiven, nil, "Consent given"},
			{models.KindIssueReported, values{"channel": "phone", "minutes": "25"}, "(phone)"},
			{models.KindRepairRaised, values{"reference": "J-448120", "urgency": "urgent"}, "Repair raised (urgent), reference J-448120"},
			{models.KindAppointmentMade, values{"reference": "J-448120"}, "Appointment made"},
			{models.KindAppointmentMissed, values{"reference": "J-448120", "half_days": "1"}, "Appointment missed"},
			{models.KindRepairCompleted, nil, "Job closed as completed"},
			{models.KindHazardReported, values{"at": "16:40", "urgency": "emergency", "category": "damp_mould"}, "Hazard reported (emergency)"},
			{models.KindHazardInvestigated, values{"at": "09:05", "channel": "phone"}, "Hazard investigated"},
			{models.KindInPersonRequested, nil, "Visit in person requested"},
			{models.KindSummaryGiven, nil, "Written summary"},
			{models.KindMadeSafe, values{"at": "15:00"}, "Made safe"},
			{models.KindRehoused, nil, "Other accommodation offered"},
			{models.KindWorksBegun, nil, "Further works begun"},
			{models.KindWorksFinished, nil, "Further works finished"},
			{models.KindContactAttempt, values{"answered": "no", "channel": "phone", "minutes": "40"}, "no answer (phone)"},
			{models.KindPromiseMade, day("until", "2025-03-31"), "31 March 2025"},
			{models.KindPromiseKept, nil, "Promise kept"},
			{models.KindLandlordUpdate, nil, "Landlord's update"},
			{models.KindComplaintMade, values{"channel": "email"}, "Complaint made (stage 1)"},
			{models.KindComplaintRefused, nil, "Complaint refused"},
			{models.KindComplaintAcknowledged, values{"reference": "HV-1"}, "reference HV-1"},
			{models.KindExtensionNotified, day("until", "2025-03-20"), "20 March 2025"},
			{models.KindStage1Response, nil, "Stage 1 response"},
			{models.KindEscalationRequested, nil, "Escalation requested"},
			{models.KindEscalationRefused, nil, "Stage 2 refused"},
			{models.KindStage2Acknowledged, nil, "Stage 2 acknowledged"},
			{models.KindStage2Response, nil, "Stage 2 response"},
			{models.KindExtraStage, nil, "Another stage demanded"},
			{models.KindRequestMade, values{"procedure": "subject_access", "channel": "email"}, "Request made: subject access request (e-mail)"},
			{models.KindRequestAcknowledged, nil, "Request acknowledged"},
			{models.KindClarificationAsked, nil, "Clarification asked for"},
			{models.KindClarificationGiven, nil, "Clarification given"},
			{models.KindRequestExtended, day("until", "2025-05-30"), "30 May 2025"},
			{models.KindRequestAnswered, nil, "Request answered"},
			{models.KindRequestReview, nil, "Internal review requested"},
			{models.KindRequestReviewed, nil, "Internal review answered"},
			{models.KindNoticeReceived, values{"procedure": "section20_intention"}, "Notice received: section 20: notice of intention"},
			{models.KindObservationsMade, nil, "Observations made"},
			{models.KindDataBreach, nil, "the landlord knew"},
			{models.KindRegulatorTold, nil, "the Commissioner told"},
			{models.KindResidentTold, nil, "the resident told"},
			{models.KindRegulatorComplaint, nil, "Complaint to a regulator or tribunal"},
			{models.KindTaskSet, day("until", "2025-06-30"), "until 30 June 2025"},
			{models.KindTaskDone, nil, "Done by us"},
			{models.KindAuthorityGiven, nil, "Authority to act signed"},
			{models.KindOmbudsmanHelp, values{"reference": "202512345"}, "Ombudsman asked to help"},
			{models.KindFailureOrder, nil, "Complaint handling failure order"},
			{models.KindOmbudsmanReferral, nil, "Referred to the Ombudsman"},
			{models.KindDetermination, values{"finding": "service failure"}, "service failure"},
			{models.KindReviewRequested, nil, "Review of the determination"},
			{models.KindOrderDue, values{"reference": "Order 1"}, "Order 1"},
			{models.KindOrderChased, nil, "Ombudsman told"},
			{models.KindOrderMet, values{"reference": "Order 1"}, "Order met"},
			{models.KindAdverseAction, nil, "Action against the resident"},
			{models.KindSolicitorActing, nil, "Solicitor acting"},
			{models.KindNote, nil, "Note"},
			{models.KindConsentWithdrawn, nil, "Consent withdrawn"},
		} {
			note := "What happened: " + string(step.kind)
			b.log(ref, step.kind, day("on", on.String()).and(values{"note": note}).and(step.more))
			b.says(".moj-timeline", note).says(".moj-timeline", step.shown)
			logged[step.kind] = true
			on = on.AddDays(1)
			for on.Weekday() == 0 || on.Weekday() == 6 {
				on = on.AddDays(1)
			}
			if step.kind == models.KindPromiseMade { // the rest fits before the day on which the test stands
				on = civil.MustParse("2025-03-03")
			}
		}
		for _, g := range models.KindGroups {
			for _, k := range g.Kinds {
				if !logged[k] {
					t.Errorf("no test logs %s", k)
				}
			}
		}
		b.get("/cases/"+ref+"/events/new?kind=case_closed").want(200).submit("#event", values{"reason": "resolved"}).want(200).
			says(".govuk-warning-text", "reopened").submit("#confirm", nil).want(200).says("#status", "Closed")
		if got := b.Page.Find("#kind option").Length(); got != 3 {
			t.Errorf("a closed case offers %d kinds, want the empty one, a note and reopening", got)
		}
		b.get("/cases/"+ref+"/events/new?kind=contact_attempt").submit("#event", values{"answered": "yes"}).want(409)
		b.says(".govuk-error-summary", "This case is closed")
		b.log(ref, models.KindCaseReopened, nil)
	})
}

func TestCorrectAndTakeBack(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("2025-05-06")
		b := x.as(access.Caseworker).get("/cases/" + ref).want(200)
		entry := b.Page.Find(".moj-timeline__item").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "Complaint made") })
		correct := entry.Find("a:contains(Correct)").AttrOr("href", "")
		b.get(correct).want(200)
		if got := b.Page.Find("#on").AttrOr("value", ""); got != "6" {
			t.Errorf("the day of the entry came as %q", got)
		}
		b.submit("#event", day("on", "2025-05-13").and(values{"note": "It arrived a week later."})).want(200).says("#changes", "20 May 2025")
		// back to the form and forth again: nothing is lost
		edit := b.Page.Find("button[formaction]").AttrOr("formaction", "")
		b.post(edit, formValues(b.Page.Find("#confirm"))).want(200)
		if got := b.text("#note"); got != "It arrived a week later." {
			t.Errorf("the note came back as %q", got)
		}
		b.submit("#event", nil).want(200).submit("#confirm", nil).want(200)
		b.says(".cc-timeline__item--corrected s", "Complaint made").says(".cc-corrected", "Corrected on 2 June 2025").says(".moj-timeline", "13 May 2025")

		b.get(correct).want(404) // an old link to what is corrected already

		entry = b.get("/cases/" + ref).Page.Find(".moj-timeline__item:not(.cc-timeline__item--corrected)").FilterFunction(func(_ int, s *goquery.Selection) bool {
			return strings.Contains(s.Text(), "Complaint made")
		})
		b.get(entry.Find("a:contains('Take back')").AttrOr("href", "")).want(200).submit("#event", values{"note": ""}).want(422)
		b.says("#note-error", "Say why the entry is taken back")
		b.submit("#event", values{"note": "It was another resident's."}).want(200).submit("#confirm", nil).want(200)
		b.says(".moj-timeline", "Taken back on 2 June 2025").says("#status", "Story received")
		b.get("/cases/"+ref+"/events/new?kind=retracted").want(422).says(".govuk-error-summary", "Take back")
	})
}

// TestRefusedEvents: each refusal says what and how to mend it, comes first, keeps what was typed, and leaves the case as it was.
func TestRefusedEvents(t *testing.T) {
	x := one(t)
	plain, complained := x.aCase(""), x.aCase("2025-04-01")
	b := x.as(access.Caseworker)
	for name, tc := range map[string]struct {
		ref   string
		kind  models.Kind
		typed values
		error string
		field string
	}{
		"31 February":    {plain, models.KindNote, values{"on-day": "31", "on-month": "2", "on-year": "2025"}, "February 2025 has no day 31", "on"},
		"year 0023":      {plain, models.KindNote, values{"on-day": "3", "on-month": "2", "on-year": "0023"}, "Check the year", "on"},
		"year 23":        {plain, models.KindNote, values{"on-day": "3", "on-month": "2", "on-year": "23"}, "four digits", "on"},
		"letters":        {plain, models.KindNote, values{"on-day": "x", "on-month": "2", "on-year": "2025"}, "written in numbers", "on"},
		"Bengali digits": {plain, models.KindNote, values{"on-day": "৩", "on-month": "2", "on-year": "2025"}, "written in numbers", "on"},
		"no month":       {plain, models.KindNote, values{"on-day": "3", "on-month": "", "on-year": "2025"}, "must have a month", "on"},
		"no date":        {plain, models.KindStage1Response, nil, "Enter the day", "on"},
		"tomorrow":       {plain, models.KindNote, day("on", "2025-06-03"), "has not come yet", "on"},
		"no complaint":   {plain, models.KindComplaintAcknowledged, day("on", "2025-05-01"), "none is logged", ""},
		"before":         {complained, models.KindComplaintAcknowledged, day("on", "2025-03-31"), "before", "on"},
		"too late":       {complained, models.KindExtensionNotified, day("on", "2025-05-30").and(day("until", "2025-06-20")), "cannot move that date", "on"},
		"back in time":   {complained, models.KindExtensionNotified, day("on", "2025-04-04").and(day("until", "2025-04-03")), "before the day", "until"},
		"nobody said":    {complained, models.KindContactAttempt, day("on", "2025-05-01"), "whether anybody answered", "answered"},
		"no finding":     {complained, models.KindDetermination, day("on", "2025-05-01"), "heaviest finding", "finding"},
		"too long":       {complained, models.KindNote, values{"note": strings.Repeat("দ", 20001)}, "20001 characters", "note"},
	} {
		t.Run(name, func(t *testing.T) {
			x.t = t
			before, err := x.app.Casework.ReadCase(t.Context(), x.actor("caseworker@north.example", north), tc.ref)
			if err != nil {
				t.Fatal(err)
			}
			typed := values{"note": "أرسلت الرسالة"}.and(tc.typed)
			b.site = x
			b.get("/cases/"+tc.ref+"/events/new?kind="+string(tc.kind)).want(200).submit("#event", typed).want(422)
			if !strings.Contains(b.errors(), tc.error) {
				t.Errorf("the summary says %q, want %q in it", b.errors(), tc.error)
			}
			if first := b.Page.Find("main").Children().First(); !first.HasClass("govuk-error-summary") {
				t.Error("the error summary does not come first")
			}
			if tc.field != "" {
				b.says("#"+tc.field+"-error", tc.error)
			}
			b.Page.Find(".govuk-error-summary a").Each(func(_ int, a *goquery.Selection) {
				if b.Page.Find(a.AttrOr("href", "")).Length() != 1 {
					t.Errorf("the summary leads to %s, which is not there", a.AttrOr("href", ""))
				}
			})
			back := formValues(b.Page.Find("#event"))
			for k, v := range typed {
				if back.Get(k) != v {
					t.Errorf("%s came back as %.40q, want %.40q", k, back.Get(k), v)
				}
			}
			after, err := x.app.Casework.ReadCase(t.Context(), x.actor("caseworker@north.example", north), tc.ref)
			if err != nil || after.Case.Version != before.Case.Version || len(after.Entries) != len(before.Entries) {
				t.Errorf("the case changed: %v", err)
			}
		})
	}
	x.t = t
	b.get("/cases/"+plain).submit("#log", nil).want(422).says("#kind-error", "Choose what happened")
	if b.Page.Find("#kind option[selected]").Length() != 0 {
		t.Error("a kind was chosen for the person")
	}
	b.get("/cases/" + plain + "/events/new?kind=party").want(422)
}

// photo is a JPEG of w x h pixels.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w {
		img.Set(i, i%h, color.RGBA{uint8(i), 90, 40, 255})
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, nil); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var simplePDF = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n" +
	"0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n")

func TestFilesOfAnEvent(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("2025-05-06")
		b := x.as(access.Caseworker)
		good := photo(t, 300, 200)
		big := append(bytes.Clone(good), make([]byte, 60<<20)...)
		for name, tc := range map[string]struct {
			file upload
			says string
		}{
			"60 MB":      {upload{"wall.jpg", big}, "the largest file we take is"},
			"liar":       {upload{"letter.jpg", simplePDF}, "is named as"},
			"program":    {upload{"letter.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00")}, "letter.pdf"},
			"broken PDF": {upload{"letter.pdf", []byte("%PDF-1.7\nnothing more")}, "letter.pdf"},
			"locked PDF": {upload{"letter.pdf", pdftest.Locked(t, simplePDF)}, "locked with a password"},
			"empty":      {upload{"letter.pdf", nil}, "is empty"},
		} {
			typed := day("on", "2025-05-20").and(values{"note": "চিঠি এসেছে"})
			b.get("/cases/"+ref+"/events/new?kind=stage1_response").submitFiles("#event", typed, map[string][]upload{"files": {{"damp.jpg", good}, tc.file}}).want(422)
			if !strings.Contains(b.errors(), tc.says) {
				t.Errorf("%s: the summary says %q", name, b.errors())
			}
			b.says("#files-error", tc.says)
			if got := b.Page.Find("input[name=staged][checked]").Length(); got != 1 {
				t.Errorf("%s: %d files are kept, want the good one", name, got)
			}
			if got := b.text("#note"); got != "চিঠি এসেছে" {
				t.Errorf("%s: the note came back as %q", name, got)
			}
		}
		// six at once, beside the one that is there; one is left out again
		var six []upload
		for i := range 6 {
			six = append(six, upload{"Damp " + strconv.Itoa(i) + ".jpg", photo(t, 200+i, 200)})
		}
		b.submitFiles("#event", nil, map[string][]upload{"files": six}).want(200)
		if got := b.Page.Find("#confirm input[name=staged]").Length(); got != 7 {
			t.Fatalf("the check carries %d files, want 7", got)
		}
		b.post(b.Page.Find("button[formaction]").AttrOr("formaction", ""), formValues(b.Page.Find("#confirm"))).want(200)
		if got := b.Page.Find("#event input[name=staged][checked]").Length(); got != 7 {
			t.Fatalf("back on the form there are %d files, want 7", got)
		}
		b.Page.Find("input[name=staged]").First().RemoveAttr("checked")
		b.submit("#event", nil).want(200).submit("#confirm", nil).want(200)
		links := b.Page.Find(".cc-file a")
		if links.Length() != 6 {
			t.Fatalf("the case has %d files, want 6", links.Length())
		}
		b.says(".cc-file", "photo").says(".cc-file", "exhibit 6")
		b.get(links.First().AttrOr("href", "")).want(200)
		if ct, cd := b.Header.Get("Content-Type"), b.Header.Get("Content-Disposition"); ct != "image/jpeg" || !strings.HasPrefix(cd, "attachment") {
			t.Errorf("the file comes as %q, %q", ct, cd)
		}
		x.signedIn("secretary@south.example").get(links.First().AttrOr("href", "")).want(404)
	})
}

// TestTwoTabs: what the other added is shown, what was typed and uploaded is kept, and saving again works.
func TestTwoTabs(t *testing.T) {
	each(t, func(t *testing.T, x *site) {
		ref := x.aCase("2025-05-06")
		mine, theirs := x.as(access.Caseworker), x.as(access.Secretary)
		mine.get("/cases/" + ref + "/events/new?kind=stage1_response")
		theirs.log(ref, models.KindComplaintAcknowledged, day("on", "2025-05-08").and(values{"note": "By post."}))
		mine.submitFiles("#event", day("on", "2025-05-20").and(values{"note": "Upheld."}), map[string][]upload{"files": {{"answer.jpg", photo(t, 300, 200)}}}).want(409)
		mine.says(".govuk-error-summary", "Somebody else added to this case").says(".govuk-inset-text", "Complaint acknowledged").says(".govuk-inset-text", "By post.")
		if mine.text("#note") != "Upheld." || mine.Page.Find("input[name=staged][checked]").Length() != 1 {
			t.Errorf("what was typed is lost: %q", mine.text("#event"))
		}
		mine.submit("#event", nil).want(200)
		theirs.log(ref, models.KindNote, values{"note": "Rang the resident."}) // and again, between check and save
		mine.submit("#confirm", nil).want(409).says(".govuk-inset-text", "Rang the resident.")
		mine.submit("#event", nil).want(200).submit("#confirm", nil).want(200).says(".moj-timeline", "Upheld.").says(".cc-file", "answer")
		if got := mine.Page.Find(".moj-timeline__item").Length(); got != 6 {
			t.Errorf("the case has %d entries, want 6", got)
		}

		// both correct the same entry: the second form follows to what the first made of it
		correct := mine.Page.Find(".moj-timeline__item").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Text(), "Stage 1 response") }).
			Find("a:contains(Correct)").AttrOr("href", "")
		mine.get(correct).want(200)
		theirs.get(correct).want(200).submit("#event", day("on", "2025-05-21")).want(200).submit("#confirm", nil).want(200)
		mine.submit("#event", values{"note": "Upheld in part."}).want(409).says("#event, .govuk-inset-text", "21 May 2025")
		mine.submit("#event", day("on", "2025-05-22")).want(200).submit("#confirm", nil).want(200).says(".moj-timeline", "Upheld in part.")
		if got := mine.Page.Find(".cc-timeline__item--corrected").Length(); got != 2 {
			t.Errorf("%d entries are struck through, want 2", got)
		}

		// details of the case
		mine.get("/cases/" + ref + "/details")
		theirs.get("/cases/"+ref+"/details").submit("form[action$='/details']", values{"needs": "Large print"}).want(200)
		mine.submit("form[action$='/details']", values{"wanted": "Works by August"}).want(409).says(".govuk-summary-list", "Large print")
		if mine.text("#wanted") != "Works by August" {
			t.Error("what was typed is lost")
		}
		// assigning
		stale := formValues(mine.get("/cases/" + ref).Page.Find("#assign"))
		theirs.log(ref, models.KindNote, values{"note": "Again."})
		mine.post("/cases/"+ref+"/assign", stale).want(409).says(".govuk-error-summary", "Somebody else changed this case")
	})
}

// A referral before the final response can harm the resident: the page before saving says so, and the readiness check does not
// offer to log that it was sent.
func TestEarlyReferralIsWarnedOf(t *testing.T) {
	x := one(t)
	ref := x.aCase("2025-02-03")
	b := x.as(access.Caseworker)
	b.get("/cases/"+ref+"/events/new?kind="+string(models.KindOmbudsmanReferral)).want(200).submit("#event", day("on", "2025-02-10")).want(200).
		says(".govuk-warning-text", "No final response is logged")
	if b.get("/cases/" + ref + "/referral").want(200); strings.Contains(b.Page.Find("main").Text(), "Log that it was sent") {
		t.Error("a referral that is not ready can be logged as sent from the readiness check")
	}
}
