package casework

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/catalogue"
	"commoncase/models/civil"
	"commoncase/models/letters"
	"commoncase/models/timeline"
)

// Takeaway is everything that a branch has about one person, for themselves. Its texts are in memory; the files are read as they are written.
type Takeaway struct {
	service *Service
	at      time.Time
	texts   []takenText
	files   []takenFile
}

type takenText struct {
	name string
	body []byte
}

type takenFile struct {
	name string
	hash string
}

// Takeaway gathers everything about a teller. Of somebody who is signed in these are all their cases; whoever came by a code gets the case
// that the code is for. What is left out is said in about.txt: what was done to them after they complained, drafts, and the names of others.
func (s *Service) Takeaway(ctx context.Context, t models.Teller, lang string) (*Takeaway, error) {
	story, ref, err := mine(ctx, s.st, t)
	if err != nil {
		return nil, err
	}
	x := &taking{Takeaway: &Takeaway{service: s, at: s.now()}, s: s, st: s.st, text: catalogue.In(lang), branch: t.BranchID}
	w := whole{Belongings: store.Belongings{BranchID: t.BranchID, Stories: []int64{story.ID}}, stories: []models.Story{story}}
	if ref != "" {
		c, err := s.st.CaseByRef(ctx, t.BranchID, ref)
		if err != nil {
			return nil, err
		}
		member, err := s.st.Member(ctx, t.BranchID, c.MemberID)
		if err != nil {
			return nil, err
		}
		w.MemberID, w.Cases, w.cases = c.MemberID, []int64{c.ID}, []models.Case{c}
		if t.AccountID != 0 && member.AccountID == t.AccountID {
			if w, err = belongings(ctx, s.st, models.Erasure{BranchID: t.BranchID, StoryID: story.ID, CaseID: c.ID}); err != nil {
				return nil, err
			}
		} else if w.stories, err = s.st.StoriesBehind(ctx, t.BranchID, c.ID); err != nil {
			return nil, err
		}
		w.Stories = nil
		for _, o := range w.stories {
			w.Stories = append(w.Stories, o.ID)
		}
		if story.State == models.StoryJoined { // its case is their own, or there would be none here
			w.Stories, w.stories = append(w.Stories, story.ID), append(w.stories, story)
		}
		if err := x.person(ctx, member); err != nil {
			return nil, err
		}
	}
	for _, take := range []func(context.Context, whole) error{x.stories, x.cases, x.consents, x.rest} {
		if err := take(ctx, w); err != nil {
			return nil, fmt.Errorf("gather what is about somebody: %w", err)
		}
	}
	x.about()
	return x.Takeaway, nil
}

// taking gathers a Takeaway.
type taking struct {
	*Takeaway
	s      *Service
	st     *store.Store
	text   catalogue.Text
	branch int64
}

func (x *taking) add(name string, body []byte) {
	if len(body) > 0 {
		x.texts = append(x.texts, takenText{name, body})
	}
}

// labelled writes a heading of the catalogue with what belongs to it; nothing where it is empty.
func (x *taking) labelled(b *strings.Builder, key, value string) {
	if value != "" {
		b.WriteString(x.text.T(key) + ":\r\n" + strings.ReplaceAll(value, "\n", "\r\n") + "\r\n\r\n")
	}
}

func (x *taking) person(ctx context.Context, m models.Member) error {
	var b strings.Builder
	for _, f := range []struct{ key, value string }{{"story.contact.your_name", m.Name}, {"story.contact.email", m.Email}, {"story.contact.phone", m.Phone}, {"story.home.address", m.Address}, {"story.home.postcode", m.Postcode},
		{"story.home.area", m.Area}, {"my.export.field.tenure", m.Tenure.Label()}, {"my.export.field.safety", m.ContactSafety}, {"my.export.field.since", x.text.Day(civil.Of(m.CreatedAt))}} {
		x.labelled(&b, f.key, f.value)
	}
	a, err := x.st.AccountOf(ctx, m.AccountID)
	if err != nil {
		return err
	}
	x.labelled(&b, "my.export.field.sign_in", strings.TrimSpace(a.Email+"\n"+a.Name))
	x.add("you.txt", []byte(b.String()))
	return nil
}

