package casework_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3/driver"

	"commoncase/app/casework"
	"commoncase/app/files"
	"commoncase/app/store"
	"commoncase/app/store/storetest"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// desk is a world with the database and the folder under it laid open.
type desk struct {
	*world
	db    *sql.DB
	pg    bool
	dir   string
	files *files.Store
}

func eachDesk(t *testing.T, test func(t *testing.T, d *desk)) {
	storetest.Each(t, migrate, func(t *testing.T, url string) {
		w := &world{t: t, today: civil.MustParse("2023-07-31")}
		st, err := store.Open(t.Context(), url, w.now)
		w.must(err)
		t.Cleanup(func() { w.must(st.Close()) })
		d := &desk{world: w, dir: filepath.Join(t.TempDir(), "files"), pg: strings.HasPrefix(url, "postgres")}
		d.files, err = files.Open(d.dir)
		w.must(err)
		t.Cleanup(func() { w.must(d.files.Close()) })
		w.st, w.Service = st, casework.New(st, d.files, timeline.New(rulebook.Default()), w.now)
		if d.pg {
			d.db, err = sql.Open("pgx", url)
		} else {
			d.db, err = driver.Open("file:" + filepath.ToSlash(strings.TrimPrefix(url, "sqlite:")) + "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)")
		}
		w.must(err)
		t.Cleanup(func() { w.must(d.db.Close()) })
		l := models.Landlord{Slug: "harbour-and-vale", Name: "Harbour & Vale Homes", Calendar: civil.EnglandAndWales, Invented: true}
		w.must(st.AddLandlord(t.Context(), &l))
		w.a = models.Branch{Slug: "a", Name: "Branch A", Prefix: "AAA", LandlordID: l.ID, Threshold: 5}
		w.b = models.Branch{Slug: "b", Name: "Branch B", Prefix: "BBB", LandlordID: l.ID, Threshold: 5}
		w.must(st.AddBranch(t.Context(), &w.a))
		w.must(st.AddBranch(t.Context(), &w.b))
		test(t, d)
	})
}

// exec runs a statement behind the back of the program; ? stands for each argument on both databases.
func (d *desk) exec(query string, args ...any) error {
	if d.pg {
		for i := range args {
			query = strings.Replace(query, "?", fmt.Sprintf("$%d", i+1), 1)
		}
	}
	_, err := d.db.ExecContext(d.t.Context(), query, args...)
	return err
}

func (d *desk) columns(table string) []string {
	d.t.Helper()
	rows, err := d.db.QueryContext(d.t.Context(), "SELECT * FROM "+table+" LIMIT 0")
	d.must(err)
	defer rows.Close()
	names, err := rows.Columns()
	d.must(err)
	d.must(rows.Err())
	return names
}

// rows is every value of every row that a query finds, a line each.
func (d *desk) rows(query string) []string {
	d.t.Helper()
	rows, err := d.db.QueryContext(d.t.Context(), query)
	d.must(err)
	defer rows.Close()
	names, err := rows.Columns()
	d.must(err)
	var out []string
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range into {
			into[i] = &values[i]
		}
		d.must(rows.Scan(into...))
		var b strings.Builder
		for i, v := range values {
			if raw, ok := v.([]byte); ok {
				v = string(raw)
			}
			fmt.Fprintf(&b, "%s=%v|", names[i], v)
		}
		out = append(out, b.String())
	}
	d.must(rows.Err())
	return out
}

// dump is every value of every row of every table, a table each.
func (d *desk) dump() map[string]string {
	d.t.Helper()
	list := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if d.pg {
		list = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
	}
	out := map[string]string{}
	for _, table := range d.rows(list) {
		name := strings.TrimSuffix(table[strings.IndexByte(table, '=')+1:], "|")
		out[name] = strings.Join(d.rows(`SELECT * FROM "`+name+`"`), "\n")
	}
	return out
}

// onDisk counts the files of the folder that hold a phrase.
func (d *desk) onDisk(phrase string) (n int) {
	d.t.Helper()
	d.must(filepath.WalkDir(d.dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(p)
		if bytes.Contains(body, []byte(phrase)) {
			n++
		}
		return err
	}))
	return n
}

