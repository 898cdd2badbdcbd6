package demo

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// loader loads both branches; it remembers what later steps refer to.
type loader struct {
	rooms  Rooms
	clock  *Clock
	today  civil.Date
	say    func(string)
	actors map[string]models.Actor // by branch slug and role
	out    Loaded
}

// actor is the account of a role in a branch.
func (l *loader) actor(branch string, role access.Role) models.Actor {
	return l.actors[branch+" "+string(role)]
}

// found makes landlords, branches and accounts.
func (l *loader) found(ctx context.Context) error {
	l.say("Founding two branches, with an account for each role.")
	var real realData
	var invented inventedData
	if err := read("clarion.yaml", &real); err != nil {
		return err
	}
	if err := read("harbour.yaml", &invented); err != nil {
		return err
	}
	l.out.RealBranch, l.out.InventedBranch = real.Branch.Slug, invented.Branch.Slug
	l.clock.set(at(civil.On(2021, time.January, 11), 9*time.Hour))
	for _, x := range []struct {
		landlord landlordData
		branch   branchData
		invented bool
	}{{real.Landlord, real.Branch, false}, {invented.Landlord, invented.Branch, true}} {
		_, err := l.rooms.People.FoundBranch(ctx,
			models.Landlord{Slug: x.landlord.Slug, Name: x.landlord.Name, Address: x.landlord.Address, Homes: x.landlord.Homes,
				HomesAsOf: x.landlord.HomesAsOf, Calendar: x.landlord.Calendar, Type: x.landlord.Type, Invented: x.invented},
			models.Branch{Slug: x.branch.Slug, Name: x.branch.Name, Prefix: x.branch.Prefix, Address: x.branch.Address, Email: x.branch.Email, Demo: true})
		if err != nil {
			return err
		}
		for _, a := range Accounts {
			if !x.invented && !both.Has(a.Role) {
				continue
			}
			if _, err := l.rooms.People.AddAccount(ctx, a.Email, a.Name, Password, x.branch.Slug, a.Role); err != nil {
				return err
			}
			actor, err := l.rooms.People.ActorIn(ctx, a.Email, x.branch.Slug)
			if err != nil {
				return err
			}
			l.actors[x.branch.Slug+" "+string(a.Role)] = actor
		}
	}
	return nil
}

// deed is one thing that somebody of the invented branch does on a day. All deeds are done in the order of their days, so that
// references, history and audit run as they would have in life.
type deed struct {
	on civil.Date
	do func(context.Context) error
}

// open is a case while it is loaded: what the next write must name.
type openCase struct {
	data    memberData
	area    areaData
	number  int
	ref     string
	version int64
	entries []entry
	days    map[string]civil.Date
	ids     map[string]int64 // of logged events, by their id in the script
}

func (l *loader) loadInvented(ctx context.Context) error {
	var src inventedData
	if err := read("harbour.yaml", &src); err != nil {
		return err
	}
	l.say(fmt.Sprintf("Loading the invented branch: %d residents of %s with their cases.", len(src.Members), src.Landlord.Name))
	var deeds []deed
	for i := range src.Members {
		more, err := l.deedsOf(&src, i)
		if err != nil {
			return fmt.Errorf("case of member %d (%s): %w", i+1, src.Members[i].Name, err)
		}
		deeds = append(deeds, more...)
	}
	slices.SortStableFunc(deeds, func(a, b deed) int { return int(a.on) - int(b.on) })
	onDay := 0
	for i, d := range deeds {
		onDay++
		if i == 0 || deeds[i-1].on != d.on {
			onDay = 0
		}
		l.setTime(d.on, onDay)
		if err := d.do(ctx); err != nil {
			return err
		}
	}
	return l.draftLetter(ctx, &src)
}

// setTime sets the clock to the n-th thing done on a day: past days run from nine o'clock, today from its first second, so that
// nothing is recorded later than the real now.
func (l *loader) setTime(on civil.Date, n int) {
	if on >= l.today {
		l.clock.set(at(l.today, time.Duration(n)*time.Second))
		return
	}
	l.clock.set(at(on, 9*time.Hour+time.Duration(n)*4*time.Minute))
}