func (x *taking) stories(ctx context.Context, w whole) error {
	for i, story := range w.stories {
		at := ""
		if i > 0 {
			at = "-" + strconv.Itoa(i+1)
		}
		a, err := toldIn(story)
		if err != nil {
			return err
		}
		whole := struct {
			Reference, State, How, Language, Theme, Area, Postcode, Since, Reason string
			Anonymous                                                             bool
			StartedAt                                                             time.Time
			SentAt                                                                *time.Time
			Answers                                                               models.Answers
		}{story.Ref, string(story.State), string(story.How), story.Lang, string(story.Theme), story.Area, story.Postcode, story.Since.String(), story.Reason,
			story.Anonymous, story.StartedAt, story.SentAt, a}
		if story.Since.IsZero() {
			whole.Since = ""
		}
		body, err := json.MarshalIndent(whole, "", "  ")
		if err != nil {
			return err
		}
		x.add("story"+at+".json", body)
		x.add("story"+at+".txt", x.storyText(story, a))
		if err := x.correspondence(ctx, story, at); err != nil {
			return err
		}
		files, err := x.st.FilesOfStory(ctx, x.branch, story.ID)
		if err != nil {
			return err
		}
		for n, f := range files {
			if f.Hash == "" { // it has not arrived whole
				continue
			}
			name := fmt.Sprintf("%02d%s-%s", n+1, at, safeName(f.Name))
			x.files = append(x.files, takenFile{"files/" + name, f.Hash})
			if f.Copy != "" && f.Copy != f.Hash {
				x.files = append(x.files, takenFile{"files/shared/" + name + extension(f.MediaType, f.Name), f.Copy})
			}
		}
	}
	return nil
}

func (x *taking) storyText(story models.Story, a models.Answers) []byte {
	var b strings.Builder
	themes := make([]string, len(a.Themes))
	for i, t := range a.Themes {
		themes[i] = t.Label()
	}
	done := func(yes bool) string {
		if yes {
			return x.text.T("common.yes")
		}
		return ""
	}
	for _, f := range []struct{ key, value string }{{"my.export.field.reference", story.Ref}, {"story.home.address", a.Address}, {"story.home.postcode", a.Postcode}, {"story.home.area", a.Area},
		{"story.home.landlord", a.Landlord}, {"story.problem.name", strings.Join(themes, ", ")}, {"story.story.name", a.Story}, {"story.since.name", a.Since}, {"story.reported.title", a.Reported},
		{"story.reported.when", a.ReportedWhen}, {"story.reported.how", a.ReportedHow}, {"story.reported.jobs", a.JobNumbers}, {"story.reported.answer", a.Answer}, {"story.reported.complaint", a.Complaint},
		{"story.people.who", a.People}, {"story.people.needs", a.Needs}, {"story.people.risk", strings.Join(a.AtRisk, ", ")}, {"story.wanted.name", a.Wanted}, {"story.contact.your_name", a.Name}, {"story.contact.email", a.Email},
		{"story.contact.phone", a.Phone}, {"story.contact.ways", strings.Join(a.SafeWays, ", ")}, {"story.contact.times", a.SafeTimes}, {"story.contact.quiet", done(a.DoNotName)}, {"my.export.field.refused", story.Reason}} {
		x.labelled(&b, f.key, f.value)
	}
	return []byte(b.String())
}

// correspondence is what was written about a story: messages, translations.
func (x *taking) correspondence(ctx context.Context, story models.Story, at string) error {
	messages, err := x.st.StoryMessages(ctx, x.branch, story.ID)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, m := range messages {
		b.WriteString(m.RecordedAt.Format("2006-01-02 15:04") + " UTC, " + x.text.T("my.from."+string(m.Sender)) + "\r\n" + strings.ReplaceAll(m.Body, "\n", "\r\n") + "\r\n\r\n")
	}
	x.add("messages"+at+".txt", []byte(b.String()))
	translations, err := x.st.StoryTranslationsOf(ctx, x.branch, story.ID)
	if err != nil {
		return err
	}
	b.Reset()
	for _, t := range translations {
		b.WriteString(t.Lang + ", " + t.RecordedAt.Format("2006-01-02") + "\r\n" + strings.ReplaceAll(t.Body, "\n", "\r\n") + "\r\n\r\n")
	}
	x.add("translations"+at+".txt", []byte(b.String()))
	return nil
}