func (d *desk) put(text string) string {
	d.t.Helper()
	hash, _, err := d.files.Put(d.t.Context(), strings.NewReader(text), 1<<20)
	d.must(err)
	return hash
}

// sent adds a story that was sent, in a state.
func (d *desk) sent(state models.StoryState, c models.Case, content string) (models.Story, models.Teller) {
	d.t.Helper()
	now := d.now()
	x := models.Story{BranchID: d.a.ID, Ref: fmt.Sprintf("AAA-S-23-%04d-X", now.UnixNano()%1000+int64(len(content))), State: state, How: models.HowSelf, Lang: "en", Sealed: []byte("s"), Content: content, SentAt: &now}
	if c.ID != 0 {
		x.CaseID = c.ID
	}
	d.must(d.st.AddStory(d.t.Context(), &x))
	return x, models.Teller{BranchID: d.a.ID, StoryID: x.ID}
}

// person is one with a word in every row that can hold one: zqx01 and so on. tokens are those that they must get with their export.
func (d *desk) person() (c models.Case, t models.Teller, tokens []string) {
	d.t.Helper()
	ctx := d.t.Context()
	cw := d.actor(d.a, access.Caseworker)
	token := func(n int) string {
		w := fmt.Sprintf("zqx%02d", n)
		tokens = append(tokens, w)
		return w
	}
	account := models.Account{Email: token(1) + "@example.org", Name: token(2), PasswordHash: "x"}
	d.must(d.st.AddAccount(ctx, &account))
	d.must(d.st.GiveRole(ctx, account.ID, d.a.ID, access.Member))
	c, err := d.OpenCase(ctx, cw, casework.OpenCase{MemberAccount: account.ID, Resident: casework.Resident{Name: token(3), Email: token(4) + "@example.org", Phone: token(5), Address: token(6), Postcode: token(7),
		Area: token(8), Tenure: models.TenureAssured, ContactSafety: token(9)}, Theme: models.ThemeDampMould, Title: token(10), Summary: token(11), Wanted: token(12), LandlordRef: token(13),
		ReceivedOn: civil.MustParse("2023-04-01"), Consent: true})
	d.must(err)
	details := casework.Details{Ref: c.Ref, Version: c.Version, Theme: c.Theme, Title: c.Title, Summary: c.Summary, Wanted: c.Wanted, LandlordRef: c.LandlordRef, StillUnhappy: token(14), LateReason: token(15), Needs: token(16)}
	d.must(d.KeepDetails(ctx, cw, details))
	story, t := d.sent(models.StoryCase, c, `{"story":"`+token(17)+`","address":"`+token(18)+`","needs":"`+token(19)+`","name":"`+token(3)+`"}`)
	d.must(d.exec(`UPDATE stories SET postcode = ?, area = ?, home = ?, reason = ? WHERE id = ?`, token(20), token(21), "zqxhome", token(22), story.ID))
	d.must(d.st.AddStoryMessage(ctx, &models.StoryMessage{BranchID: d.a.ID, StoryID: story.ID, Sender: models.FromBranch, Body: token(23)}))
	now := d.now()
	d.must(d.exec(`INSERT INTO story_translations (branch_id, story_id, lang, body, made_by, recorded_at) VALUES (?, ?, 'en', ?, 'zqxmaker', ?)`, d.a.ID, story.ID, token(24), now))
	d.must(d.exec(`INSERT INTO story_moves (branch_id, story_id, was, became, reason, recorded_at) VALUES (?, ?, 'new', 'case', ?, ?)`, d.a.ID, story.ID, token(25), now))
	d.must(d.exec(`INSERT INTO story_keys (id, branch_id, story_id, kind, wrapped, created_at, last_seen_at) VALUES (?, ?, ?, 'code', ?, ?, ?)`, strings.Repeat("a", 64), d.a.ID, story.ID, []byte("w"), now, now))
	f := models.StoryFile{BranchID: d.a.ID, StoryID: story.ID, Purpose: models.FileEvidence, State: models.FileReady, MediaType: "image/jpeg", Name: token(26) + ".jpg", Title: "zqxtitle",
		Hash: d.put(token(27)), Copy: d.put(token(28)), Pages: 1}
	d.must(d.st.AddStoryFile(ctx, &f))
	_, err = d.log(cw, c.Ref, models.KindComplaintMade, "2023-05-09", func(e *casework.LogEvent) { e.Note, e.Reference = token(29), token(30) })
	d.must(err)
	_, err = d.log(cw, c.Ref, models.KindAdverseAction, "2023-05-20", func(e *casework.LogEvent) { e.Note = "zqxadverse" })
	d.must(err)
	events, err := d.st.Events(ctx, d.a.ID, c.ID)
	d.must(err)
	paper := models.Attachment{BranchID: d.a.ID, CaseID: c.ID, EventID: events[0].ID, Hash: d.put("zqxoriginal"), Copy: d.put(token(31)), Name: token(32) + ".pdf", MediaType: "application/pdf", Size: 3, Pages: 1, Title: "zqxpaper"}
	d.must(d.st.AddAttachment(ctx, &paper))
	secret := paper
	for _, e := range events {
		if e.Kind == models.KindAdverseAction {
			secret.ID, secret.EventID, secret.Hash, secret.Copy, secret.Name = 0, e.ID, d.put("zqxsecret"), d.put("zqxsecretcopy"), "zqxsecretname.pdf"
		}
	}
	d.must(d.st.AddAttachment(ctx, &secret))
	d.must(d.TakeConsent(ctx, cw, casework.TakeConsent{Ref: c.Ref, Purpose: models.PurposeQuote, Value: models.ConsentFirstName, How: models.ConsentPaper, On: d.today, Wording: token(33)}))
	q := models.Quote{BranchID: d.a.ID, StoryID: story.ID, Text: token(34), Original: token(35), SaidOn: d.today, Lang: "en"}
	d.must(d.st.AddQuote(ctx, &q))
	draft := models.CaseLetter{BranchID: d.a.ID, CaseID: c.ID, Ref: "AAA-C-23-0001-X", Type: "zz", Subject: "zqxdraft", Body: "zqxdraftbody", DatedOn: d.today, State: models.CaseLetterDraft}
	d.must(d.st.AddCaseLetter(ctx, &draft))
	sentLetter := models.CaseLetter{BranchID: d.a.ID, CaseID: c.ID, Ref: "AAA-C-23-0002-X", Type: "zz", Recipient: token(36), Subject: token(37), Body: token(38), SignOff: token(39), DatedOn: d.today, State: models.CaseLetterDraft}
	d.must(d.st.AddCaseLetter(ctx, &sentLetter))
	d.must(d.exec(`UPDATE case_letters SET state = 'sent' WHERE ref = 'AAA-C-23-0002-X'`))
	d.must(d.exec(`INSERT INTO incidents (branch_id, slug, title, started_on, source) VALUES (?, 'i', 'I', '2023-01-01', 'x')`, d.a.ID))
	d.must(d.exec(`INSERT INTO impact_reports (branch_id, incident_id, on_date, area, theme, impact, quote, story_id) SELECT branch_id, id, '2023-05-01', ?, 'repairs', ?, 'anonymous', ? FROM incidents`,
		token(40), token(41), story.ID))
	return c, t, tokens
}

