package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"commoncase/app/document"
	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/letters"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// CheckState is what a readiness check found.
type CheckState string

// The states of a check.
const (
	CheckDone    CheckState = "done"
	CheckMissing CheckState = "missing" // the referral is not ready without it
	CheckWarning CheckState = "warning" // it can go, but look at this first
)

// Check is one line of the readiness check: what was looked at, what was found, and how to mend it.
type Check struct {
	Slug  string
	Title string
	State CheckState
	Found string
	Mend  string // "" where there is nothing to do
	Field string // the part of the case to change: "details", "resident", "event:authority_given", "" where none
}

// Readiness is what stands between a case and its referral.
type Readiness struct {
	View   CaseView
	Checks []Check
	Ready  bool // nothing is missing
}

// Missing are the checks without which the referral is not ready.
func (r Readiness) Missing() []Check {
	var cs []Check
	for _, c := range r.Checks {
		if c.State == CheckMissing {
			cs = append(cs, c)
		}
	}
	return cs
}

// OperatorFor finds a case of any branch by its reference, as typed, and the actor as whom the command line works on it: whoever
// can run the program on the machine has the database in their hands. No request ever asks.
func (s *Service) OperatorFor(ctx context.Context, typed string) (actor models.Actor, ref string, err error) {
	ref, ok := models.CheckReference(typed)
	if !ok {
		return models.Actor{}, "", models.Errorf(models.CodeInvalid, "%q is not a reference: its check character does not fit. Read it again letter by letter, such as HVT-24-0007-K.", typed)
	}
	c, err := s.st.FindCase(ctx, ref)
	if err != nil {
		return models.Actor{}, "", err
	}
	return models.Actor{BranchID: c.BranchID, Roles: access.Roles{access.Caseworker}}, ref, nil
}

// Readiness looks at a case with the Ombudsman's eyes.
func (s *Service) Readiness(ctx context.Context, actor models.Actor, ref string) (Readiness, error) {
	if err := actor.Can(access.Refer); err != nil {
		return Readiness{}, err
	}
	v, err := s.ReadCase(ctx, actor, ref)
	if err != nil {
		return Readiness{}, err
	}
	r := Readiness{View: v, Checks: readinessChecks(v, s.engine.Book())}
	r.Ready = len(r.Missing()) == 0
	return r, nil
}

