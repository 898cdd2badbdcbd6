package casework_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"commoncase/app/casework"
	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

func migrate(ctx context.Context, url string) error {
	st, err := store.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	if _, err := st.Migrate(ctx); err != nil {
		return err
	}
	return st.Close()
}

// world is two branches of one landlord with somebody of each role.
type world struct {
	*casework.Service
	st    *store.Store
	fs    *files.Store
	today civil.Date
	a, b  models.Branch
	t     *testing.T
}

func (w *world) now() time.Time { return w.today.Time().Add(12 * time.Hour) }

func (w *world) actor(b models.Branch, role access.Role) models.Actor {
	w.t.Helper()
	ctx := w.t.Context()
	email := string(role) + "@" + b.Slug + ".example"
	acc, err := w.st.AccountByEmail(ctx, email)
	if models.CodeOf(err) == models.CodeNotFound {
		acc = models.Account{Email: email, Name: strings.ToUpper(string(role)[:1]) + string(role)[1:] + " Adébáyọ̀", PasswordHash: "x"}
		err = w.st.AddAccount(ctx, &acc)
	}
	w.must(err)
	w.must(w.st.GiveRole(ctx, acc.ID, b.ID, role))
	return models.Actor{AccountID: acc.ID, Name: acc.Name, BranchID: b.ID, Roles: access.Roles{role}}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		w := &world{t: t, today: civil.MustParse("2023-07-31")}
		st, err := store.Open(t.Context(), url, w.now)
		w.must(err)
		t.Cleanup(func() { w.must(st.Close()) })
		fs, err := files.Open(filepath.Join(t.TempDir(), "files"))
		w.must(err)
		t.Cleanup(func() { w.must(fs.Close()) })
		w.fs = fs
		w.st, w.Service = st, casework.New(st, fs, timeline.New(rulebook.Default()), w.now)
		l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
		w.must(st.AddLandlord(t.Context(), &l))
		w.a = models.Branch{Slug: "a", Name: "Branch A", Prefix: "AAA", LandlordID: l.ID, Threshold: 5, Email: "a@example.org"}
		w.b = models.Branch{Slug: "b", Name: "Branch B", Prefix: "BBB", LandlordID: l.ID, Threshold: 5}
		w.must(st.AddBranch(t.Context(), &w.a))
		w.must(st.AddBranch(t.Context(), &w.b))
		test(t, w)
	})
}

func (w *world) open(actor models.Actor, name string) models.Case {
	w.t.Helper()
	c, err := w.OpenCase(w.t.Context(), actor, casework.OpenCase{Resident: casework.Resident{Name: name, Tenure: models.TenureAssured, Address: "1 Invented Row", Postcode: "zz99 3vz"}, Theme: models.ThemeDampMould, Title: "Mould in the bedroom", ReceivedOn: civil.MustParse("2023-04-01"), Consent: true})
	w.must(err)
	return c
}

// log adds an event with the case's newest version.
func (w *world) log(actor models.Actor, ref string, kind models.Kind, on string, more ...func(*casework.LogEvent)) (casework.Logged, error) {
	w.t.Helper()
	v, err := w.ReadCase(w.t.Context(), actor, ref)
	w.must(err)
	cmd := casework.LogEvent{Ref: ref, Version: v.Case.Version, Kind: kind, On: civil.MustParse(on)}
	for _, m := range more {
		m(&cmd)
	}
	return w.LogEvent(w.t.Context(), actor, cmd)
}