func unzip(t *testing.T, d *desk, x *casework.Takeaway) map[string]string {
	t.Helper()
	var b bytes.Buffer
	d.must(x.Write(t.Context(), &b))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	d.must(err)
	out := map[string]string{}
	for _, f := range z.File {
		if _, twice := out[f.Name]; twice || strings.Contains(f.Name, "..") || strings.HasPrefix(f.Name, "/") {
			t.Errorf("a file called %q", f.Name)
		}
		r, err := f.Open()
		d.must(err)
		body, err := io.ReadAll(r)
		d.must(err)
		out[f.Name] = string(body)
	}
	return out
}

// Everything that belongs to a person reaches them, but for what about.txt names; and after their erasure not a word of it is left, in the
// rows or in the folder, while whoever lives in the same home keeps theirs.
func TestAPersonTakesEverythingAndIsErased(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		cw, guardian := d.actor(d.a, access.Caseworker), d.actor(d.a, access.Guardian)
		c, teller, tokens := d.person()
		neighbour, err := d.OpenCase(ctx, cw, casework.OpenCase{Resident: casework.Resident{Name: "qqkname", Tenure: models.TenureAssured, Address: "zqx06", Postcode: "zqx07"}, Theme: models.ThemeLeaks, Title: "qqktitle", ReceivedOn: civil.MustParse("2023-04-01"), Consent: true})
		d.must(err)
		_, joined := d.sent(models.StoryJoined, c, `{"story":"qqkstory"}`)
		d.must(d.st.AddStoryFile(ctx, &models.StoryFile{BranchID: d.a.ID, StoryID: joined.StoryID, Purpose: models.FileEvidence, State: models.FilePending, MediaType: "image/jpeg", Name: "qqk.jpg", Hash: d.put("zqx27")}))

		x, err := d.Takeaway(ctx, teller, "en")
		d.must(err)
		parts := unzip(t, d, x)
		all := strings.ToLower(strings.Join(slices.Collect(func(yield func(string) bool) {
			for name, body := range parts {
				if !yield(name + "\n" + body) {
					return
				}
			}
		}), "\n"))
		for _, token := range tokens {
			if !strings.Contains(all, token) {
				t.Errorf("%s is nowhere in the export", token)
			}
		}
		for _, never := range []string{"zqxadverse", "zqxsecret", "zqxdraft", "zqxmaker", "qqk"} {
			if strings.Contains(all, never) {
				t.Errorf("%s is in the export", never)
			}
		}
		if about := parts["about.txt"]; !strings.Contains(about, "kept apart") || !strings.Contains(about, "Letters that were not sent") {
			t.Errorf("about.txt does not say what is left out: %s", about)
		}

		// Somebody of another branch, somebody else's story, and a helper get nothing.
		for name, other := range map[string]models.Teller{"branch": {BranchID: d.b.ID, StoryID: teller.StoryID}, "helper": {BranchID: d.a.ID, StoryID: teller.StoryID, AccountID: cw.AccountID, Helper: true}} {
			if _, err := d.Takeaway(ctx, other, "en"); models.CodeOf(err) == "" {
				t.Errorf("%s takes the export: %v", name, err)
			}
			if _, err := d.MyPage(ctx, other); models.CodeOf(err) == "" {
				t.Errorf("%s reads the page: %v", name, err)
			}
		}

		d.must(d.AskErasure(ctx, teller, "zqxnote"))
		d.must(d.AskErasure(ctx, teller, "zqxnote again"))
		if err := d.Erase(ctx, cw, 1); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("a caseworker erases: %v", err)
		}
		if err := d.Erase(ctx, d.actor(d.b, access.Guardian), 1); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("the guardian of another branch erases: %v", err)
		}
		if err := d.DeclineErasure(ctx, guardian, 1, " "); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("declined without a reason: %v", err)
		}
		plan, err := d.ErasurePlan(ctx, guardian, 1)
		d.must(err)
		if plan.Count.Cases != 1 || plan.Count.Messages != 1 || plan.Count.Files != 1 || plan.Count.Sent != 1 || plan.Count.Letters != 1 || !slices.Contains(plan.Open, c.Ref) {
			t.Errorf("plan %+v", plan)
		}
		before := d.dump()
		d.must(d.Erase(ctx, guardian, 1))
		if err := d.Erase(ctx, guardian, 1); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("erased twice: %v", err)
		}
		for table, rows := range d.dump() {
			for line := range strings.Lines(rows) {
				line = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(line), "zqx06", ""), "zqx07", "") // the neighbour has the same address
				if strings.Contains(line, "zqx") {
					t.Errorf("%s still holds %s", table, line)
				}
			}
			if n, was := strings.Count(rows, "qqk"), strings.Count(before[table], "qqk"); n != was {
				t.Errorf("%s held %d words of somebody else and now %d", table, was, n)
			}
		}
		for phrase, want := range map[string]int{"zqx28": 0, "zqx31": 0, "zqxoriginal": 0, "zqxsecret": 0, "zqx27": 1 /* the joined story has the same photo */} {
			if n := d.onDisk(phrase); n != want {
				t.Errorf("%d files hold %s, want %d", n, phrase, want)
			}
		}
		if left, err := d.st.UnkeptFiles(ctx, 10); err != nil || len(left) > 0 {
			t.Errorf("to sweep: %v %v", left, err)
		}
		if _, err := d.MyPage(ctx, teller); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("the page of somebody erased: %v", err)
		}
		v, err := d.ReadCase(ctx, cw, c.Ref)
		d.must(err)
		if v.Case.Status != models.StatusClosed || len(v.Entries) < 3 || v.Case.Title != store.ErasedMark {
			t.Errorf("what stays for the figures: %+v", v.Case)
		}
		if n, err := d.ReadCase(ctx, cw, neighbour.Ref); err != nil || n.Case.Status == models.StatusClosed || n.Member.Name != "qqkname" {
			t.Errorf("the neighbour: %+v %v", n.Case, err)
		}
		if drifts, _, err := d.FindDrift(ctx, false); err != nil || len(drifts) > 0 {
			t.Errorf("drift after erasing: %v %v", drifts, err)
		}
	})
}