// deedsOf are the deeds of one member's case.
func (l *loader) deedsOf(src *inventedData, i int) ([]deed, error) {
	m := src.Members[i]
	area, ok := src.Areas[m.Area]
	if !ok {
		return nil, fmt.Errorf("no area %q", m.Area)
	}
	c := &openCase{data: m, area: area, number: i + 1, days: map[string]civil.Date{}, ids: map[string]int64{}}
	var err error
	if c.entries, err = script(m.Events, l.today); err != nil {
		return nil, err
	}
	received, err := optionalDay(m.Received, l.today)
	if err != nil {
		return nil, err
	}
	for j := range c.entries {
		e := &c.entries[j]
		if e.id != "" {
			c.days[e.id] = e.on
		}
		// The story comes to the branch, where nothing else is said, when the complaint is made; what was before is told then.
		if received.IsZero() && e.kind == models.KindComplaintMade && m.Received == "" {
			received = e.on
		}
	}
	for j := range c.entries {
		if c.entries[j].note, err = dated(c.entries[j].note, c.days); err != nil {
			return nil, err
		}
	}
	if received.IsZero() && len(c.entries) > 0 {
		received = c.entries[0].on
	}
	deeds := []deed{{received, func(ctx context.Context) error { return l.open(ctx, src, c, received) }}}
	last := received
	for j := range c.entries {
		e := &c.entries[j]
		on := max(received, e.on, last)
		if !e.recorded.IsZero() {
			on = max(received, e.recorded, last)
		}
		last = on
		deeds = append(deeds, deed{on, func(ctx context.Context) error { return l.log(ctx, src, c, e) }})
	}
	if m.StillUnhappy != "" || m.LateReason != "" || m.Needs != "" || m.Court != "" {
		deeds = append(deeds, deed{last, func(ctx context.Context) error { return l.details(ctx, src, c) }})
	}
	return deeds, nil
}

// open opens a case, and assigns it.
func (l *loader) open(ctx context.Context, src *inventedData, c *openCase, received civil.Date) error {
	m := c.data
	home := m.Home + " " + c.area.Street
	if strings.HasPrefix(m.Home, "Flat ") {
		home = m.Home + ", " + c.area.Street
	}
	cmd := casework.OpenCase{Resident: casework.Resident{Name: m.Name, Phone: phone(c.number), Address: home + "\nWrenhaven", Postcode: c.area.Postcode, Area: c.area.Name, Tenure: m.Tenure, ContactSafety: m.Safety}, Theme: m.Theme, Title: m.Title, Summary: m.Summary, Wanted: m.Wanted, LandlordRef: m.LandlordRef, ReceivedOn: received, Consent: m.Consent != "no"}
	if c.number%3 != 0 {
		cmd.Email = fmt.Sprintf("resident%02d@example.org", c.number)
	}
	if m.Account != "" {
		cmd.MemberAccount = l.actor(src.Branch.Slug, access.Role(m.Account)).AccountID
	}
	opened, err := l.rooms.Casework.OpenCase(ctx, l.actor(src.Branch.Slug, access.Caseworker), cmd)
	if err != nil {
		return fmt.Errorf("case of member %d: %w", c.number, err)
	}
	c.ref, c.version = opened.Ref, opened.Version
	l.out.Cases++
	if m.Account != "" {
		l.out.Case = c.ref
	}
	if m.Assign == "" {
		return nil
	}
	who := l.actor(src.Branch.Slug, access.Role(m.Assign))
	if err := l.rooms.Casework.Assign(ctx, l.actor(src.Branch.Slug, access.Secretary), c.ref, c.version, who.AccountID); err != nil {
		return fmt.Errorf("case of member %d: %w", c.number, err)
	}
	c.version++
	return nil
}

// phone is a number that Ofcom keeps for drama: in three of its ranges, by turns.
func phone(n int) string {
	switch n % 4 {
	case 0:
		return fmt.Sprintf("020 7946 0%03d", 100+n)
	case 1:
		return fmt.Sprintf("01632 960%03d", 200+n)
	default:
		return fmt.Sprintf("07700 900%03d", 300+n)
	}
}