func (x *taking) cases(ctx context.Context, w whole) error {
	for _, each := range w.cases {
		f, err := x.st.CaseFile(ctx, x.branch, each.Ref)
		if err != nil {
			return err
		}
		c := f.Case
		dir := "case-" + c.Ref + "/"
		var b strings.Builder
		for _, d := range []struct{ key, value string }{{"my.export.field.reference", c.Ref}, {"my.export.field.title", c.Title}, {"story.problem.name", c.Theme.Label()}, {"my.export.field.status", c.StatusLine()}, {"my.export.field.opened", c.OpenedOn.String()},
			{"story.story.name", c.Summary}, {"story.wanted.name", c.Wanted}, {"my.export.field.unhappy", c.StillUnhappy}, {"my.export.field.late", c.LateReason}, {"story.people.needs", c.Needs}, {"my.export.field.landlord_ref", c.LandlordRef}, {"my.export.field.ombudsman_ref", c.OmbudsmanRef}} {
			x.labelled(&b, d.key, d.value)
		}
		x.add(dir+"case.txt", []byte(b.String()))
		events, err := x.st.Events(ctx, x.branch, c.ID)
		if err != nil {
			return err
		}
		hidden := timeline.Confidential(events)
		events = timeline.Without(events, hidden)
		rows := [][]string{{"number", "day", "time", "what", "until", "note", "reference", "told by", "written down", "corrects number"}}
		for _, e := range events {
			by, corrects, until := "the branch", "", ""
			if e.ByMember {
				by = "you"
			}
			if e.Replaces != 0 {
				corrects = strconv.FormatInt(e.Replaces, 10)
			}
			if !e.Until.IsZero() {
				until = e.Until.String()
			}
			rows = append(rows, []string{strconv.FormatInt(e.ID, 10), e.On.String(), e.At.String(), e.Words(), until, e.Note, e.Reference, by, e.RecordedAt.Format(time.RFC3339), corrects})
		}
		x.add(dir+"events.csv", models.Sheet(rows))
		engine, err := x.s.rulesFor(ctx, x.st, x.branch)
		if err != nil {
			return err
		}
		result := engine.Compute(matter(f.Landlord, f.Member, events, x.at), civil.Of(x.at))
		rows = [][]string{{"deadline", "due", "how it stands"}}
		for i := range result.Clocks {
			if k := &result.Clocks[i]; !k.Due.IsZero() {
				rows = append(rows, []string{k.Name(), k.Due.String(), k.Words()})
			}
		}
		x.add(dir+"deadlines.csv", models.Sheet(rows))
		sent, err := x.st.SentCaseLetters(ctx, x.branch, c.ID)
		if err != nil {
			return err
		}
		for _, l := range sent {
			lt, ok := letters.GetCaseType(l.Type)
			body := l.Body
			if ok {
				body = letters.CasePlain(lt, l)
			}
			head := l.DatedOn.Long() + "\n\n" + l.Recipient + "\n\n" + l.Subject + "\n\n"
			x.add(dir+"letters/"+l.Ref+".txt", []byte(strings.ReplaceAll(head+body+"\n\n"+l.SignOff+"\n", "\n", "\r\n")))
		}
		attachments, err := x.st.Attachments(ctx, x.branch, c.ID)
		if err != nil {
			return err
		}
		others, err := x.st.FilesOfJoined(ctx, x.branch, c.ID)
		if err != nil {
			return err
		}
		for n, a := range attachments {
			if !hidden[a.EventID] && !others[a.ID] {
				x.files = append(x.files, takenFile{fmt.Sprintf("%spapers/%02d-%s%s", dir, n+1, safeName(a.Name), extension(a.MediaType, a.Name)), a.Copy})
			}
		}
	}
	return nil
}

func (x *taking) consents(ctx context.Context, w whole) error {
	rows := [][]string{{"what", "answer", "in these words", "language", "how", "on", "written down"}}
	seen := map[int64]bool{}
	take := func(of store.Subject) error {
		cs, err := x.st.Consents(ctx, x.branch, of)
		for _, c := range cs {
			if !seen[c.ID] {
				rows = append(rows, []string{string(c.Purpose), string(c.Value), c.Wording, c.Lang, string(c.How), c.On.String(), c.RecordedAt.Format(time.RFC3339)})
			}
			seen[c.ID] = true
		}
		return err
	}
	for _, id := range w.Cases {
		if err := take(store.Subject{CaseID: id}); err != nil {
			return err
		}
	}
	for _, id := range w.Stories {
		if err := take(store.Subject{StoryID: id}); err != nil {
			return err
		}
	}
	x.add("consents.csv", models.Sheet(rows))
	return nil
}