// What is only ever added lets nothing through but the blanking of somebody whose erasure is done, and nothing beside it.
func TestOnlyErasureBlanksHistory(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		_, teller, _ := d.person()
		blank := map[string]string{"events": "note = '', reference = ''", "consents": "wording = '(erased)'", "story_moves": "reason = ''",
			"case_letters": "recipient = '', subject = '(erased)', body = '', sign_off = ''"}
		where := map[string]string{"events": "kind = 'complaint_made'", "consents": "purpose = 'quote'", "story_moves": "became = 'case'", "case_letters": "state = 'sent'"}
		for table, set := range blank {
			if err := d.exec("UPDATE " + table + " SET " + set + " WHERE " + where[table]); err == nil {
				t.Errorf("%s of somebody who is not erased can be blanked", table)
			}
		}
		// From here on their erasure stands as done, with every word still there.
		d.must(d.AskErasure(ctx, teller, ""))
		d.must(d.exec(`UPDATE erasures SET state = 'done'`))
		for table, set := range blank {
			blanked := 0
			for _, column := range d.columns(table) {
				if strings.Contains(", "+set, ", "+column+" =") {
					if err := d.exec("UPDATE " + table + " SET " + column + " = 'zz' WHERE " + where[table]); err == nil {
						t.Errorf("%s.%s can be written anew", table, column)
					}
					blanked++
					continue
				}
				// Whatever its type: a row whose value is another cannot be blanked along with it, and neither can one that becomes empty.
				for _, value := range []string{"NULL", "'zz'", "1", "77", "'2001-01-01'", "TRUE", "FALSE"} {
					if same(d, table, column, value, where[table]) {
						continue
					}
					if err := d.exec("UPDATE " + table + " SET " + set + ", " + column + " = " + value + " WHERE " + where[table]); err == nil {
						t.Errorf("%s.%s became %s", table, column, value)
					}
				}
			}
			if blanked != strings.Count(set, "=") {
				t.Errorf("%s: %d of the columns that may be blanked are there", table, blanked)
			}
			if err := d.exec("DELETE FROM " + table + " WHERE " + where[table]); err == nil {
				t.Errorf("a row of %s can be deleted", table)
			}
			if err := d.exec("UPDATE " + table + " SET " + set + " WHERE " + where[table]); err != nil {
				t.Errorf("%s of somebody who is erased cannot be blanked: %v", table, err)
			}
		}
	})
}