// readinessChecks is the completeness gate of a referral. What the Scheme says is taken from the rulebook.
func readinessChecks(v CaseView, book *rulebook.Book) []Check {
	var cs []Check
	c := v.Case
	add := func(slug, title string, ok bool, bad CheckState, found, mend, field string) {
		check := Check{Slug: slug, Title: title, State: CheckDone, Found: found}
		if !ok {
			check.State, check.Mend, check.Field = bad, mend, field
		}
		cs = append(cs, check)
	}
	first := func(k models.Kind) (models.Entry, bool) { return v.current(k) }

	complaint, complained := first(models.KindComplaintMade)
	stage1, answered1 := first(models.KindStage1Response)
	final, answered2 := first(models.KindStage2Response)
	_, escalated := first(models.KindEscalationRequested)

	add("complaint", "A complaint was made to the landlord", complained, CheckMissing, dated("Made on", complaint.On, complained, "No complaint is logged."),
		"Log the day on which the complaint was made, or make one.", "event:"+string(models.KindComplaintMade))
	add("stage1", "Stage 1 was answered", answered1, CheckMissing, dated("Answered on", stage1.On, answered1, "No stage 1 response is logged."),
		"If the landlord has missed its date, ask the Ombudsman to help get a response; otherwise wait for it.", "event:"+string(models.KindStage1Response))
	next2 := models.KindStage2Response // what there is to log: the answer, or first that it was asked for
	if !escalated {
		next2 = models.KindEscalationRequested
	}
	add("stage2", "Stage 2 was asked for and answered: the final response", answered2, CheckMissing, dated("Final response of", final.On, answered2, escalationFound(escalated)),
		"The Ombudsman looks at a complaint after the final response. Ask for stage 2, or, where the landlord has missed its date, ask the Ombudsman to help get a response.", "event:"+string(next2))
	if answered2 {
		add("final-letter", "The final response is among the exhibits", len(final.Files) > 0, CheckMissing, filesFound(final), "Add the letter as a file to the stage 2 response.", "event:"+string(models.KindStage2Response))
		cs = append(cs, inTime(v)...)
	}
	authority, signed := v.authority()
	add("authority", "The resident has signed an authority to act", signed, CheckMissing, dated("Signed on", authority.On, signed, "No authority is logged."),
		"Ask the resident to sign that the branch may act for them, and log it with the paper as a file.", "event:"+string(models.KindAuthorityGiven))
	if signed {
		add("authority-paper", "The signed paper is among the exhibits", len(authority.Files) > 0, CheckWarning, filesFound(authority), "Add a photo or scan of the signed paper to the event.", "event:"+string(models.KindAuthorityGiven))
	}
	if withdrawn, ok := first(models.KindConsentWithdrawn); ok && !letters.Consented(v.Result.Current) {
		add("consent", "The resident's consent stands", false, CheckMissing, "Withdrawn on "+withdrawn.On.Long()+".", "Nothing may be sent. Speak to the resident; if they agree again, log a new consent.", "")
	}
	add("address", "The resident's name and address", v.Member.Address != "" && v.Member.Name != "", CheckMissing, presence(v.Member.Address, "On the case."), "The Ombudsman needs the address of the home. It cannot be referred without one.", "resident")
	add("tenure", "How the home is held", v.Member.Tenure != models.TenureUnknown, CheckMissing, v.Member.Tenure.Label()+".", "Ask the resident, and write it down.", "resident")
	add("summary", "What happened, in a summary", c.Summary != "", CheckMissing, presence(c.Summary, "Written."), "Write what happened.", "details")
	add("unhappy", "Why the resident is still unhappy with the final response", c.StillUnhappy != "", CheckMissing, presence(c.StillUnhappy, "Written."), "Ask the resident, and write it down in their words.", "details")
	add("wanted", "What would put it right", c.Wanted != "", CheckMissing, presence(c.Wanted, "Written."), "Ask the resident what would put it right: works by a date, an apology, a sum and what it is for.", "details")
	add("needs", "Adjustments that the resident needs from the Ombudsman", c.Needs != "", CheckWarning, presence(c.Needs, "Written."), "Ask; write “none” where there are none.", "details")
	cs = append(cs, jurisdiction(v, book)...)
	return cs
}

// inTime checks the resident's own limit with the clock that the rulebook gives it.
func inTime(v CaseView) []Check {
	for _, k := range v.Result.Clocks {
		if k.Rule.Bound != models.BoundResident || k.Rule.Duty != rulebook.OmbudsmanReferral || k.Due.IsZero() {
			continue
		}
		c := Check{Slug: "twelve-months", Title: k.Rule.Title, State: CheckDone,
			Found: fmt.Sprintf("Until %s (%s): %s.", k.Due.Long(), k.Rule.Cite(), k.Words())}
		if k.State == timeline.Overdue || k.State == timeline.MetLate {
			c.State, c.Mend, c.Field = CheckMissing, "Write why the Ombudsman was not asked sooner; it can still look at a case where there is a good reason.", "details"
			if v.Case.LateReason != "" {
				c.State, c.Mend = CheckWarning, "The reason is in the bundle. The Ombudsman decides whether it is good enough."
			}
		}
		return []Check{c}
	}
	return nil
}

// jurisdiction names the grounds on which the Ombudsman may not look at the case, as far as the case shows them.
func jurisdiction(v CaseView, book *rulebook.Book) []Check {
	var cs []Check
	ask := func(ground, found string) {
		g, ok := book.Ground(ground, v.Today)
		if !ok {
			return
		}
		cs = append(cs, Check{Slug: "ground-" + ground, Title: "Outside jurisdiction? " + g.Name, State: CheckWarning, Found: found + " (" + g.Cite() + ")", Mend: g.Instead})
	}
	if v.Case.CourtAction {
		ask(rulebook.GroundCourt, "The case says that a court claim has been issued.")
		ask(rulebook.GroundProceedings, "The case says that a court claim has been issued; what could have been raised there may be left aside.")
	}
	subjectGrounds(v, ask)
	timeGrounds(v, ask)
	if len(cs) == 0 {
		cs = append(cs, Check{Slug: "jurisdiction", Title: "Outside jurisdiction?", State: CheckDone, Found: "Nothing on the case points to it: no court claim, not the level of a charge, not personal data."})
	}
	return cs
}

