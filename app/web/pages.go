package web

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"commoncase/models/access"
	"commoncase/views"
)

// page fills the frame of a page: who is signed in, where they may go, what was just done.
func (s *server) page(c *fiber.Ctx, title string) views.Page {
	v := visitorOf(c)
	p := views.Page{Title: title, Path: c.Path(), CSRF: v.formToken(), Demo: s.cfg.Demo != nil}
	if p.Demo {
		p.Today = s.today()
	}
	p.Flash = s.takeFlash(c, v)
	if v.in == nil {
		return p
	}
	p.SignedIn, p.BranchName, p.BranchSlug = v.in.Account.Name, v.in.Branch.Name, v.in.Branch.Slug
	p.Record = !v.in.Landlord.Invented
	p.Nav = s.nav(v.in.Roles, c.Path())
	for _, b := range v.in.Others {
		p.Branches = append(p.Branches, views.BranchChoice{ID: b.ID, Label: b.Name})
	}
	return p
}

// places are where the main navigation may lead, in its order; one is offered to those who may go there.
var places = []struct {
	label, path string
	action      access.Action
}{
	{"Cases", "/cases", access.SeeCases},
	{"My cases", "/cases", access.SeeOwnCases},
	{"Queues", "/queues", access.SeeCases},
	{"Stories", "/stories", access.Triage},
	{"Take down a story", "/take-down", access.TakeDown},
	{"Door to door", "/canvass", access.SeeCanvass},
	{"Evidence", "/evidence", access.SeeFigures},
	{"Letters", "/letters", access.SeeLetters},
	{"Quotes", "/quotes", access.SeeQuotes},
	{"Demands", "/demands", access.SeeBranch},
	{"Incident", "/incidents", access.SeeBranch},
	{"Findings", "/findings", access.SeeBranch},
	{"Retaliation", "/retaliation", access.SeeAdverse},
	{"Erasure", "/erasures", access.Erase},
	{"Audit", "/audit", access.SeeAudit},
}

func (s *server) nav(roles access.Roles, path string) []views.NavItem {
	items := []views.NavItem{{Label: "Home", Href: "/", Active: path == "/"}}
	for _, p := range places {
		if !s.paths[p.path] || !access.Allows(roles, p.action) || (p.action == access.SeeOwnCases && access.Allows(roles, access.SeeCases)) {
			continue
		}
		items = append(items, views.NavItem{Label: p.label, Href: p.path, Active: path == p.path || strings.HasPrefix(path, p.path+"/")})
	}
	return items
}

// render answers with a page. Nothing is sent before the whole page is there, so an error half-way is an error page.
func (s *server) render(c *fiber.Ctx, status int, page templ.Component) error {
	if err := page.Render(c.UserContext(), c.Response().BodyWriter()); err != nil {
		c.Response().ResetBody()
		return fmt.Errorf("render page: %w", err)
	}
	c.Type("html", "utf-8")
	c.Status(status)
	return nil
}

// done ends a form that was taken: a redirect to path, where the sentence is shown once. An empty sentence shows none.
func (s *server) done(c *fiber.Ctx, path, sentence string) error {
	if sentence != "" {
		s.flash(c, "success", sentence)
	}
	return c.Redirect(path, fiber.StatusSeeOther)
}

// doneWith is done with something that can be done about it at once: a link in the banner.
func (s *server) doneWith(c *fiber.Ctx, path, sentence string, link views.Link) error {
	s.flash(c, "success", sentence+flashLink+link.Text+flashLink+link.Href)
	return c.Redirect(path, fiber.StatusSeeOther)
}

// flashLink parts the sentence of a flash from its link.
const flashLink = "\x1f"

// flash keeps a sentence for the next page in a cookie, under a MAC of the session. kind is success or important. It names nobody.
func (s *server) flash(c *fiber.Ctx, kind, sentence string) {
	v := visitorOf(c)
	body := base64.RawURLEncoding.EncodeToString([]byte(kind + "|" + sentence))
	s.setCookie(c, flashCookie, body+"."+v.mac("flash "+body))
}

func (s *server) takeFlash(c *fiber.Ctx, v *visitor) views.Flash {
	raw := c.Cookies(s.cookieName(flashCookie))
	if raw == "" {
		return views.Flash{}
	}
	s.setCookie(c, flashCookie, "")
	body, mac, _ := strings.Cut(raw, ".")
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || mac != v.mac("flash "+body) {
		return views.Flash{}
	}
	kind, sentence, _ := strings.Cut(string(text), "|")
	f := views.Flash{Kind: kind, Text: sentence}
	if parts := strings.Split(sentence, flashLink); len(parts) == 3 {
		f.Text, f.Link = parts[0], views.Link{Text: parts[1], Href: parts[2]}
	}
	return f
}

// localPath reports whether a path leads to a page of ours and nowhere else: "//evil.example" and "/\evil.example" are read by
// browsers as other sites.
func localPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t\x00") {
		return false
	}
	u, err := url.Parse(path)
	return err == nil && u.Host == "" && u.Scheme == ""
}
