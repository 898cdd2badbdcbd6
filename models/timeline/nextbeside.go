package timeline

import (
	"fmt"
	"slices"
	"strings"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
)

// Beside the road: what was done to the resident, and the threads, each with the one step that is next in it. What a thread's clocks
// are and how long they run is the rulebook's; here it is only said who chases what.

func (n *next) beside() {
	if n.r.Flags.Adverse {
		n.add(Step{Text: "Get advice today on what was done to the resident, from a law centre, Citizens Advice or Shelter, and keep every letter about it.", Who: Resident,
			Why: "Something was done to the resident after they reported or complained. Letters about tenancy or money can carry short time limits of their own."})
	}
	if n.r.Flags.Solicitor {
		n.add(Step{Text: "Ask the solicitor, before any claim is filed at court, what it would do to the complaint.", Who: Resident,
			Why:     "A solicitor is acting. A solicitor's letter does not end the complaint.",
			Warning: "Once a claim is filed at court, the landlord and the Ombudsman may stop looking at the complaint."})
	}
	if n.about.CourtAction {
		s := Step{Text: "Tell the landlord and the Ombudsman about the court claim and its number before any other step.", Who: Resident,
			Why: "The case says that a court claim has been issued.", Warning: "What a court has decided or is deciding, the Ombudsman may not look at."}
		if g, ok := n.r.book.Ground(rulebook.GroundCourt, n.today); ok {
			s.Why += " " + g.Name + " is a ground outside the Ombudsman's reach (" + g.Cite() + ")."
		}
		n.add(s)
	}
	if n.about.Needs != "" && n.r.ComplaintOn != 0 && n.r.FinalOn == 0 {
		n.add(Step{Text: "Ask the landlord in writing to make the adjustments that the resident needs, and to keep a record of them.", Who: Caseworker,
			Why: "The case says what the resident needs.", Kind: models.KindContactAttempt, Letter: letterAdjustment, rank: rankLater})
	}
	n.hazards()
}

// hazards: each that is not made safe has one step. Making a home safe waits for no complaint.
func (n *next) hazards() {
	for i := range n.r.Current {
		e := &n.r.Current[i]
		if e.Kind != models.KindHazardReported || n.answered(e, models.KindMadeSafe, models.KindWorksFinished) {
			continue
		}
		late, running := n.clocksOf(e.ID)
		s := Step{Who: Resident, Kind: models.KindContactAttempt, Letter: letterHazard, About: e.ID,
			Why:     "A hazard is logged. Making a home safe is a repair, whatever the complaint is waiting for.",
			Warning: "If somebody is in danger, ring the landlord's emergency line; in a fire, a gas leak or an electric shock ring the emergency services first."}
		what := n.category(e)
		switch {
		case e.Urgency == models.UrgencyEmergency:
			s.Text = "Ring the landlord's emergency line now, and log the call with its time" + what + "."
			s.Why = "An emergency hazard is logged and not made safe."
			s.rank = rankDanger
		case len(late) > 0:
			s.Text = "Write to the landlord today that the hazard is overdue, and ask when it will be made safe" + what + "."
			s.Letter, s.rank = letterChase, rankUrgent
		default:
			s.Text = "Ask the landlord in writing to make the hazard safe now; that does not wait for the complaint" + what + "."
		}
		if len(late) > 0 {
			s.Why = n.missed(late)
		} else if len(running) > 0 {
			s.Why += " " + n.until(running[0]) + "."
		} else if e.Urgency == "" {
			s.Why += " How urgent it is was not logged, and by that the limits of the law count."
		}
		n.add(s)
		if len(late) > 0 {
			n.add(Step{Text: "Ask the council's environmental health team to inspect the home.", Who: Resident, Off: true, About: e.ID, rank: rankOff,
				Why: n.missed(late) + " This does not replace the complaint."})
			n.add(Step{Text: "Ask the landlord for somewhere else to stay at its cost until the home is safe.", Who: Resident, About: e.ID, Letter: letterChase,
				Kind: models.KindContactAttempt, rank: rankChase, Why: "The hazard was to be made safe and is not."})
		}
		n.later(e, running)
	}
}

// category names what a hazard or a repair is about, after a colon; "" where it is not known.
func (n *next) category(e *models.Event) string {
	if e.Category == "" {
		return ""
	}
	return ": " + lowerFirst(n.r.book.CategoryName(e.Category))
}