// subjectGrounds are those that what the case is about shows.
func subjectGrounds(v CaseView, ask func(ground, found string)) {
	opened := func(ps ...models.Procedure) bool {
		return slices.ContainsFunc(v.Result.Current, func(e models.Event) bool { return slices.Contains(ps, e.Opens()) })
	}
	switch {
	case v.Case.Theme == models.ThemeServiceCharges:
		ask(rulebook.GroundChargeLevel, "The case is about service charges.")
	case opened(models.ProcedureCostsSummary, models.ProcedureInspection, models.ProcedureIntention, models.ProcedureEstimates):
		ask(rulebook.GroundChargeLevel, "The case holds a request or a notice about service charges.")
	}
	switch {
	case v.Case.Theme == models.ThemeData:
		ask(rulebook.GroundOtherBody, "The case is about personal data.")
	case opened(models.ProcedureSubjectAccess, models.ProcedureDataComplaint, models.ProcedureDataBreach):
		ask(rulebook.GroundOtherBody, "The case holds a request or a complaint about personal data.")
	}
	if opened(models.ProcedurePreAction) || v.Result.Flags.Solicitor {
		ask(rulebook.GroundElsewhere, "A solicitor acts, or a letter of claim was sent.")
	}
	if v.Case.Theme == models.ThemeMoves && v.Landlord.Type == models.LandlordCouncil {
		ask(rulebook.GroundCouncil, "The case is about a move, and the landlord is a council.")
	}
}

// timeGrounds are those that the dates of the case show.
func timeGrounds(v CaseView, ask func(ground, found string)) {
	r := v.Result
	if r.ComplaintOn != 0 && r.FinalOn == 0 {
		ask(rulebook.GroundNotExhausted, "No final response is logged.")
	}
	for _, k := range r.Clocks {
		if k.Rule.Duty == rulebook.OmbudsmanReferral && (k.State == timeline.Overdue || k.State == timeline.MetLate) {
			ask(rulebook.GroundOverTwelve, "The time to ask the Ombudsman ended on "+k.Due.Long()+".")
			break
		}
	}
	if code := r.Code; code != nil && code.Accept.Months > 0 && r.ReportedOn != 0 && r.ComplaintOn > r.ReportedOn.AddMonths(code.Accept.Months) {
		ask(rulebook.GroundRaisedLate, fmt.Sprintf("It was first reported on %s, and the complaint was made on %s, more than %d months later.", r.ReportedOn.Long(), r.ComplaintOn.Long(), code.Accept.Months))
	}
	if e, ok := v.current(models.KindDetermination); ok {
		ask(rulebook.GroundDecided, "The Ombudsman determined it on "+e.On.Long()+".")
	}
}

// authority returns the signed authority that stands: the last one, where consent was not withdrawn after it.
func (v CaseView) authority() (models.Entry, bool) {
	for i := len(v.Entries) - 1; i >= 0; i-- {
		switch e := v.Entries[i]; {
		case e.ReplacedBy != 0:
		case e.Kind == models.KindConsentWithdrawn:
			return models.Entry{}, false
		case e.Kind == models.KindAuthorityGiven:
			return e, true
		}
	}
	return models.Entry{}, false
}

// current returns the standing event of a kind; of several the last.
func (v CaseView) current(kind models.Kind) (models.Entry, bool) {
	for i := len(v.Entries) - 1; i >= 0; i-- {
		if e := v.Entries[i]; e.Kind == kind && e.ReplacedBy == 0 {
			return e, true
		}
	}
	return models.Entry{}, false
}

func dated(words string, d civil.Date, ok bool, otherwise string) string {
	if !ok {
		return otherwise
	}
	return words + " " + d.Long() + "."
}