// same reports whether a column holds that value already, so that writing it changes nothing.
func same(d *desk, table, column, value, where string) bool {
	var n int
	test := column + " = " + value
	if value == "NULL" {
		test = column + " IS NULL"
	}
	err := d.db.QueryRowContext(context.Background(), "SELECT count(*) FROM "+table+" WHERE "+where+" AND "+test).Scan(&n)
	return err == nil && n > 0
}

// A member tells in two taps: it stands on the case as theirs, once however often they tap, and no further than a day's measure.
func TestTell(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		cw := d.actor(d.a, access.Caseworker)
		c := d.open(cw, "Trần Thị Hoa")
		story, teller := d.sent(models.StoryCase, c, `{"story":"x"}`)
		yesterday := d.today.AddDays(-1)
		for range 2 { // two tabs
			d.must(d.Tell(ctx, teller, casework.Told{Tap: casework.TapTried, On: yesterday, Channel: models.ChannelPhone, Note: "I waited an hour"}))
		}
		d.must(d.Tell(ctx, teller, casework.Told{Tap: casework.TapNobody, On: d.today}))
		d.must(d.Tell(ctx, teller, casework.Told{Tap: casework.TapStill, On: d.today, Channel: models.ChannelPhone}))
		d.must(d.Tell(ctx, teller, casework.Told{Tap: casework.TapWrote, On: d.today, Channel: models.ChannelLetter, Answered: true}))
		p, err := d.MyPage(ctx, teller)
		d.must(err)
		own := map[models.Kind]models.Event{}
		for _, e := range p.Past {
			if e.Own {
				if _, twice := own[e.Kind]; twice {
					t.Errorf("%s stands there twice", e.Kind)
				}
				own[e.Kind] = e.Event
			}
		}
		if e := own[models.KindContactAttempt]; e.On != yesterday || e.Channel != models.ChannelPhone || e.Answered || e.Note != "I waited an hour" || e.RecordedBy != 0 {
			t.Errorf("I tried: %+v", e)
		}
		if e := own[models.KindLandlordUpdate]; e.Channel != models.ChannelLetter || e.Answered {
			t.Errorf("they wrote: %+v", e)
		}
		if e := own[models.KindNote]; !strings.HasPrefix(e.Note, "It is still not fixed.") || e.Channel != "" {
			t.Errorf("still: %+v", e)
		}
		if _, ok := own[models.KindAppointmentMissed]; !ok {
			t.Error("nobody came is not there")
		}
		x, err := d.st.StoryByID(ctx, d.a.ID, story.ID)
		d.must(err)
		if !x.Unread {
			t.Error("the branch is not told that something is new")
		}
		for name, bad := range map[string]casework.Told{"future": {Tap: casework.TapNobody, On: d.today.AddDays(1)}, "no day": {Tap: casework.TapNobody},
			"long ago": {Tap: casework.TapNobody, On: civil.On(1900, time.January, 1)}, "long": {Tap: casework.TapStill, On: d.today, Note: strings.Repeat("ż", 2001)}} {
			if err := d.Tell(ctx, teller, bad); models.CodeOf(err) != models.CodeInvalid || models.FieldErrors(err)[0].Key == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := d.Tell(ctx, models.Teller{BranchID: d.b.ID, StoryID: story.ID}, casework.Told{Tap: casework.TapStill, On: d.today}); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("from another branch: %v", err)
		}
		for i := range 36 {
			d.must(d.Tell(ctx, teller, casework.Told{Tap: casework.TapStill, On: d.today, Note: fmt.Sprint(i)}))
		}
		if err := d.Tell(ctx, teller, casework.Told{Tap: casework.TapStill, On: d.today, Note: "one more"}); models.CodeOf(err) != models.CodeTooMany {
			t.Errorf("the 41st of a day: %v", err)
		}
	})
}

