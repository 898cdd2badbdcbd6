package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/models/access"
	"commoncase/models/rulebook"
	"commoncase/views"
)

// getRules shows the rulebook: the Codes, the Scheme and the other law to everybody, a landlord's own policies, as the branch keeps
// them, to those of its branch.
func (s *server) getRules(c *fiber.Ctx) error {
	p := views.RulesProps{Page: s.page(c, "How dates are worked out"), Lists: s.Casework.Book().Lists(), Version: s.Casework.Book().Version(),
		Grounds: s.Casework.Book().Grounds(s.today())}
	v := visitorOf(c)
	if v.in == nil {
		p.Sections = s.Casework.Book().Sections("")
		return s.render(c, fiber.StatusOK, views.RulesPage(p))
	}
	p.Landlord = v.in.Landlord.Name
	p.CanKeep = s.paths[views.PoliciesPath] && access.Allows(v.in.Roles, access.KeepPolicies)
	p.Sections = s.Casework.Book().Sections(v.in.Landlord.Slug)
	actor := s.actor(c)
	if actor.Can(access.SeeBranch) != nil { // an operator, who belongs to no branch's work
		return s.render(c, fiber.StatusOK, views.RulesPage(p))
	}
	own, err := s.Casework.OwnPolicies(c.UserContext(), actor)
	if err != nil {
		return err
	}
	p.Sections = withPolicies(p.Sections, own, p.Landlord)
	return s.render(c, fiber.StatusOK, views.RulesPage(p))
}

// withPolicies puts the policies that judge a branch's cases in the place of those that are built in.
func withPolicies(sections []rulebook.Section, own []*rulebook.Regime, landlord string) []rulebook.Section {
	policies := rulebook.Section{Family: rulebook.FamilyPolicy, Heading: landlord + ": its own policy", Regimes: own}
	var out []rulebook.Section
	placed := len(own) == 0
	for _, s := range sections {
		if !placed && (s.Family == rulebook.FamilyPolicy || s.Family == rulebook.FamilyLaw) {
			out, placed = append(out, policies), true
		}
		if s.Family != rulebook.FamilyPolicy {
			out = append(out, s)
		}
	}
	if !placed {
		out = append(out, policies)
	}
	return out
}