// clocksOf are the landlord's open clocks of a thread: those that are overdue, and those that run, the earliest first.
func (n *next) clocksOf(opener int64) (late, running []*Clock) {
	for i := range n.r.Clocks {
		c := &n.r.Clocks[i]
		if c.Opener != opener || c.Procedure == "" || !c.Open() || c.State == Stopped || c.Rule.Bound == models.BoundResident || c.Rule.Type == rulebook.TypeExtension {
			continue
		}
		if c.State == Overdue {
			late = insert(late, c)
		} else {
			running = insert(running, c)
		}
	}
	return late, running
}

func insert(cs []*Clock, c *Clock) []*Clock {
	cs = append(cs, c)
	for i := len(cs) - 1; i > 0 && cs[i].Due < cs[i-1].Due; i-- {
		cs[i], cs[i-1] = cs[i-1], cs[i]
	}
	return cs
}

// missed says what is overdue in a thread.
func (n *next) missed(late []*Clock) string {
	c := late[0]
	s := fmt.Sprintf("“%s” was due on %s%s (%s), and nothing is logged that meets it.", c.Rule.Title, c.Due.Long(), at(c), rule(c.Rule))
	switch more := len(late) - 1; more {
	case 0:
	case 1:
		s += " One more duty of the same matter is overdue."
	default:
		s += fmt.Sprintf(" %d more duties of the same matter are overdue.", more)
	}
	return s
}

func at(c *Clock) string {
	if c.DueAt == 0 {
		return ""
	}
	return " at " + c.DueAt.String()
}

// until says until when the landlord has for something.
func (n *next) until(c *Clock) string {
	return fmt.Sprintf("“%s” is due by %s%s (%s)", c.Rule.Title, c.Due.Long(), at(c), rule(c.Rule))
}

// later says what comes next in a thread.
func (n *next) later(e *models.Event, running []*Clock) {
	if len(running) == 0 {
		return
	}
	c := running[0]
	n.add(Step{Text: fmt.Sprintf("Wait until %s%s for “%s”, and log it when it comes.", c.Due.Long(), at(c), lowerFirst(c.Rule.Title)), Who: Nobody,
		Why: fmt.Sprintf("%s of %s: %s gives the landlord until then.", e.Opens().Label(), e.On.Long(), rule(c.Rule)), Kind: firstKind(c.Rule.MetBy), About: e.ID, rank: rankLater})
	n.add(Step{Text: fmt.Sprintf("Chase the landlord for “%s”.", lowerFirst(c.Rule.Title)), Who: Caseworker, NotBefore: c.Due + 1, Kind: models.KindContactAttempt,
		Letter: letterChase, About: e.ID, Why: fmt.Sprintf("Only if it has not come by %s.", c.Due.Long())})
}

func firstKind(ks []models.Kind) models.Kind {
	if len(ks) == 0 {
		return ""
	}
	return ks[0]
}

// threadsOf are the threads of the case, found once.
func (n *next) threadsOf() []Thread {
	if n.opened == nil {
		n.opened = n.r.Threads()
	}
	return n.opened
}

// answered reports whether an event of the kinds stands in the thread that an event opened.
func (n *next) answered(opener *models.Event, kinds ...models.Kind) bool {
	for _, t := range n.threadsOf() {
		if t.Opener.ID != opener.ID || t.Opener.Kind != opener.Kind || t.Opener.On != opener.On {
			continue
		}
		for _, e := range t.Events {
			if slices.Contains(kinds, e.Kind) {
				return true
			}
		}
	}
	return false
}

// threads: what was opened beside the complaint and is not a hazard.
func (n *next) threads() {
	for i := range n.r.Current {
		e := &n.r.Current[i]
		p := e.Opens()
		if p == "" || p == models.ProcedureHazard {
			continue
		}
		if p == models.ProcedureTask {
			n.task(e)
			continue
		}
		n.stopped(e)
		late, running := n.clocksOf(e.ID)
		if len(late) > 0 {
			n.chase(e, p, late)
		}
		n.later(e, running)
	}
}