// log uploads the files of an event and logs it.
func (l *loader) log(ctx context.Context, src *inventedData, c *openCase, e *entry) error {
	role := access.Caseworker
	if e.by != "" {
		role = access.Role(e.by)
	}
	actor := l.actor(src.Branch.Slug, role)
	cmd := casework.LogEvent{Ref: c.ref, Version: c.version, Kind: e.kind, On: e.on, Until: e.until, Note: e.note, Reference: e.reference,
		Channel: e.channel, Answered: e.answered, Finding: e.finding, Reason: e.reason, At: e.at, Procedure: e.procedure, Category: e.category,
		Urgency: e.urgency, Items: e.items, Minutes: e.minutes, HalfDays: e.halfDays}
	if e.about != "" {
		id, ok := c.ids[e.about]
		if !ok {
			return fmt.Errorf("case of member %d: nothing to belong to with the id %q", c.number, e.about)
		}
		cmd.About = id
	}
	if e.corrects != "" {
		id, ok := c.ids[e.corrects]
		if !ok {
			return fmt.Errorf("case of member %d: nothing to correct with the id %q", c.number, e.corrects)
		}
		cmd.Replaces = id
	}
	for _, x := range e.exhibits {
		id, err := l.attach(ctx, src, c, e, x, actor)
		if err != nil {
			return fmt.Errorf("case of member %d: %w", c.number, err)
		}
		cmd.Files = append(cmd.Files, id)
	}
	logged, err := l.rooms.Casework.LogEvent(ctx, actor, cmd)
	if err != nil {
		return fmt.Errorf("case of member %d (%s), %s of %s: %w", c.number, c.data.Name, e.kind, e.on, err)
	}
	c.version = logged.Case.Version
	if e.id != "" {
		c.ids[e.id] = logged.Event.ID
	}
	return nil
}

// attach makes an exhibit and uploads it, as a person would.
func (l *loader) attach(ctx context.Context, src *inventedData, c *openCase, e *entry, x exhibitLine, actor models.Actor) (int64, error) {
	var content []byte
	var err error
	name := x.photo + ".jpg"
	if x.letter != "" {
		p, ok := c.data.Letters[x.letter]
		if !ok {
			return 0, fmt.Errorf("no letter %q", x.letter)
		}
		name = x.letter + ".pdf"
		content, err = paper(p, c.data, src, c.area, c.days)
	} else {
		content, err = photo(x.photo, e.on)
	}
	if err != nil {
		return 0, err
	}
	a, err := l.rooms.Casework.Attach(ctx, actor, c.ref, name, x.title, bytes.NewReader(content))
	if err != nil {
		return 0, err
	}
	l.out.Exhibits++
	return a.ID, nil
}

// details writes the words that a referral asks for.
func (l *loader) details(ctx context.Context, src *inventedData, c *openCase) error {
	actor := l.actor(src.Branch.Slug, access.Caseworker)
	v, err := l.rooms.Casework.ReadCase(ctx, actor, c.ref)
	if err != nil {
		return fmt.Errorf("case of member %d: %w", c.number, err)
	}
	m := c.data
	err = l.rooms.Casework.KeepDetails(ctx, actor, casework.Details{Ref: c.ref, Version: v.Case.Version, Theme: m.Theme, Title: m.Title, Summary: m.Summary,
		Wanted: m.Wanted, StillUnhappy: m.StillUnhappy, LateReason: m.LateReason, LandlordRef: v.Case.LandlordRef, OmbudsmanRef: v.Case.OmbudsmanRef,
		CourtAction: m.Court != "", Needs: m.Needs})
	if err != nil {
		return fmt.Errorf("case of member %d: %w", c.number, err)
	}
	c.version = v.Case.Version + 1
	return nil
}

// settle leaves the clock on the day of loading and brings every case up to it, as the nightly look over all cases does.
func (l *loader) settle(ctx context.Context) error {
	l.clock.set(at(l.today, time.Hour))
	drifts, cases, err := l.rooms.Casework.FindDrift(ctx, true)
	if err != nil {
		return err
	}
	l.say(fmt.Sprintf("Looked over %d cases; %d brought up to today.", cases, len(drifts)))
	return nil
}
