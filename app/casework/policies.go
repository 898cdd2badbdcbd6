package casework

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"commoncase/app/store"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/models/timeline"
)

// The landlord's own policies are the branch's to keep. Those that are built in stand until the branch saves its own version of one;
// from then on that version stands in its place, in every clock of the branch's cases.

// policyAge is how long what was read of a branch's policies is used before it is read again: another process may have changed them.
const policyAge = 30 * time.Second

// engines are the engines of the branches, with their own policies.
type engines struct {
	sync.Mutex
	of      map[int64]branchEngine
	changes int // goes up with every forgetting, so that what was read before one is not kept after it
}

type branchEngine struct {
	engine *timeline.Engine
	read   time.Time
}

// forget lets the policies of every branch be read anew.
func (e *engines) forget() {
	e.Lock()
	defer e.Unlock()
	e.of = nil
	e.changes++
}

func (e *engines) get(branchID int64) (branchEngine, int) {
	e.Lock()
	defer e.Unlock()
	return e.of[branchID], e.changes
}

func (e *engines) keep(branchID int64, b branchEngine, changes int) {
	e.Lock()
	defer e.Unlock()
	if e.changes != changes {
		return
	}
	if e.of == nil {
		e.of = map[int64]branchEngine{}
	}
	e.of[branchID] = b
}

// rulesFor is the engine that judges the cases of a branch. Its policies are read through the store that is given: inside a transaction
// through its own connection.
func (s *Service) rulesFor(ctx context.Context, st *store.Store, branchID int64) (*timeline.Engine, error) {
	known, changes := s.engines.get(branchID)
	now := s.now()
	if age := now.Sub(known.read); known.engine != nil && age >= 0 && age < policyAge {
		return known.engine, nil
	}
	saved, err := st.Policies(ctx, branchID)
	if err != nil {
		return nil, err
	}
	e := s.engine
	if len(saved) > 0 {
		landlord, err := st.LandlordOf(ctx, branchID)
		if err != nil {
			return nil, err
		}
		kept, err := s.policies(landlord.Slug, saved)
		if err != nil {
			return nil, err
		}
		e = e.WithPolicies(landlord.Slug, regimesOf(kept))
	}
	s.engines.keep(branchID, branchEngine{engine: e, read: now}, changes)
	return e, nil
}

// KeptPolicy is one policy of the branch's landlord as it judges cases, or as it was withdrawn.
type KeptPolicy struct {
	Regime    *rulebook.Regime
	Draft     rulebook.PolicyDraft
	Saved     models.Policy // zero of one that is built in and was never changed
	BuiltIn   bool          // the program has a version of its own
	Withdrawn bool
	Longer    []Longer // where it gives the landlord longer than the Code of its day
}

// Longer is a duty for which a policy allows more time than a Code that was in force meanwhile.
type Longer struct {
	Duty   string // its title
	Policy string // "20 working days"
	Code   string // "10 working days (Code 2022, 5.1)"
	Days   int    // how much longer, in the Code's way of counting; 0 of an extension
	Unit   string // of Days
}

