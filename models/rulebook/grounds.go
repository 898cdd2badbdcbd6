package rulebook

import (
	"slices"

	"commoncase/models/civil"
)

// The grounds on which the Ombudsman may not look at a complaint, by name.
const (
	GroundNotExhausted = "not-exhausted"
	GroundCourt        = "court"
	GroundChargeLevel  = "charge-level"
	GroundOtherBody    = "other-body"
	GroundOverTwelve   = "over-twelve-months" // since the landlord's procedure was finished
	GroundRaisedLate   = "raised-late"        // with the landlord
	GroundPolicy       = "policy-decided"
	GroundProceedings  = "legal-proceedings" // in which it could have been raised
	GroundElsewhere    = "better-elsewhere"
	GroundDecided      = "decided-before"
	GroundPowers       = "outside-powers"
	GroundCouncil      = "council-functions"
)

// OmbudsmanReferral is the duty under which the Scheme limits the time to ask the Ombudsman.
const OmbudsmanReferral = "ombudsman-referral"

// Ground is one ground in the version of the Scheme of a day.
type Ground struct {
	Slug       string
	Name       string
	Instead    string // where to turn, and what the Ombudsman can still look at
	Clause     string
	Scheme     string // "Scheme 2024"
	Confidence Confidence
	Confirm    string
}

// Cite names the paragraph: Scheme 2024, 42(d). A number that is not confirmed says so.
func (g Ground) Cite() string {
	s := g.Scheme + ", " + g.Clause
	if g.Confidence == Unconfirmed {
		s += ", number not confirmed"
	}
	return s
}

type rawGround struct {
	file    string
	line    int
	Slug    string `yaml:"slug"`
	Name    string `yaml:"name"`
	Instead string `yaml:"instead"`
	Clauses []struct {
		Scheme     string     `yaml:"scheme"`
		Clause     string     `yaml:"clause"`
		Confidence Confidence `yaml:"confidence"`
		Confirm    string     `yaml:"confirm"`
	} `yaml:"clauses"`
}

func parseGrounds(file string, text []byte) ([]rawGround, error) {
	var gs []rawGround
	if err := decode(file, text, &gs); err != nil {
		return nil, err
	}
	known := []Confidence{Verified, Secondary, Remembered, Unconfirmed}
	for i := range gs {
		gs[i].file, gs[i].line = file, lineOfWord(text, "slug: "+gs[i].Slug)
	}
	for _, g := range gs {
		if g.Slug == "" || g.Name == "" || g.Instead == "" || len(g.Clauses) == 0 {
			return nil, fault(file, lineOfWord(text, g.Slug), "ground %q needs a slug, a name, where to turn instead, and its clauses", g.Slug)
		}
		for _, c := range g.Clauses {
			if c.Scheme == "" || c.Clause == "" || !slices.Contains(known, c.Confidence) || c.Confidence == Unconfirmed && c.Confirm == "" {
				return nil, fault(file, lineOfWord(text, g.Slug), "a clause of %q needs its scheme, its number, how sure it is, and what would confirm it where it is unconfirmed", g.Slug)
			}
		}
	}
	return gs, nil
}

// Grounds returns all grounds that the Scheme of a day has, in the order of the file; none where no version of that day is held.
func (b *Book) Grounds(on civil.Date) []Ground {
	var out []Ground
	for _, g := range b.grounds {
		if x, ok := b.Ground(g.Slug, on); ok {
			out = append(out, x)
		}
	}
	return out
}

// Ground returns a ground as the Scheme of a day has it; false where no version of that day is held or it does not know the ground.
func (b *Book) Ground(slug string, on civil.Date) (Ground, bool) {
	scheme := b.Scheme(on)
	if scheme == nil {
		return Ground{}, false
	}
	for _, g := range b.grounds {
		if g.Slug != slug {
			continue
		}
		for _, c := range g.Clauses {
			if c.Scheme == scheme.ID {
				return Ground{Slug: g.Slug, Name: g.Name, Instead: g.Instead, Clause: c.Clause, Scheme: scheme.Short, Confidence: c.Confidence, Confirm: c.Confirm}, true
			}
		}
	}
	return Ground{}, false
}