// rest is what else holds words of theirs.
func (x *taking) rest(ctx context.Context, w whole) error {
	quotes, err := x.st.QuotesOf(ctx, w.Belongings)
	if err != nil {
		return err
	}
	uses, err := x.st.QuoteUsesOf(ctx, w.Belongings)
	if err != nil {
		return err
	}
	if len(quotes) > 0 {
		rows := [][]string{{"words", "as they were said", "said on", "taken back", "printed in"}}
		for _, q := range quotes {
			back := ""
			if q.DroppedAt != nil {
				back = q.DroppedAt.Format("2006-01-02")
			}
			rows = append(rows, []string{q.Text, q.Original, q.SaidOn.String(), back, strings.Join(uses[q.ID], "; ")})
		}
		x.add("your-words.csv", models.Sheet(rows))
	}
	reports, err := x.st.ImpactReportsOf(ctx, w.Belongings)
	if err != nil {
		return err
	}
	if len(reports) > 0 {
		rows := [][]string{{"day", "area", "theme", "what it says"}}
		for _, r := range reports {
			rows = append(rows, []string{r.On, r.Area, r.Theme, r.Impact})
		}
		x.add("reports.csv", models.Sheet(rows))
	}
	moves, err := x.st.MovesOf(ctx, w.Belongings)
	if err != nil {
		return err
	}
	wishes, err := x.st.ErasuresOf(ctx, w.Belongings)
	if err != nil {
		return err
	}
	if len(moves)+len(wishes) > 0 {
		rows := [][]string{{"on", "what became of it", "reason or note"}}
		for _, m := range moves {
			rows = append(rows, []string{m.RecordedAt.Format("2006-01-02"), string(m.Became), m.Reason})
		}
		for _, e := range wishes {
			rows = append(rows, []string{e.AskedAt.Format("2006-01-02"), "wish to be erased: " + string(e.State), strings.TrimSpace(e.Note + "\n" + e.Reason)})
		}
		x.add("decisions.csv", models.Sheet(rows))
	}
	return nil
}

// about is what is in it and what is not, put at its head.
func (x *taking) about() {
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\r\n") }
	line(x.text.T("my.export.about.title"))
	line(x.text.T("my.export.about.made", "Day", x.text.Day(civil.Of(x.at))))
	line("")
	for _, t := range x.texts {
		line("  " + t.name)
	}
	for _, f := range x.files {
		line("  " + f.name)
	}
	line("")
	for _, key := range []string{"story", "case", "events", "consents", "files"} {
		line(x.text.T("my.export.about." + key))
	}
	line("")
	line(x.text.T("my.export.about.not"))
	for _, key := range []string{"not_adverse", "not_names", "not_drafts", "not_letters", "not_others", "not_log"} {
		line("- " + x.text.T("my.export.about."+key))
	}
	x.texts = append([]takenText{{"about.txt", []byte("\ufeff" + b.String())}}, x.texts...)
}

// Write writes it as a ZIP file. A file whose bytes are missing is named in missing.txt; any other failure ends it half-way.
func (x *Takeaway) Write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	put := func(name string, method uint16, r io.Reader) error {
		part, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: x.at})
		if err != nil {
			return err
		}
		_, err = io.Copy(part, r)
		return err
	}
	for _, t := range x.texts {
		if err := put(t.name, zip.Deflate, bytes.NewReader(t.body)); err != nil {
			return fmt.Errorf("write what is about somebody: %w", err)
		}
	}
	var missing strings.Builder
	for _, f := range x.files {
		r, err := x.service.files.Open(ctx, f.hash)
		if models.CodeOf(err) == models.CodeNotFound {
			missing.WriteString(f.name + "\r\n")
			continue
		}
		if err == nil {
			err = put(f.name, zip.Store, r) // photos and PDF are packed already
			r.Close()
		}
		if err != nil {
			return fmt.Errorf("write what is about somebody: %w", err)
		}
	}
	if missing.Len() > 0 {
		if err := put("missing.txt", zip.Deflate, strings.NewReader(missing.String())); err != nil {
			return fmt.Errorf("write what is about somebody: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write what is about somebody: %w", err)
	}
	return nil
}

// safeName makes a file's name one that leads out of no folder on any system.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if rs := []rune(name); len(rs) > 80 {
		ext := path.Ext(name)
		if len([]rune(ext)) > 10 {
			ext = ""
		}
		name = string(rs[:80-len([]rune(ext))]) + ext
	}
	if name == "" {
		return "file"
	}
	return name
}

// extension is what a shared copy adds to the name of its original: the copy of a photo is a JPEG, that of a text a PDF, whatever the original is.
func extension(mediaType, name string) string {
	want := models.FileEnding(models.CopyType(mediaType))
	if have := strings.ToLower(path.Ext(name)); have == want || want == ".jpg" && have == ".jpeg" {
		return ""
	}
	return want
}