// What is told before there is a case goes as a message; on a closed one nothing is added; and a story that was joined to somebody else's
// case shows nothing of it.
func TestTellWithoutACaseOfOnesOwn(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		cw := d.actor(d.a, access.Caseworker)
		c := d.open(cw, "Seán O'Connor")
		_, early := d.sent(models.StoryNew, models.Case{}, `{"story":"early"}`)
		d.must(d.Tell(ctx, early, casework.Told{Tap: casework.TapNobody, On: d.today, Note: "again"}))
		d.must(d.Tell(ctx, early, casework.Told{Tap: casework.TapNobody, On: d.today, Note: "again"}))
		ms, err := d.st.StoryMessages(ctx, d.a.ID, early.StoryID)
		d.must(err)
		if len(ms) != 1 || ms[0].Sender != models.FromTeller || !strings.Contains(ms[0].Body, "31 July 2023") || !strings.Contains(ms[0].Body, "again") {
			t.Errorf("messages %+v", ms)
		}
		_, joined := d.sent(models.StoryJoined, c, `{"story":"joined by somebody"}`)
		p, err := d.MyPage(ctx, joined)
		d.must(err)
		if p.HasCase() || len(p.Past)+len(p.Due) > 0 {
			t.Errorf("somebody sees the case of another: %+v", p)
		}
		d.must(d.Tell(ctx, joined, casework.Told{Tap: casework.TapStill, On: d.today}))
		events, err := d.st.Events(ctx, d.a.ID, c.ID)
		d.must(err)
		if slices.ContainsFunc(events, func(e models.Event) bool { return e.ByMember }) {
			t.Error("somebody logs on the case of another")
		}
		_, own := d.sent(models.StoryCase, c, `{"story":"their own case"}`)
		_, err = d.log(cw, c.Ref, models.KindCaseClosed, "2023-07-31", func(e *casework.LogEvent) { e.Reason = models.ClosedResolved })
		d.must(err)
		if err := d.Tell(ctx, own, casework.Told{Tap: casework.TapStill, On: d.today}); models.CodeOf(err) != models.CodeUnready || models.FieldErrors(err)[0].Key != "my.error.closed" {
			t.Errorf("on a closed case: %v", err)
		}
	})
}