func escalationFound(escalated bool) string {
	if escalated {
		return "Stage 2 was asked for and is not answered yet."
	}
	return "Stage 2 has not been asked for."
}

func filesFound(e models.Entry) string {
	if len(e.Files) == 0 {
		return "No file is attached to it."
	}
	names := make([]string, len(e.Files))
	for i, f := range e.Files {
		names[i] = f.Title
	}
	return "Attached: " + strings.Join(names, ", ") + "."
}

func presence(value, words string) string {
	if value == "" {
		return "Not written yet."
	}
	return words
}

// Bundle writes the referral bundle of a case as one PDF. What is still missing is printed as missing, so that a draft can be
// read; Readiness says whether it may be sent.
func (s *Service) Bundle(ctx context.Context, actor models.Actor, ref string, w io.Writer) error {
	ready, err := s.Readiness(ctx, actor, ref)
	if err != nil {
		return err
	}
	branch, err := s.st.Branch(ctx, actor.BranchID)
	if err != nil {
		return err
	}
	doc, err := s.bundleDoc(ctx, actor, branch, ready)
	if err != nil {
		return err
	}
	if err := document.Bundle(w, doc); err != nil {
		return fmt.Errorf("bundle of %s: %w", ref, err)
	}
	return s.st.Tx(ctx, func(tx *store.Store) error { return tx.AddAudit(ctx, actor, "bundle.made", ref, doc.Hash) })
}

func (s *Service) bundleDoc(ctx context.Context, actor models.Actor, branch models.Branch, r Readiness) (document.BundleDoc, error) {
	v := r.View
	c := v.Case
	doc := document.BundleDoc{
		Head: document.Letterhead{Name: branch.Name, Lines: lines(branch.Address), Email: branch.Email},
		Ref:  c.Ref, Title: c.Title, Resident: v.Member.Name, Address: append(lines(v.Member.Address), nonEmpty(v.Member.Postcode)...),
		Landlord: v.Landlord.Name, LandlordRef: c.LandlordRef, OmbudsmanRef: c.OmbudsmanRef,
		PreparedBy: strings.Join(append(nonEmpty(actor.Name), branch.Name), ", "), On: v.Today,
	}
	byEvent := func(k models.Kind) []int {
		e, _ := v.current(k)
		if k == models.KindAuthorityGiven { // one that was taken back since proves nothing
			e, _ = v.authority()
		}
		return e.Exhibits
	}
	doc.Questions = questions(v, actor, branch, byEvent)
	doc.Authority = document.Authority{Exhibits: byEvent(models.KindAuthorityGiven)}
	if e, ok := v.authority(); ok {
		doc.Authority.SignedOn = e.On
		doc.Authority.Text = fmt.Sprintf("%s has signed that %s may act for them in this complaint and may receive what the Ombudsman writes about it.", v.Member.Name, branch.Name)
	}
	hashes := []string{}
	for _, e := range v.Entries {
		if e.ReplacedBy != 0 || e.Kind == models.KindRetracted || internal(e.Kind) && len(e.Files) == 0 {
			continue
		}
		doc.Chronology = append(doc.Chronology, document.ChronologyRow{On: e.On, What: e.Words(), Detail: e.Note, Exhibits: e.Exhibits})
		for i, a := range e.Files {
			doc.Exhibits = append(doc.Exhibits, document.Exhibit{Number: e.Exhibits[i], Title: a.Title, On: e.On, MediaType: models.CopyType(a.MediaType),
				Open: func() (io.ReadCloser, error) { return s.files.Open(ctx, a.Copy) }})
			hashes = append(hashes, a.Copy)
		}
	}
	doc.Breaches = breaches(v.Result)
	doc.Issues = issues(v)
	var err error
	doc.Hash, err = planHash(doc, hashes)
	return doc, err
}