// stopped: a clock that stands still is the resident's to set going again.
func (n *next) stopped(e *models.Event) {
	for i := range n.r.Clocks {
		c := &n.r.Clocks[i]
		if c.Opener != e.ID || c.State != Stopped {
			continue
		}
		n.add(Step{Text: "Answer the landlord's question first, in writing.", Who: Resident, Kind: models.KindClarificationGiven, About: e.ID, rank: rankUrgent,
			Why:     fmt.Sprintf("The landlord asked on %s; until it is answered the clock of “%s” stands still (%s).", c.stoppedSince().Long(), lowerFirst(c.Rule.Title), rule(c.Rule)),
			Warning: "Every day without an answer is a day that the landlord need not count."})
		return
	}
}

func (n *next) task(e *models.Event) {
	if n.answered(e, models.KindTaskDone) {
		return
	}
	s := Step{Text: "Do what the branch has set itself.", Who: Caseworker, Kind: models.KindTaskDone, About: e.ID, rank: rankLater,
		Why: fmt.Sprintf("It was set on %s to be done by %s.", e.On.Long(), e.Until.Long())}
	if note := strings.TrimSpace(e.Note); note != "" {
		s.Text = "Do what the branch has set itself: " + lowerFirst(strings.TrimRight(firstLine(note), ".")) + "."
	}
	switch {
	case e.Until == 0:
		s.Why = fmt.Sprintf("It was set on %s.", e.On.Long())
	case n.today > e.Until:
		s.Why, s.rank = fmt.Sprintf("It was to be done by %s.", e.Until.Long()), rankUrgent
	case n.today == e.Until:
		s.Why, s.rank = "It is to be done today.", rankUrgent
	}
	n.add(s)
}

// firstLine is the beginning of a note, short enough for a step.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 120 {
		return strings.TrimSpace(string(r[:120])) + "…"
	}
	return s
}

// chase is the step of a thread in which the landlord is late.
func (n *next) chase(e *models.Event, p models.Procedure, late []*Clock) {
	s := Step{Text: fmt.Sprintf("Write to the landlord that “%s” is overdue, and ask for it within five working days.", lowerFirst(late[0].Rule.Title)),
		Who: Caseworker, Why: n.missed(late), Kind: models.KindContactAttempt, Letter: letterChase, About: e.ID}
	switch p { //nolint:exhaustive // the others are chased alike
	case models.ProcedurePromise:
		s.Text = "Ask the landlord again for what it promised" + quoted(e.Note) + "."
		s.Why = fmt.Sprintf("It was promised on %s for %s, and nothing says that it was kept.", e.On.Long(), late[0].Due.Long())
	case models.ProcedureRepair:
		s.Text = "Write to the landlord that the repair is overdue, and ask for a day and a time" + n.category(e) + "."
	case models.ProcedureDataBreach:
		s.Letter = letterBreach
		s.Text = "Ask the landlord in writing what happened to the resident's data, and whom it has told."
	case models.ProcedureMPEnquiry:
		s.Text, s.Who, s.Letter = "Ask the MP's office to chase the landlord for its reply.", Resident, letterMP
	case models.ProcedureCouncillor:
		s.Text, s.Who, s.Letter = "Ask the councillor to chase the landlord for its reply.", Resident, ""
	case models.ProcedurePreAction:
		s.Text, s.Who, s.Letter = "Ask the solicitor or an advice agency what follows from the landlord's silence on the letter of claim.", Resident, ""
		s.Warning = "Once a claim is filed at court, the landlord and the Ombudsman may stop looking at the complaint."
	}
	n.add(s)
	if p == models.ProcedureSubjectAccess && !n.asked(models.ProcedureDataComplaint, e.On) {
		n.add(Step{Text: "Complain to the landlord that the request for the resident's data is not answered.", Who: Resident, Kind: models.KindRequestMade,
			Procedure: models.ProcedureDataComplaint, About: 0, Why: n.missed(late) + " The Information Commissioner usually asks whether the landlord was told first."})
	}
}

func quoted(note string) string {
	if note = strings.TrimSpace(note); note == "" {
		return ""
	}
	return ": “" + strings.TrimRight(firstLine(note), ".") + "”"
}

// asked reports whether a procedure was opened on or after a day.
func (n *next) asked(p models.Procedure, from civil.Date) bool {
	for i := range n.r.Current {
		if e := &n.r.Current[i]; e.On >= from && e.Opens() == p {
			return true
		}
	}
	return false
}