// policies are the landlord's policies with what a branch saved: by date, withdrawn ones last.
func (s *Service) policies(landlord string, saved []models.Policy) ([]KeptPolicy, error) {
	var out []KeptPolicy
	for _, r := range s.engine.Book().Regimes() {
		if r.Family == rulebook.FamilyPolicy && r.Landlord.Slug == landlord && !slices.ContainsFunc(saved, func(p models.Policy) bool { return p.Regime == r.ID }) {
			out = append(out, KeptPolicy{Regime: r, Draft: rulebook.DraftOf(r), BuiltIn: true})
		}
	}
	for _, p := range saved {
		k, err := s.kept(landlord, p)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	slices.SortStableFunc(out, func(a, b KeptPolicy) int {
		switch {
		case a.Withdrawn != b.Withdrawn && a.Withdrawn:
			return 1
		case a.Withdrawn != b.Withdrawn:
			return -1
		}
		return int(a.Regime.From) - int(b.Regime.From)
	})
	return out, nil
}

func (s *Service) kept(landlord string, p models.Policy) (KeptPolicy, error) {
	d, err := rulebook.ParseDraft(p.Content)
	if err != nil {
		return KeptPolicy{}, fmt.Errorf("policy %d: %w", p.ID, err)
	}
	base := s.builtIn(landlord, p.Regime)
	r, err := d.Build(base)
	if err != nil {
		return KeptPolicy{}, fmt.Errorf("policy %d: %w", p.ID, err)
	}
	return KeptPolicy{Regime: r, Draft: d, Saved: p, BuiltIn: base != nil, Withdrawn: p.Withdrawn}, nil
}

func (s *Service) builtIn(landlord, id string) *rulebook.Regime {
	for _, r := range s.engine.Book().Regimes() {
		if r.ID == id && r.Landlord.Slug == landlord {
			return r
		}
	}
	return nil
}

// regimesOf are the policies that judge.
func regimesOf(kept []KeptPolicy) []*rulebook.Regime {
	var rs []*rulebook.Regime
	for _, k := range kept {
		if !k.Withdrawn {
			rs = append(rs, k.Regime)
		}
	}
	return rs
}

// Policies returns the policies of the landlord of the actor's branch, the oldest first and withdrawn ones last.
func (s *Service) Policies(ctx context.Context, actor models.Actor) ([]KeptPolicy, error) {
	if err := actor.Can(access.KeepPolicies); err != nil {
		return nil, err
	}
	kept, _, err := s.branchPolicies(ctx, s.st, actor.BranchID)
	return kept, err
}

func (s *Service) branchPolicies(ctx context.Context, st *store.Store, branchID int64) ([]KeptPolicy, models.Landlord, error) {
	landlord, err := st.LandlordOf(ctx, branchID)
	if err != nil {
		return nil, landlord, err
	}
	saved, err := st.Policies(ctx, branchID)
	if err != nil {
		return nil, landlord, err
	}
	kept, err := s.policies(landlord.Slug, saved)
	if err != nil {
		return nil, landlord, err
	}
	for i := range kept {
		kept[i].Longer = s.longer(kept[i].Regime, landlord)
	}
	return kept, landlord, nil
}

// OwnPolicies are the policies that judge the cases of a branch, for the page of the rules.
func (s *Service) OwnPolicies(ctx context.Context, actor models.Actor) ([]*rulebook.Regime, error) {
	if err := actor.Can(access.SeeBranch); err != nil {
		return nil, err
	}
	kept, _, err := s.branchPolicies(ctx, s.st, actor.BranchID)
	return regimesOf(kept), err
}

// PolicyVersion is one saved version of a policy.
type PolicyVersion struct {
	models.Policy
	Draft rulebook.PolicyDraft
	By    string // name; "" where it is not known
}

// PolicyView is one policy with its history, the newest version first.
type PolicyView struct {
	KeptPolicy
	History []PolicyVersion
}

// Policy returns one policy of the actor's branch by its id.
func (s *Service) Policy(ctx context.Context, actor models.Actor, regime string) (PolicyView, error) {
	kept, err := s.Policies(ctx, actor)
	if err != nil {
		return PolicyView{}, err
	}
	i := slices.IndexFunc(kept, func(k KeptPolicy) bool { return k.Regime.ID == regime })
	if i < 0 {
		return PolicyView{}, models.Errorf(models.CodeNotFound, "There is no such policy. Choose one from the list.")
	}
	v := PolicyView{KeptPolicy: kept[i]}
	versions, err := s.st.PolicyVersions(ctx, actor.BranchID, regime)
	if err != nil {
		return v, err
	}
	names, err := s.st.AccountNames(ctx, actor.BranchID)
	if err != nil {
		return v, err
	}
	for _, p := range versions {
		d, err := rulebook.ParseDraft(p.Content)
		if err != nil {
			return v, fmt.Errorf("policy %d: %w", p.ID, err)
		}
		v.History = append(v.History, PolicyVersion{Policy: p, Draft: d, By: names[p.RecordedBy]})
	}
	return v, nil
}

// KeepPolicy is a policy to be saved. Draft.Regime names the one that it changes, and is "" for a new one; Seen is the saved version
// that the writer had before them, 0 where there was none.
type KeepPolicy struct {
	Draft    rulebook.PolicyDraft
	Seen     int64
	Withdraw bool
	Note     string // why, kept in the history
}

// PolicyChange is a deadline that a policy would move. A day that is zero means that there is no such clock.
type PolicyChange struct {
	Ref     string
	Clock   string // "Stage 1 response"
	Was, Is civil.Date
}

// PolicyPreview is what saving a policy would change of the open cases.
type PolicyPreview struct {
	Regime  *rulebook.Regime
	Longer  []Longer
	Changes []PolicyChange // the first mostChanges, in the order of the cases
	Clocks  int            // deadlines that are another day, in all
	Cases   int            // open cases on which one is
	Asked   int            // open cases that were looked at
	All     bool           // those are all; a branch with more is told after saving
}

const mostChanges = 200

// proposed is a policy checked against the others, before anything is written.
type proposed struct {
	kept     []KeptPolicy
	landlord models.Landlord
	draft    rulebook.PolicyDraft
	regime   *rulebook.Regime
	set      []*rulebook.Regime
	replaces int64
}

func (s *Service) propose(ctx context.Context, st *store.Store, actor models.Actor, cmd KeepPolicy) (*proposed, error) {
	trim(&cmd.Note)
	if errs := tooLong("note", "reason", cmd.Note, 2000); errs != nil {
		return nil, errs.Or()
	}
	kept, landlord, err := s.branchPolicies(ctx, st, actor.BranchID)
	if err != nil {
		return nil, err
	}
	p := &proposed{kept: kept, landlord: landlord, draft: cmd.Draft}
	p.draft.Landlord = rulebook.Landlord{Slug: landlord.Slug, Name: landlord.Name, Invented: landlord.Invented}
	trim(&p.draft.Title, &p.draft.Source.Title, &p.draft.Source.Address, &p.draft.Note)
	errs := slices.Concat(tooLong("title", "name", p.draft.Title, maxLine), tooLong("source", "source", p.draft.Source.Title, maxLine),
		tooLong("address", "address", p.draft.Source.Address, 500), tooLong("policy-note", "note", p.draft.Note, 2000))
	for _, x := range p.draft.Duties {
		errs = append(errs, tooLong(x.Duty+"-clause", "place in the policy", x.Clause, maxLine)...)
		errs = append(errs, tooLong(x.Duty+"-confirm", "answer", x.Confirm, maxLine)...)
	}
	if err := errs.Or(); err != nil {
		return nil, err
	}
	if p.draft.Regime == "" {
		if p.draft.From == 0 {
			p.draft.From = 1 // what is missing is told by the check below
			return nil, withoutID(p.draft)
		}
		p.draft.Regime = newRegime(landlord.Slug, p.draft.From.Year(), func(id string) bool {
			return slices.ContainsFunc(kept, func(k KeptPolicy) bool { return k.Regime.ID == id })
		})
	} else if p.replaces, err = p.seen(cmd.Seen); err != nil {
		return nil, err
	}
	if p.regime, err = p.draft.Build(s.builtIn(landlord.Slug, p.draft.Regime)); err != nil {
		return nil, err
	}
	if err := p.changed(cmd.Withdraw); err != nil {
		return nil, err
	}
	for _, k := range kept {
		if !k.Withdrawn && k.Regime.ID != p.draft.Regime {
			p.set = append(p.set, k.Regime)
		}
	}
	if !cmd.Withdraw {
		p.set = append(p.set, p.regime)
	}
	p.set, err = rulebook.PolicySet(p.set)
	return p, err
}

// withoutID says what is wrong with a draft that has no first day, from which its id would be made.
func withoutID(d rulebook.PolicyDraft) error {
	d.From = 0
	return d.Check()
}

// seen refuses to change a policy that somebody else has changed since it was read.
func (p *proposed) seen(version int64) (int64, error) {
	for _, k := range p.kept {
		if k.Regime.ID != p.draft.Regime {
			continue
		}
		if k.Saved.ID != version {
			return 0, models.Errorf(models.CodeConflict, "Somebody else saved this policy while you were typing. What they saved is in the history below; what you typed is kept. Bring the two together and look at what it changes again.")
		}
		return k.Saved.ID, nil
	}
	return 0, models.Errorf(models.CodeNotFound, "There is no such policy. Choose one from the list.")
}

// changed refuses to save what is saved already: every saving computes all cases of the branch again.
func (p *proposed) changed(withdraw bool) error {
	text, err := p.draft.Text()
	if err != nil {
		return err
	}
	for _, k := range p.kept {
		if p.replaces != 0 && k.Saved.ID == p.replaces && k.Withdrawn == withdraw && k.Saved.Content == text {
			return models.Invalid("title", "This is what is saved already, so there is nothing to save. Change what is to be different.")
		}
	}
	return nil
}

// newRegime is an id that no other policy has: clarion-2025, clarion-2025-2.
func newRegime(landlord string, year int, taken func(string) bool) string {
	id := fmt.Sprintf("%s-%d", landlord, year)
	for n := 2; taken(id); n++ {
		id = fmt.Sprintf("%s-%d-%d", landlord, year, n)
	}
	return id
}

// PreviewPolicy checks a policy and says which open cases it would change, and writes nothing.
func (s *Service) PreviewPolicy(ctx context.Context, actor models.Actor, cmd KeepPolicy) (PolicyPreview, error) {
	if err := actor.Can(access.KeepPolicies); err != nil {
		return PolicyPreview{}, err
	}
	p, err := s.propose(ctx, s.st, actor, cmd)
	if err != nil {
		return PolicyPreview{}, fmt.Errorf("preview policy: %w", err)
	}
	out := PolicyPreview{Regime: p.regime, Longer: s.longer(p.regime, p.landlord)}
	before, err := s.rulesFor(ctx, s.st, actor.BranchID)
	if err != nil {
		return out, err
	}
	after := s.engine.WithPolicies(p.landlord.Slug, p.set)
	var j judging
	for last := int64(0); ; last = j.batch.Last() {
		if err := s.st.ReadBatch(ctx, &j.batch, actor.BranchID, last, s.stretch()); err != nil {
			return out, fmt.Errorf("preview policy: %w", err)
		}
		if len(j.batch.Cases) == 0 {
			out.All = true
			return out, nil
		}
		for i := range j.batch.Cases {
			x := &j.batch.Cases[i]
			if x.Case.Status == models.StatusClosed {
				continue
			}
			if out.Asked == mostPreviewed {
				return out, nil
			}
			out.Asked++
			m := matter(x.Landlord, x.Member, x.Events, s.now())
			was := clockRows(&x.Case, before.ComputeInto(&j.buffer, m, s.Today()))
			is := clockRows(&x.Case, after.ComputeInto(&j.buffer, m, s.Today()))
			out.add(x.Case.Ref, policyChanges(was, is, p.names()))
		}
	}
}

// names are the titles of the duties of every policy that is or would be there, by the id of the regime and then of the duty.
func (p *proposed) names() map[string]map[string]string {
	out := map[string]map[string]string{}
	add := func(r *rulebook.Regime) {
		if out[r.ID] == nil {
			out[r.ID] = map[string]string{}
		}
		for _, x := range r.Rules {
			out[r.ID][x.Duty] = x.Title
			if x.Extension != nil {
				out[r.ID][x.Extension.Duty] = x.Extension.Title
			}
		}
	}
	for _, k := range p.kept {
		add(k.Regime)
	}
	add(p.regime)
	return out
}

func (p *PolicyPreview) add(ref string, changes []PolicyChange) {
	if len(changes) == 0 {
		return
	}
	p.Cases++
	p.Clocks += len(changes)
	for _, c := range changes {
		if len(p.Changes) < mostChanges {
			c.Ref = ref
			p.Changes = append(p.Changes, c)
		}
	}
}

// policyChanges pairs the clocks of policies by their duty and what opened them: the policy itself may be another.
func policyChanges(was, is []models.ClockRow, names map[string]map[string]string) []PolicyChange {
	var out []PolicyChange
	used := make([]bool, len(was))
	for i := range is {
		k := &is[i]
		if names[k.Regime] == nil || k.Due.IsZero() {
			continue
		}
		c := PolicyChange{Clock: firstOf(names[k.Regime][k.Name], k.Name), Is: k.Due}
		for j := range was {
			if w := &was[j]; !used[j] && names[w.Regime] != nil && w.Name == k.Name && w.Opener == k.Opener {
				used[j], c.Was = true, w.Due
				break
			}
		}
		if c.Was != c.Is {
			out = append(out, c)
		}
	}
	for j := range was {
		if w := &was[j]; !used[j] && names[w.Regime] != nil && !w.Due.IsZero() {
			out = append(out, PolicyChange{Clock: firstOf(names[w.Regime][w.Name], w.Name), Was: w.Due})
		}
	}
	return out
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// SavePolicy saves a version of a policy and starts the run over the branch's cases that follows from it.
func (s *Service) SavePolicy(ctx context.Context, actor models.Actor, cmd KeepPolicy) (models.Policy, models.Recompute, error) {
	var saved models.Policy
	var run models.Recompute
	if err := actor.Can(access.KeepPolicies); err != nil {
		return saved, run, err
	}
	trim(&cmd.Note)
	err := s.st.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockPolicies(ctx, actor.BranchID); err != nil {
			return err
		}
		p, err := s.propose(ctx, tx, actor, cmd)
		if err != nil {
			return err
		}
		text, err := p.draft.Text()
		if err != nil {
			return err
		}
		saved = models.Policy{BranchID: actor.BranchID, Regime: p.draft.Regime, Content: text, Withdrawn: cmd.Withdraw, Replaces: p.replaces, Note: cmd.Note, RecordedBy: actor.AccountID}
		if err := tx.AddPolicy(ctx, &saved); err != nil {
			return err
		}
		action, words := "policy.saved", "saved"
		if cmd.Withdraw {
			action, words = "policy.withdrawn", "withdrawn"
		}
		run = models.Recompute{BranchID: actor.BranchID, Rules: s.engine.Book().Version(), Reason: fmt.Sprintf("The landlord's policy “%s” was %s.", p.draft.Title, words)}
		if err := tx.AddRecompute(ctx, &run); err != nil {
			return err
		}
		return tx.AddAudit(ctx, actor, action, p.draft.Regime, "")
	})
	if err != nil {
		return models.Policy{}, models.Recompute{}, fmt.Errorf("save policy: %w", err)
	}
	s.engines.forget()
	if s.afterStart == nil { // nobody runs what is started: then here and now
		if err := s.RunRecompute(ctx, run.ID); err != nil {
			return saved, run, err
		}
	}
	s.started(run.ID)
	return saved, run, nil
}

