package web

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"commoncase/app/casework"
	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/models/rulebook"
	"commoncase/views"
)

func (s *server) getPolicies(c *fiber.Ctx) error {
	kept, err := s.Casework.Policies(c.UserContext(), s.actor(c))
	if err != nil {
		return err
	}
	p := views.PoliciesPage{Page: s.page(c, "The landlord's own policies"), Landlord: visitorOf(c).in.Landlord.Name}
	p.Back = views.Link{Text: "Home", Href: "/"}
	for _, k := range kept {
		p.Policies = append(p.Policies, views.PolicyLine{Regime: k.Regime, Longer: longerLines(k.Longer), BuiltIn: k.BuiltIn, Saved: k.Saved.ID != 0, Withdrawn: k.Withdrawn})
	}
	return s.render(c, fiber.StatusOK, views.Policies(p))
}

func longerLines(longer []casework.Longer) []string {
	lines := make([]string, len(longer))
	for i, l := range longer {
		lines[i] = fmt.Sprintf("%s: %s, where the Code allows %s", l.Duty, l.Policy, l.Code)
		if l.Days > 0 {
			lines[i] += fmt.Sprintf("; %d %s more", l.Days, oneOrMore(l.Days, l.Unit))
		}
		lines[i] += "."
	}
	return lines
}

// oneOrMore is a plural, or its singular for one.
func oneOrMore(n int, plural string) string {
	if n == 1 {
		return plural[:len(plural)-1]
	}
	return plural
}

func (s *server) getPolicyNew(c *fiber.Ctx) error {
	return s.showPolicy(c, "", views.PolicyForm{}, nil)
}

func (s *server) getPolicy(c *fiber.Ctx) error {
	v, err := s.Casework.Policy(c.UserContext(), s.actor(c), c.Params("regime"))
	if err != nil {
		return err
	}
	return s.showPolicy(c, v.Regime.ID, views.PolicyFormOf(v.Draft, v.Saved.ID), nil)
}

// showPolicy shows the form of a policy, "" for a new one, with what was typed.
func (s *server) showPolicy(c *fiber.Ctx, regime string, f views.PolicyForm, refusal error) error {
	p := views.PolicyPage{Page: s.page(c, "Add a policy"), Landlord: visitorOf(c).in.Landlord.Name, Form: f}
	if regime != "" {
		v, err := s.Casework.Policy(c.UserContext(), s.actor(c), regime)
		if err != nil {
			return err
		}
		p.Title, p.Regime, p.Longer = v.Regime.Title, v.Regime, longerLines(v.Longer)
		p.BuiltIn, p.Saved, p.Withdrawn = v.BuiltIn, v.Saved.ID != 0, v.Withdrawn
		for _, x := range v.Regime.Rules {
			if _, ok := rulebook.DraftDutyKind(x.Duty); !ok {
				p.Carried = append(p.Carried, x.Title)
			}
		}
		for _, h := range v.History {
			p.History = append(p.History, views.PolicyVersionLine{By: h.By, On: civil.Of(h.RecordedAt), At: civil.TimeOf(h.RecordedAt).String(), Withdrawn: h.Withdrawn, Why: h.Note, Draft: h.Draft})
		}
		if models.CodeOf(refusal) == models.CodeConflict { // the next attempt is over what stands there now
			p.Form.Seen = strconv.FormatInt(v.Saved.ID, 10)
		}
	}
	p.Back = views.Link{Text: "The landlord's own policies", Href: views.PoliciesPath}
	status := fiber.StatusOK
	if refusal != nil {
		status = refuse(&p.Page, refusal)
	}
	return s.render(c, status, views.Policy(p))
}

// policyForm is what was typed.
func policyForm(c *fiber.Ctx) views.PolicyForm {
	f := views.PolicyForm{Seen: field(c, "seen"), Title: field(c, "title"), Source: field(c, "source"), Address: field(c, "address"), Note: field(c, "policy-note"), Why: field(c, "note"),
		From: dateFields(c, "from"), Until: dateFields(c, "until"), Duties: map[string]views.DutyForm{}}
	for _, k := range rulebook.DraftDuties {
		x := views.DutyForm{N: field(c, k.Slug+"-n"), Unit: field(c, k.Slug+"-unit"), From: field(c, k.Slug+"-from"), Clause: field(c, k.Slug+"-clause"),
			Confidence: field(c, k.Slug+"-confidence"), Confirm: field(c, k.Slug+"-confirm")}
		if x != (views.DutyForm{}) {
			f.Duties[k.Slug] = x
		}
	}
	return f
}