func TestACaseFollowsItsEvents(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		if want, ok := models.CheckReference(c.Ref); !ok || want != c.Ref || !strings.HasPrefix(c.Ref, "AAA-23-0001-") {
			t.Fatalf("reference %q", c.Ref)
		}
		_, err := w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-09", func(e *casework.LogEvent) { e.Reference = "HV/77120" })
		w.must(err)
		logged, err := w.log(cw, c.Ref, models.KindStage1Response, "2023-06-06")
		w.must(err)
		if logged.Case.Status != models.StatusStage1Responded || logged.Case.LandlordRef != "HV/77120" {
			t.Errorf("after the response: %q, reference %q", logged.Case.Status, logged.Case.LandlordRef)
		}
		rows, err := w.st.ClockRows(t.Context(), w.a.ID, c.ID)
		w.must(err)
		found := false
		for _, r := range rows {
			if r.Duty == "code-2022/stage1-response" {
				found = true
				if r.Due.String() != "2023-05-23" || r.MetOn.String() != "2023-06-06" || r.DaysLate != 9 {
					t.Errorf("stage 1 by the Code 2022, 5.1: %+v", r)
				}
			}
		}
		if !found {
			t.Errorf("no clock code-2022/stage1-response among %+v", rows)
		}
		drifts, n, err := w.FindDrift(t.Context(), false)
		if err != nil || n != 1 || len(drifts) != 0 {
			t.Errorf("drift: %v %d %v", drifts, n, err)
		}
		list, err := w.ListCases(t.Context(), cw, casework.ListFilter{Query: "zolc lukasz"}, 1)
		w.must(err)
		if len(list.Lines) != 1 || list.Lines[0].Case.Ref != c.Ref {
			t.Errorf("search without accents: %+v", list.Lines)
		}
		for q, want := range map[string]int{"hv/77120": 1, "AAA-23-0001": 1, "nobody": 0, "%": 0, `\`: 0, "_": 0} {
			list, err := w.ListCases(t.Context(), cw, casework.ListFilter{Query: q}, 1)
			w.must(err)
			if want == 1 && list.Total != 1 || q == "nobody" && list.Total != 0 {
				t.Errorf("search %q: %d", q, list.Total)
			}
		}
	})
}

func TestACorrectionReplacesAndTheOldEntryStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Niamh Ní Bhriain")
		made, err := w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-10")
		w.must(err)
		fix := func(e *casework.LogEvent) { e.Replaces = made.Event.ID }
		_, err = w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-09", fix)
		w.must(err)
		v, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		if v.Result.ComplaintOn.String() != "2023-05-09" {
			t.Errorf("complaint on %s", v.Result.ComplaintOn)
		}
		old := 0
		for _, e := range v.Entries {
			if e.ID == made.Event.ID && e.ReplacedBy != 0 {
				old++
			}
		}
		if old != 1 {
			t.Errorf("the corrected entry is not in the history")
		}
		if _, err := w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-08", fix); err == nil {
			t.Error("an entry was corrected twice")
		}
	})
}

// What others rest on cannot be taken back before them, and the sentence speaks of that and not of what to log.
func TestAnEntryIsTakenBackAfterThoseThatRestOnIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Niamh Ní Bhriain")
		made, err := w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)
		ack, err := w.log(cw, c.Ref, models.KindComplaintAcknowledged, "2023-05-12")
		w.must(err)
		back := func(id int64) error {
			_, err := w.log(cw, c.Ref, models.KindRetracted, "2023-05-12", func(e *casework.LogEvent) { e.Replaces, e.Note = id, "It was another case." })
			return err
		}
		if err := back(made.Event.ID); models.CodeOf(err) != models.CodeUnready || !strings.Contains(err.Error(), "Take those back first") {
			t.Errorf("the complaint before its acknowledgement: %v", err)
		}
		w.must(back(ack.Event.ID))
		w.must(back(made.Event.ID))
	})
}

func TestBadInputGetsASentenceAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		for _, tt := range []struct {
			name   string
			before [][2]string
			kind   models.Kind
			on     string
			want   string
		}{
			{"an acknowledgement without a complaint", nil, models.KindComplaintAcknowledged, "2023-05-12", "complaint"},
			{"a response before the complaint", [][2]string{{"complaint_made", "2023-05-09"}}, models.KindStage1Response, "2023-05-01", "before"},
			{"an extension after the due date", [][2]string{{"complaint_made", "2023-05-09"}}, models.KindExtensionNotified, "2023-06-20", "due"},
			{"a day that has not come", nil, models.KindIssueReported, "2024-01-01", "has not come yet"},
			{"a year that was mistyped", nil, models.KindIssueReported, "0023-05-01", "Check the year"},
			{"stage 2 answered and never asked for", [][2]string{{"complaint_made", "2023-05-09"}}, models.KindStage2Response, "2023-06-01", "escalation"},
			{"a kind that does not exist", nil, "complaint_sung", "2023-05-12", "Choose what happened"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				c := w.open(cw, "Siobhán O'Connor")
				for _, b := range tt.before {
					_, err := w.log(cw, c.Ref, models.Kind(b[0]), b[1])
					w.must(err)
				}
				before, err := w.ReadCase(t.Context(), cw, c.Ref)
				w.must(err)
				_, err = w.log(cw, c.Ref, tt.kind, tt.on)
				if models.CodeOf(err) == "" {
					t.Fatalf("not a sentence for a person: %v", err)
				}
				if s := models.FieldErrors(err)[0].Message; !strings.Contains(strings.ToLower(s), strings.ToLower(tt.want)) {
					t.Errorf("%q does not say %q", s, tt.want)
				}
				after, err := w.ReadCase(t.Context(), cw, c.Ref)
				w.must(err)
				if after.Case.Version != before.Case.Version || len(after.Entries) != len(before.Entries) {
					t.Error("the case changed")
				}
			})
		}
	})
}

func TestTwoAtOnceTheSecondIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw, sec := w.actor(w.a, access.Caseworker), w.actor(w.a, access.Secretary)
		c := w.open(cw, "আনিকা রহমান")
		v, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			actor := cw
			if i%2 == 1 {
				actor = sec
			}
			wg.Go(func() {
				_, errs[i] = w.LogEvent(context.Background(), actor, casework.LogEvent{Ref: c.Ref, Version: v.Case.Version, Kind: models.KindNote,
					On: w.today, Note: "Called"})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case models.CodeOf(err) != models.CodeConflict:
				t.Errorf("not a conflict: %v", err)
			}
		}
		after, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		if won != 1 || len(after.Entries) != len(v.Entries)+1 {
			t.Errorf("%d of 8 saved; %d entries after %d", won, len(after.Entries), len(v.Entries))
		}
	})
}

func TestNothingLeaksToAnotherBranch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		mine, other := w.actor(w.a, access.Caseworker), w.actor(w.b, access.Caseworker)
		c := w.open(mine, "محمد الحسن")
		att, err := w.Attach(t.Context(), mine, c.Ref, "wall.jpg", "", bytes.NewReader(photo(t)))
		w.must(err)
		_, err = w.log(mine, c.Ref, models.KindIssueReported, "2023-04-02", func(e *casework.LogEvent) { e.Files = []int64{att.ID} })
		w.must(err)
		ctx := t.Context()
		for name, err := range map[string]error{
			"read":    second(w.ReadCase(ctx, other, c.Ref)),
			"log":     second(w.LogEvent(ctx, other, casework.LogEvent{Ref: c.Ref, Version: 3, Kind: models.KindNote, On: w.today, Note: "x"})),
			"assign":  w.Assign(ctx, other, c.Ref, 3, other.AccountID),
			"details": w.KeepDetails(ctx, other, casework.Details{Ref: c.Ref, Version: 3, Title: "x", Theme: models.ThemeLeaks}),
			"attach":  second(w.Attach(ctx, other, c.Ref, "wall.jpg", "", bytes.NewReader(photo(t)))),
			"bundle":  w.Bundle(ctx, other, c.Ref, &bytes.Buffer{}),
			"file":    third(w.File(ctx, other, c.Ref, att.ID, false)),
		} {
			if models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		list, err := w.ListCases(ctx, other, casework.ListFilter{}, 1)
		w.must(err)
		if list.Total != 0 {
			t.Errorf("the other branch lists %d cases", list.Total)
		}
	})
}

func TestAMemberSeesTheirOwnCaseAndNoOther(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw, member := w.actor(w.a, access.Caseworker), w.actor(w.a, access.Member)
		others := w.open(cw, "Somebody Else")
		own, err := w.OpenCase(t.Context(), cw, casework.OpenCase{Resident: casework.Resident{Name: "Member Adébáyọ̀", Tenure: models.TenureSecure}, MemberAccount: member.AccountID, Theme: models.ThemeLeaks, Title: "Leak", ReceivedOn: w.today})
		w.must(err)
		if _, err := w.ReadCase(t.Context(), member, own.Ref); err != nil {
			t.Errorf("own case: %v", err)
		}
		if _, err := w.ReadCase(t.Context(), member, others.Ref); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("another's case: %v", err)
		}
		list, err := w.ListCases(t.Context(), member, casework.ListFilter{}, 1)
		w.must(err)
		if list.Total != 1 || list.Lines[0].Case.Ref != own.Ref {
			t.Errorf("a member's list: %+v", list.Lines)
		}
		if _, err := w.LogEvent(t.Context(), member, casework.LogEvent{Ref: own.Ref, Version: 2, Kind: models.KindNote, On: w.today, Note: "x"}); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a member logs an event: %v", err)
		}
	})
}

// A file is kept whatever its sender calls it, and its name can be printed.
func TestNamesOfFiles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		for name, want := range map[string]string{
			"wall\x00\xff.jpg":                  "wall\uFFFD.jpg",
			"wall\u202Egpj.jpg":                 "wallgpj.jpg",
			"wall\r\nSet-Cookie: a.jpg":         "wallSet-Cookie: a.jpg",
			strings.Repeat("ł", 5000) + "2.jpg": strings.Repeat("ł", 195) + "2.jpg",
			"আনিকার দেয়াল.jpg":                 "আনিকার দেয়াল.jpg",
		} {
			a, err := w.Attach(t.Context(), cw, c.Ref, name, "", bytes.NewReader(photo(t)))
			w.must(err)
			if a.Name != want {
				t.Errorf("%.30q is kept as %q, want %q", name, a.Name, want)
			}
		}
	})
}

// A form that names thousands of files is refused, and no trouble to the database.
func TestTooManyFiles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Niamh Ní Bhriain")
		ids := make([]int64, 70_000)
		for i := range ids {
			ids[i] = int64(i + 1)
		}
		_, err := w.LogEvent(t.Context(), cw, casework.LogEvent{Ref: c.Ref, Version: c.Version, Kind: models.KindNote, On: w.Today(), Note: "x", Files: ids})
		if models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%v", err)
		}
		staged, err := w.Staged(t.Context(), cw, c.Ref, ids)
		if err != nil || len(staged) != 0 {
			t.Errorf("%d files, %v", len(staged), err)
		}
	})
}

// A search of thousands of words is no trouble to the database.
func TestLongSearch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		w.open(cw, "Niamh Ní Bhriain")
		list, err := w.ListCases(t.Context(), cw, casework.ListFilter{Query: strings.Repeat("niamh ", 5000)}, 1)
		w.must(err)
		if list.Total != 1 {
			t.Errorf("%d cases found, want 1", list.Total)
		}
	})
}

func TestFilesThatCannotBeUsed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Nguyễn Thị Hương")
		for name, tt := range map[string]struct {
			file string
			data []byte
		}{
			"a broken PDF":              {"letter.pdf", []byte("%PDF-1.7\n1 0 obj\n<<>>\n")},
			"a page that calls itself":  {"wall.jpg", []byte("<html><body>hello</body></html>")},
			"nothing at all":            {"empty.pdf", nil},
			"a photo of 60 MB":          {"large.jpg", append(photo(t), make([]byte, 60<<20)...)},
			"a photo that was cut off":  {"cut.jpg", photo(t)[:200]},
			"a PDF locked with a word":  {"locked.pdf", pdftest.Locked(t, pdf(t))},
			"a name that leads outside": {"../../etc/passwd", []byte("root:x:0:0")},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := w.Attach(t.Context(), cw, c.Ref, tt.file, "", bytes.NewReader(tt.data))
				if code := models.CodeOf(err); code != models.CodeBadFile && code != models.CodeTooLarge {
					t.Fatalf("%v", err)
				}
				t.Log(err)
			})
		}
		v, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		for _, e := range v.Entries {
			if len(e.Files) != 0 {
				t.Errorf("a file that cannot be used is on the case: %+v", e.Files)
			}
		}
	})
}

func TestReferralSaysWhatIsMissingAndThenIsReady(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Łukasz Żółć")
		r, err := w.Readiness(t.Context(), cw, c.Ref)
		w.must(err)
		for _, check := range r.Checks {
			if check.Slug == "stage2" && check.Field != "event:"+string(models.KindEscalationRequested) {
				t.Errorf("what mends a stage 2 that nobody asked for is %q", check.Field)
			}
		}
		if r.Ready {
			t.Fatal("a new case is ready to refer")
		}
		letter := pdf(t)
		for _, e := range []struct {
			kind models.Kind
			on   string
			file string
		}{{models.KindIssueReported, "2022-11-01", "wall.jpg"}, {models.KindComplaintMade, "2023-01-09", ""}, {models.KindStage1Response, "2023-02-20", "one.pdf"},
			{models.KindEscalationRequested, "2023-02-27", ""}, {models.KindStage2Response, "2023-05-30", "final.pdf"}, {models.KindAuthorityGiven, "2023-06-02", "authority.pdf"}} {
			_, err := w.log(cw, c.Ref, e.kind, e.on, func(cmd *casework.LogEvent) {
				if e.file == "" {
					return
				}
				data := letter
				if strings.HasSuffix(e.file, ".jpg") {
					data = photo(t)
				}
				a, err := w.Attach(t.Context(), cw, c.Ref, e.file, "", bytes.NewReader(data))
				w.must(err)
				cmd.Files = []int64{a.ID}
			})
			w.must(err)
		}
		v, err := w.ReadCase(t.Context(), cw, c.Ref)
		w.must(err)
		w.must(w.KeepDetails(t.Context(), cw, casework.Details{Ref: c.Ref, Version: v.Case.Version, Theme: c.Theme, Title: c.Title, Summary: "The wall is wet.",
			Wanted: "A dry wall by 1 October.", StillUnhappy: "Nobody came.", Needs: "none", LandlordRef: "HV/1"}))
		r, err = w.Readiness(t.Context(), cw, c.Ref)
		w.must(err)
		if !r.Ready {
			t.Errorf("not ready: %+v", r.Checks)
		}
		var out bytes.Buffer
		w.must(w.Bundle(t.Context(), cw, c.Ref, &out))
		text := pdftest.Check(t, out.Bytes())
		for _, want := range []string{"Łukasz Żółć", "Stage 1 response", "Nobody came.", "Exhibit 1"} {
			if !strings.Contains(text, want) {
				t.Errorf("the bundle does not say %q", want)
			}
		}
		w.today = civil.MustParse("2024-06-03")
		r, err = w.Readiness(t.Context(), cw, c.Ref)
		w.must(err)
		if r.Ready {
			t.Error("ready although more than twelve months have passed since the final response and no reason is given")
		}
	})
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func photo(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for x := range 320 {
		for y := range 240 {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pdf(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := document.Letter(&b, document.LetterDoc{Ref: "X", On: civil.MustParse("2023-05-30"), Subject: "Our answer", Body: "We are sorry."}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A second day of a mistyped year is refused: clocks are counted to it day by day. And a case cannot be opened on a day so early that it
// would take no entry.
func TestYearsThatWereMistyped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		cw := w.actor(w.a, access.Caseworker)
		c := w.open(cw, "Siobhán O'Connor")
		made, err := w.log(cw, c.Ref, models.KindComplaintMade, "2023-05-09")
		w.must(err)
		for _, k := range []models.Kind{models.KindExtensionNotified, models.KindPromiseMade, models.KindTaskSet, models.KindRequestExtended, models.KindRequestMade} {
			for _, until := range []string{"9999-12-31", "2033-08-01", "0001-01-02"} {
				_, err := w.LogEvent(ctx, cw, casework.LogEvent{Ref: c.Ref, Version: made.Case.Version, Kind: k, On: civil.MustParse("2023-05-10"), Until: civil.MustParse(until),
					Procedure: models.ProcedureCostsSummary})
				if models.CodeOf(err) != models.CodeInvalid || models.FieldErrors(err)[0].Field != "until" {
					t.Errorf("%s until %s: %v", k, until, err)
				}
			}
		}
		_, err = w.LogEvent(ctx, cw, casework.LogEvent{Ref: c.Ref, Version: made.Case.Version, Kind: models.KindExtensionNotified, On: civil.MustParse("2023-05-10"), Until: civil.MustParse("2023-06-20")})
		w.must(err)
		_, err = w.OpenCase(ctx, cw, casework.OpenCase{Resident: casework.Resident{Name: "محمد", Tenure: models.TenureAssured}, Theme: models.ThemeDampMould, Title: "Mould", ReceivedOn: civil.MustParse("1989-12-31")})
		if models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("a case of 1989: %v", err)
		}
	})
}