// A member changes how they can be reached; the case is found by the new name, and its page says what is safe.
func TestMyContact(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		cw := d.actor(d.a, access.Caseworker)
		c := d.open(cw, "Łukasz Żółć")
		_, teller := d.sent(models.StoryCase, c, `{"story":"stays as it was"}`)
		d.must(d.KeepContact(ctx, teller, casework.MyContact{Name: "Łukasz Nowak", Email: "l@example.org", Phone: "0161 496 0000", SafeWays: []string{"text", "pigeon"}, SafeTimes: "after 6", DoNotName: true}))
		v, err := d.ReadCase(ctx, cw, c.Ref)
		d.must(err)
		if v.Member.Name != "Łukasz Nowak" || v.Member.Address != "1 Invented Row" || !strings.Contains(v.Member.ContactSafety, "text message") || strings.Contains(v.Member.ContactSafety, "pigeon") {
			t.Errorf("member %+v", v.Member)
		}
		m, err := d.Contact(ctx, teller)
		d.must(err)
		if m.Email != "l@example.org" || m.SafeTimes != "after 6" || !slices.Equal(m.SafeWays, []string{"text"}) {
			t.Errorf("contact %+v", m)
		}
		x, err := d.st.StoryByID(ctx, d.a.ID, teller.StoryID)
		d.must(err)
		if !strings.Contains(x.Content, "stays as it was") {
			t.Errorf("the story became %s", x.Content)
		}
		if err := d.KeepContact(ctx, teller, casework.MyContact{Email: "nowhere"}); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("no address: %v", err)
		}
	})
}

// A wish can be taken back while it waits, and a guardian who declines says why.
func TestAWishTakenBackAndDeclined(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		guardian := d.actor(d.a, access.Guardian)
		_, teller := d.sent(models.StoryNew, models.Case{}, `{"story":"x"}`)
		d.must(d.TakeBackErasure(ctx, teller)) // nothing to take back
		d.must(d.AskErasure(ctx, teller, "why not"))
		d.must(d.TakeBackErasure(ctx, teller))
		if err := d.Erase(ctx, guardian, 1); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a wish that was taken back is done: %v", err)
		}
		d.must(d.AskErasure(ctx, teller, ""))
		d.must(d.DeclineErasure(ctx, guardian, 2, "A court case runs."))
		p, err := d.MyPage(ctx, teller)
		d.must(err)
		if p.Wish.State != models.ErasureDeclined || p.Wish.Reason != "A court case runs." || p.Story.Content == "" {
			t.Errorf("page %+v", p.Wish)
		}
		lines, err := d.Erasures(ctx, guardian)
		d.must(err)
		if len(lines) != 2 || lines[0].StoryRef == "" {
			t.Errorf("wishes %+v", lines)
		}
		// A story without a case is erased by itself.
		d.must(d.AskErasure(ctx, teller, ""))
		d.must(d.Erase(ctx, guardian, 3))
		x, err := d.st.StoryByID(ctx, d.a.ID, teller.StoryID)
		d.must(err)
		if x.State != models.StoryErased || x.Content != "" {
			t.Errorf("story %+v", x)
		}
	})
}