// keepPolicy reads a form; a duty of which nothing but the choices of its lists was typed is none.
func keepPolicy(c *fiber.Ctx, regime string, f views.PolicyForm) (casework.KeepPolicy, error) {
	var d dates
	cmd := casework.KeepPolicy{Seen: number(c, "seen"), Withdraw: field(c, "withdraw") == "yes", Note: f.Why}
	cmd.Draft = rulebook.PolicyDraft{Regime: regime, Title: f.Title, From: d.read("from", "the first day", f.From), Until: d.read("until", "the last day", f.Until),
		Source: rulebook.Source{Title: f.Source, Address: f.Address}, Note: f.Note}
	for _, k := range rulebook.DraftDuties {
		x := f.Duties[k.Slug]
		if x.N == "" && x.Clause == "" && x.Confirm == "" && x.Confidence == "" {
			continue
		}
		n, err := strconv.Atoi(x.N)
		if x.N != "" && err != nil {
			d.errs = append(d.errs, models.Invalid(k.Slug+"-n", "%s: “%s” is no number. Write it in digits, such as 10.", k.Title, x.N))
			n = 1 // said once
		}
		cmd.Draft.Duties = append(cmd.Draft.Duties, rulebook.DraftDuty{Duty: k.Slug, N: n, Unit: rulebook.Unit(x.Unit), From: x.From, Clause: x.Clause,
			Confidence: rulebook.Confidence(x.Confidence), Confirm: x.Confirm})
	}
	return cmd, d.errs.Or()
}

func (s *server) postPolicyNew(c *fiber.Ctx) error { return s.previewPolicy(c, "") }

func (s *server) postPolicy(c *fiber.Ctx) error { return s.previewPolicy(c, c.Params("regime")) }

// previewPolicy shows what a policy would change, or the form again.
func (s *server) previewPolicy(c *fiber.Ctx, regime string) error {
	f := policyForm(c)
	if field(c, "edit") == "yes" {
		return s.showPolicy(c, regime, f, nil)
	}
	cmd, err := keepPolicy(c, regime, f)
	var v casework.PolicyPreview
	if err == nil {
		v, err = s.Casework.PreviewPolicy(c.UserContext(), s.actor(c), cmd)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return s.showPolicy(c, regime, f, err)
	}
	p := views.PolicyPreviewPage{Page: s.page(c, "What this policy changes"), Regime: v.Regime, New: regime == "", Withdraw: cmd.Withdraw, Form: f, Longer: longerLines(v.Longer),
		Clocks: v.Clocks, Cases: v.Cases, Asked: v.Asked, All: v.All}
	for _, m := range v.Changes {
		p.Moves = append(p.Moves, views.PolicyMove{Ref: m.Ref, Clock: m.Clock, Was: dayOr(m.Was, "no date"), Is: dayOr(m.Is, "no date")})
	}
	p.Back = views.Link{Text: "The landlord's own policies", Href: views.PoliciesPath}
	return s.render(c, fiber.StatusOK, views.PolicyPreview(p))
}

func dayOr(d civil.Date, otherwise string) string {
	if d.IsZero() {
		return otherwise
	}
	return d.Long()
}

func (s *server) postPolicySaveNew(c *fiber.Ctx) error { return s.savePolicy(c, "") }

func (s *server) postPolicySave(c *fiber.Ctx) error { return s.savePolicy(c, c.Params("regime")) }

func (s *server) savePolicy(c *fiber.Ctx, regime string) error {
	f := policyForm(c)
	cmd, err := keepPolicy(c, regime, f)
	if err == nil {
		var run models.Recompute
		if _, run, err = s.Casework.SavePolicy(c.UserContext(), s.actor(c), cmd); err == nil {
			return s.policySaved(c, cmd, run)
		}
	}
	if !mendable(err) {
		return err
	}
	return s.showPolicy(c, regime, f, err)
}

// policySaved goes to the run that brings the cases up to date, where there is a page of it.
func (s *server) policySaved(c *fiber.Ctx, cmd casework.KeepPolicy, run models.Recompute) error {
	words := "The policy is saved."
	if cmd.Withdraw {
		words = "The policy is withdrawn."
	}
	to := views.PoliciesPath
	if s.paths["/recomputes/:id"] {
		to = "/recomputes/" + strconv.FormatInt(run.ID, 10)
	}
	return s.done(c, to, words+" The open cases are being computed by it.")
}
