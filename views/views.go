// Package views holds the pages. A page is a templ component, a function of one struct that starts with a Page; it is
// wrapped by Layout and put together from views/components. Views decide nothing: they may import models and the pure
// rooms under it for words and dates, and static for the addresses of assets; no use case, no store, no Fiber.
package views

import (
	"commoncase/models/civil"
	"commoncase/views/components"
)

// Product is the name of the product, in titles and in the header.
const Product = "Commoncase"

// The addresses that every page posts or links to.
const (
	SignOutPath       = "/sign-out"
	SignInPath        = "/sign-in"
	SwitchBranchPath  = "/branch" // POST, field BranchField
	BranchField       = "branch"  // the id of the branch to look at
	HelpPath          = "/help"
	RulesPath         = "/rules"
	AccessibilityPath = "/accessibility"
)

// NavItem is one place of the main navigation.
type NavItem = components.NavItem

// Link is a text with somewhere to go.
type Link = components.Link

// BranchChoice is a branch that the person may switch to.
type BranchChoice struct {
	ID    int64
	Label string
}

// Flash is a sentence about what was just done, shown once. Kind is success or important; without a text there is none.
type Flash struct {
	Kind string
	Text string
	Link Link // what can be done about it at once; none where its Text is empty
}

// Page is what the frame of a page needs to know. Title never holds a person's name: titles stay in browser histories.
type Page struct {
	Title       string         // "Case CLA-26-0417-K"; Layout adds the product and, with HasErrors, "Error: "
	Lang        string         // en where empty
	CSRF        string         // token, for the sign-out and switch forms and for the page's own forms
	Path        string         // of this page, as asked for
	SignedIn    string         // name of the person; "" where nobody is signed in
	BranchName  string         // the branch being looked at
	BranchSlug  string         // of it
	Branches    []BranchChoice // the others that the person may switch to
	Nav         []NavItem      // main navigation; the caller marks the active one
	Back        Link           // one step back, above the page
	Breadcrumbs []Link         // the way here, above the page
	Flash       Flash
	Errors      []components.ErrorLine // what to mend; shown first by Layout
	HasErrors   bool                   // the form was refused; true also where Errors is not empty
	Refresh     int                    // seconds after which the browser asks for the page again; 0: it does not
	Wide        bool                   // for lists and tables: as wide as the window allows
	Demo        bool                   // says that this is the demonstration
	Record      bool                   // the branch's landlord is a real one: in the demonstration the public record alone stands here
	Today       civil.Date             // the day the installation stands on; shown in the demonstration
}

// FullTitle is the text of the title element: "Error: Case CLA-26-0417-K – Commoncase".
func (p Page) FullTitle() string {
	t := Product
	if p.Title != "" {
		t = p.Title + " – " + Product
	}
	if p.refused() {
		t = "Error: " + t
	}
	return t
}

func (p Page) refused() bool { return p.HasErrors || len(p.Errors) > 0 }

func (p Page) lang() string {
	if p.Lang == "" {
		return "en"
	}
	return p.Lang
}

// FieldError is the sentence for a field, where it has one.
func (p Page) FieldError(field string) string {
	for _, e := range p.Errors {
		if e.Field == field {
			return e.Text
		}
	}
	return ""
}