// planHash is the SHA-256 of everything that the bundle says and of the bytes of its exhibits.
func planHash(doc document.BundleDoc, hashes []string) (string, error) {
	content, err := json.Marshal(struct {
		Doc      document.BundleDoc
		Exhibits []string
	}{doc, hashes})
	if err != nil {
		return "", fmt.Errorf("hash the bundle: %w", err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}

// internal are events of the branch's own work, which the Ombudsman has no need of.
func internal(k models.Kind) bool {
	switch k { //nolint:exhaustive // the rest is the resident's and the landlord's
	case models.KindStoryReceived, models.KindConsentGiven, models.KindNote, models.KindCaseClosed, models.KindCaseReopened:
		return true
	}
	return false
}

// breaches are what the events show as broken: the Code's first, then the law's and the Ombudsman's orders, and the landlord's own policy last, for it
// often repeats the Code. Where it allows more than the Code, both rows say so.
func breaches(r timeline.Result) []document.BreachRow {
	longer := map[*timeline.Clock]string{}
	for _, g := range r.PolicyGaps() {
		longer[g.Code] = fmt.Sprintf("The landlord's own policy gave it until %s, longer than the Code allows.", g.Policy.OriginalDue.Long())
		longer[g.Policy] = fmt.Sprintf("This policy allows longer than %s, by which it was due on %s.", g.Code.Rule.Regime.Short, g.Code.OriginalDue.Long())
	}
	var rows, policy []document.BreachRow
	for _, b := range r.Breaches() {
		row := breachRow(b)
		if b.Clock != nil {
			for k, words := range longer {
				if k.Key() == b.Clock.Key() {
					row.Note = strings.TrimSpace(row.Note + " " + words)
				}
			}
		}
		if b.Regime.Family == rulebook.FamilyPolicy {
			policy = append(policy, row)
		} else {
			rows = append(rows, row)
		}
	}
	return append(rows, policy...)
}

func breachRow(b timeline.Breach) document.BreachRow {
	row := document.BreachRow{Duty: b.Title, Clause: strings.TrimPrefix(b.Cite, b.Regime.Short+", "), Source: b.Regime.Short, Confidence: b.Confidence.Short()}
	switch {
	case b.Clock != nil:
		k := b.Clock
		row.Started, row.Due, row.Done, row.DaysLate, row.Unit, row.Note = k.Started, k.Due, k.Met, k.Late, unitOf(k.Rule), k.Note()
		if k.Reference != "" {
			row.Duty += " " + k.Reference
		}
	case b.Checklist != nil:
		row.Instead = "missing"
		row.Note = fmt.Sprintf("Missing from the letter of %s: %s", b.On.Long(), b.Text)
	default:
		row.Instead, row.Done = "forbidden", b.On
		row.Note = b.Text
	}
	return row
}

// unitOf is what lateness under a rule is counted in.
func unitOf(r *rulebook.Rule) string {
	switch r.Limit.Unit { //nolint:exhaustive // the others are counted in days
	case rulebook.WorkingDays:
		return "working days"
	case rulebook.Hours:
		return "hours"
	}
	return "days"
}

func issues(v CaseView) []document.Issue {
	all := []document.Issue{{Title: v.Case.Title, Detail: v.Case.Summary, Remedy: v.Case.Wanted}}
	missed := map[rulebook.Family]int{}
	for _, b := range v.Result.Breaches() {
		missed[b.Regime.Family]++
	}
	var where []string
	for _, f := range []struct {
		family rulebook.Family
		words  string
	}{{rulebook.FamilyCode, "under the Complaint Handling Code"}, {rulebook.FamilyLaw, "under other law"}, {rulebook.FamilyPolicy, "under the landlord's own policy"}, {rulebook.FamilyScheme, "under the Ombudsman's orders"}} {
		if n := missed[f.family]; n > 0 {
			where = append(where, fmt.Sprintf("%d %s", n, f.words))
		}
	}
	if len(where) > 0 {
		all = append(all, document.Issue{Title: "How the complaint was handled",
			Detail: "Duties that were broken, met late or are not met: " + strings.Join(where, ", ") + ". The table of breaches gives the clause and the dates of each; the chronology names the paper for each date.",
			Remedy: "We ask the Ombudsman to consider the landlord's handling of the complaint beside the matter itself."})
	}
	return all
}

func lines(s string) []string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		out = append(out, nonEmpty(strings.TrimSpace(l))...)
	}
	return out
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