// longer holds a policy against each Code that was in force while it was, on a complaint of the first day that they share: what it
// allows beyond the Code is said of each duty once.
func (s *Service) longer(r *rulebook.Regime, landlord models.Landlord) []Longer {
	var out []Longer
	e := s.engine.WithPolicies(landlord.Slug, []*rulebook.Regime{r})
	for _, code := range s.engine.Book().Regimes() {
		if code.Family != rulebook.FamilyCode {
			continue
		}
		day := max(code.From, r.From)
		if !code.Covers(day) || !r.Covers(day) {
			continue
		}
		events := []models.Event{{ID: 1, Kind: models.KindComplaintMade, On: day}, {ID: 2, Kind: models.KindEscalationRequested, On: day}}
		res := e.Compute(timeline.Matter{Landlord: landlord.Slug, Calendar: landlord.Calendar, Events: events}, day)
		for _, g := range res.PolicyGaps() {
			out = append(out, Longer{Duty: g.Policy.Rule.Title, Policy: counted(g.Policy.Rule), Code: counted(g.Code.Rule) + " (" + g.Code.Rule.Cite() + ")",
				Days: g.Days, Unit: unitOf(g.Code.Rule)})
		}
		out = append(out, longerExtensions(r, code)...)
	}
	return out
}

// counted is a limit with what it is counted from, where that is not the day on which the landlord was asked.
func counted(r *rulebook.Rule) string {
	s := r.Limit.String()
	switch r.Starts[0].On { //nolint:exhaustive // the others are counted from the day on which the landlord was asked
	case models.KindComplaintAcknowledged, models.KindStage2Acknowledged:
		s += " from the acknowledgement"
	}
	return s
}

func longerExtensions(r, code *rulebook.Regime) []Longer {
	var out []Longer
	for _, x := range r.Rules {
		if x.Extension == nil {
			continue
		}
		for _, y := range code.Rules {
			if y.Duty == x.Duty && y.Extension != nil && y.Extension.Limit.Unit == x.Extension.Limit.Unit && x.Extension.Limit.N > y.Extension.Limit.N {
				out = append(out, Longer{Duty: x.Extension.Title, Policy: x.Extension.Limit.String(), Code: y.Extension.Limit.String() + " (" + y.Extension.Cite() + ")"})
			}
		}
	}
	return out
}
