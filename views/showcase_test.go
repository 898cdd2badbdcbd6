package views_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"commoncase/models/civil"
	"commoncase/views"
	c "commoncase/views/components"
)

// showcaseDir makes the tests leave their pages there, to be looked at in a browser.
var showcaseDir = flag.String("showcase", "", "folder to write the rendered pages to")

// with gives a component its children.
func with(outer templ.Component, inner ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, c.Join(inner...)), w)
	})
}

func p(s string) templ.Component {
	return templ.Raw(`<p class="govuk-body">` + templ.EscapeString(s) + `</p>`)
}

func h(s string) templ.Component {
	return templ.Raw(`<h2 class="govuk-heading-m">` + templ.EscapeString(s) + `</h2>`)
}

// render renders a component and reads it back.
func render(t *testing.T, name string, comp templ.Component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := comp.Render(context.Background(), &b); err != nil {
		t.Fatalf("render %s: %v", name, err)
	}
	if *showcaseDir != "" {
		if err := os.WriteFile(filepath.Join(*showcaseDir, name+".html"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatalf("parse %s: %v", name, err)
	}
	return doc
}

// frame is a page with everything that a frame can show.
func frame() views.Page {
	return views.Page{
		Title: "Case CLA-26-0417-K", CSRF: "tok\"en", Path: "/cases/CLA-26-0417-K", SignedIn: "Niamh Ní Bhriain",
		BranchName: "Riverside tenants and residents", BranchSlug: "riverside",
		Branches: []views.BranchChoice{{ID: 7, Label: "The campaign of 2022 and 2023"}},
		Nav: []views.NavItem{
			{Label: "Cases", Href: "/cases", Active: true}, {Label: "Evidence", Href: "/evidence"},
			{Label: "Letters", Href: "/letters"}, {Label: "Incidents", Href: "/incidents"}, {Label: "People", Href: "/people"},
		},
		Breadcrumbs: []views.Link{{Text: "Cases", Href: "/cases"}, {Text: "CLA-26-0417-K"}},
		Demo:        true, Today: civil.MustParse("2026-11-22"),
	}
}

// form holds every field twice: as it starts, and refused.
func form(bad bool) templ.Component {
	e := func(s string) string {
		if bad {
			return s
		}
		return ""
	}
	pre := ""
	if bad {
		pre = "bad-"
	}
	return with(c.Form(c.FormProps{Action: "/cases/CLA-26-0417-K/events", CSRF: "tok\"en", Multipart: true, ID: pre + "form"}),
		c.Hidden(pre+"version", "3"),
		c.Radios(c.RadiosProps{Name: pre + "kind", Legend: "What happened?", LegendSize: "m", Value: "promise_made", Error: e("Choose what happened."),
			Options: []c.Option{{Value: "complaint_made", Label: "A complaint was made", Hint: "By letter, e-mail, phone or form."}, {Value: "promise_made", Label: "The landlord promised something"}}}),
		c.DateInput(c.DateInputProps{Name: pre + "on", Legend: "When was it?", Hint: "For example, 9 5 2023", Value: c.DateValue{Day: "31", Month: "2", Year: "2023"},
			Error: e("31 February 2023 does not exist. Check the day and the month.")}),
		c.TextInput(c.TextInputProps{Name: pre + "ref", Label: "The landlord's reference", Hint: "It stands at the top of their letters.", Value: `a"b<c>`, Width: "20", Error: e("Give the reference.")}),
		c.TextInput(c.TextInputProps{Name: pre + "days", Label: "Promised within", Suffix: "working days", Width: "3", InputMode: "numeric"}),
		c.TextInput(c.TextInputProps{Name: pre + "password", Label: "Password", Type: "password", Value: "secret", Autocomplete: "current-password"}),
		c.Textarea(c.TextareaProps{Name: pre + "text", Label: "What was said or done", Value: "\nআনিকা রহমান phoned.\n</textarea><b>", Rows: 6, Error: e("Say what happened.")}),
		c.Select(c.SelectProps{Name: pre + "channel", Label: "How", Value: "phone", Empty: "Not known", Error: e("Choose how."),
			Options: []c.Option{{Value: "letter", Label: "Letter", Group: "In writing"}, {Value: "email", Label: "E-mail", Group: "In writing"}, {Value: "phone", Label: "Phone", Group: "Spoken"}}}),
		c.Checkboxes(c.CheckboxesProps{Name: pre + "flags", Legend: "Is any of this so?", Values: []string{"hazard"}, Error: e("Tick one."),
			Options: []c.Option{{Value: "hazard", Label: "There is a hazard in the home", Hint: "Damp, gas, fire, falls."}, {Value: "solicitor", Label: "A solicitor acts"}}}),
		c.Checkboxes(c.CheckboxesProps{Name: pre + "agree", Options: []c.Option{{Value: "yes", Label: "The resident has seen this"}}}),
		c.FileUpload(c.FileUploadProps{Name: pre + "files", Label: "Photos and letters", Hint: "JPEG, PNG, HEIC or PDF, up to 25 MB each.", Accept: "image/*,application/pdf", Multiple: true, MaxBytes: 25_000_000,
			Error: e("kitchen.pdf is locked with a password. Save a copy without one.")}),
		with(c.ButtonGroup(),
			c.Button(c.ButtonProps{Text: "Save", Name: "do", Value: "save"}),
			c.Button(c.ButtonProps{Text: "Show what changes", Kind: c.ButtonSecondary, FormAction: "/cases/CLA-26-0417-K/events/preview"}),
			c.Button(c.ButtonProps{Text: "Withdraw", Kind: c.ButtonWarning, Hidden: "the case"}),
			c.ButtonLink(c.ButtonLinkProps{Text: "Back to the case", Href: "/cases/CLA-26-0417-K", Kind: c.ButtonSecondary})))
}

func days() []c.Day {
	return []c.Day{
		{On: civil.MustParse("2023-05-26"), Number: 0, Mark: "complaint made"},
		{On: civil.MustParse("2023-05-27"), Skipped: "Saturday"},
		{On: civil.MustParse("2023-05-28"), Skipped: "Sunday"},
		{On: civil.MustParse("2023-05-29"), Skipped: "Spring bank holiday"},
		{On: civil.MustParse("2023-05-30"), Number: 1},
		{On: civil.MustParse("2023-05-31"), Number: 2, Mark: "due"},
	}
}

func caseParts() templ.Component {
	return c.Join(
		templ.Raw(`<h1 class="govuk-heading-l">Mould in the children's bedroom</h1>`),
		with(c.NotificationBanner(c.NotificationBannerProps{Kind: "important", Heading: "The twelve months to go to the Ombudsman end on 3 March 2027.", ID: "limit"}), p("The referral needs the final response.")),
		with(c.NotificationBanner(c.NotificationBannerProps{Kind: "success", Heading: "The event is saved.", ID: "saved"})),
		c.WarningText("Starting a court claim ends the Ombudsman's part in this."),
		c.SubNavigation("Parts of the case", []c.NavItem{{Label: "Story", Href: "#story", Active: true}, {Label: "Clocks", Href: "#clocks"}, {Label: "Papers", Href: "#papers"}}),
		c.SummaryList(c.SummaryListProps{Rows: []c.SummaryRow{
			{Key: "Resident", Text: "আনিকা রহমান\nمحمد\nŁukasz Żółć"},
			{Key: "Caseworker", Value: c.Tag(c.TagProps{Text: "Nobody yet", Colour: c.TagDue}), Actions: []c.Link{{Text: "Assign", Href: "#assign", Hidden: "a caseworker"}}},
			{Key: "Ombudsman's reference"},
			{Key: "Papers", Text: "Two", Actions: []c.Link{{Text: "Add", Href: "#add", Hidden: "a paper"}, {Text: "See", Href: "#see", Hidden: "the papers"}}},
		}}),
		h("Clocks"),
		with(c.ClockRow(c.ClockRowProps{ID: "clock-stage1", Title: "Stage 1 response", Words: "Overdue 14 working days; it was due on 31 May 2023", Tag: c.ClockTag("overdue"),
			Source: "Complaint Handling Code 2022", SourceURL: "/rules#code-2022", Clause: "5.1", Started: "Started on 26 May 2023 by the complaint", Open: true}),
			c.DayStrip(c.DayStripProps{Label: "Working days from 26 May 2023", Days: days(), More: "And 14 more up to today."})),
		with(c.ClockRow(c.ClockRowProps{ID: "clock-ack", Title: "Acknowledgement", Words: "Met on 30 May 2023, in time", Tag: c.ClockTag("met"), Source: "Landlord's interim policy", Clause: "4", Confidence: "the policy's wording is not held in full"}), p("One working day.")),
		h("What happened"),
		c.Timeline([]c.TimelineItem{
			{ID: "event-1", Title: "Complaint made", By: "by the resident", On: civil.MustParse("2023-05-26"), Text: "By phone.\n<b>Bold</b> is only text.", Content: c.InlineLink(c.Link{Text: "photo of the wall", Href: "/attachments/1"}), Tags: []c.TagProps{{Text: "Hazard", Colour: c.TagBad}}},
			{ID: "event-2", Title: "Complaint acknowledged", By: "by the landlord", On: civil.MustParse("2023-05-29"), When: "about 29 May 2023", Corrected: "Replaced on 3 June 2023: the letter is dated 30 May."},
		}),
		with(c.Details(c.DetailsProps{Summary: "Before you write to them"}), p("Keep a copy.")),
		with(c.InsetText(), p("“We will be there on Monday.”")),
	)
}

func listParts() templ.Component {
	rows := []c.Row{
		{Cells: []c.Cell{{Value: c.InlineLink(c.Link{Text: "CLA-26-0417-K", Href: "/cases/CLA-26-0417-K"})}, {Text: "Mould in the children's bedroom"}, {Value: c.Tag(c.ClockTag("overdue"))}, {Text: "14"}, {Text: "31 May 2023", Sort: "2023-05-31"}}},
		{ID: "r2", Class: "cc-row", Cells: []c.Cell{{Text: "CLA-26-0418-M"}, {Text: "No answer about the rent account since the systems went down"}, {Value: c.Tag(c.ClockTag("running"))}, {Text: "0"}, {Text: "2 June 2023", Sort: "2023-06-02"}}},
	}
	q := url.Values{"q": {"mould & damp"}, "theme": {"damp_mould"}, "page": {"2"}}
	results := c.Join(
		c.SearchBox(c.SearchBoxProps{Action: "/cases", Label: "Search by reference or name", Hint: "Any reference: ours, the landlord's, a job number.", Value: "mould & damp", Keep: q}),
		c.Table(c.TableProps{Caption: "Cases", CaptionHidden: true, RowHeader: true, Sortable: true, Stack: true,
			Head: []c.Th{{Text: "Reference"}, {Text: "What about"}, {Text: "State"}, {Text: "Days late", Numeric: true}, {Text: "Due", Sorted: "descending"}}, Rows: rows, Foot: []c.Cell{{Text: "All"}, {}, {}, {Text: "14"}, {}}}),
		c.Pagination(c.PaginationProps{Page: 2, Pages: 7, Total: 312, PerPage: 50, Noun: "cases", Path: "/cases", Query: q}),
		c.Table(c.TableProps{Caption: "Closed cases", Head: []c.Th{{Text: "Reference"}}, Empty: "No case is closed yet."}),
	)
	return c.Join(
		templ.Raw(`<h1 class="govuk-heading-l">Cases</h1>`),
		with(c.FilterLayout(c.FilterProps{Action: "/cases", ClearHref: "/cases", Selected: []c.FilterTag{{Text: "Damp and mould", Href: "/cases?q=mould"}},
			Fields: c.Join(
				c.Select(c.SelectProps{Name: "theme", Label: "Theme", Value: "damp_mould", Empty: "All themes", Options: []c.Option{{Value: "damp_mould", Label: "Damp and mould"}, {Value: "leaks", Label: "Leaks"}}}),
				c.Checkboxes(c.CheckboxesProps{Name: "show", Legend: "Show only", Small: true, Options: []c.Option{{Value: "overdue", Label: "Overdue"}, {Value: "mine", Label: "Assigned to me"}}}))}), results),
	)
}

func figureParts() templ.Component {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><rect x="10" y="20" width="40" height="60" fill="#12343b"/><rect x="70" y="40" width="40" height="40" fill="#12585e"/></svg>`
	table := func(caption string) templ.Component {
		return c.Table(c.TableProps{Caption: caption, CaptionSize: "s", RowHeader: true, Small: true, Head: []c.Th{{Text: "Month"}, {Text: "Late", Numeric: true}}, Rows: []c.Row{{Cells: []c.Cell{{Text: "June 2022"}, {Text: "60"}}}, {Cells: []c.Cell{{Text: "July 2022"}, {Text: "40"}}}}})
	}
	return c.Join(
		templ.Raw(`<h1 class="govuk-heading-l">Evidence</h1><h2 class="govuk-heading-m">Figures</h2>`),
		with(c.FigureGrid(),
			c.FigureCard(c.FigureCardProps{ID: "figure-late", Name: "Stage 1 answers that came late", Value: "62 %", N: 48, Noun: "stage 1 answers", Period: "1 June 2022 to 31 May 2023", Definition: "Answers after the due date, of all that were due.", Href: "/cases?figure=late"}),
			c.FigureCard(c.FigureCardProps{ID: "figure-small", Name: "Contact attempts without an answer", Value: "4", N: 4, Withheld: "It counts fewer than 5 cases."})),
		templ.Raw(`<h2 class="govuk-heading-m">Charts</h2>`),
		c.ChartFigure(c.ChartFigureProps{ID: "chart-month", Title: "Late answers by month", Description: "Sixty in June, forty in July.", Caption: "n = 100, 1 June to 31 July 2022.", SVG: svg, Table: table("Late answers by month")}),
		c.ChartFigure(c.ChartFigureProps{ID: "chart-area", Title: "Late answers by area", Description: "One bar an area.", Src: "/static/icon.svg", Table: table("Late answers by area")}),
	)
}

func attr(t *testing.T, doc *goquery.Document, selector, name string) string {
	t.Helper()
	s := doc.Find(selector)
	if s.Length() != 1 {
		t.Fatalf("%s: found %d, want 1", selector, s.Length())
	}
	v, _ := s.Attr(name)
	return v
}

func wantText(t *testing.T, doc *goquery.Document, selector, want string) {
	t.Helper()
	got := strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
	if got != want {
		t.Errorf("%s: text %q, want %q", selector, got, want)
	}
}

func wantCount(t *testing.T, doc *goquery.Document, selector string, want int) {
	t.Helper()
	if got := doc.Find(selector).Length(); got != want {
		t.Errorf("%s: found %d, want %d", selector, got, want)
	}
}

// checkPage asserts what must hold on every page, whatever stands on it.
func checkPage(t *testing.T, doc *goquery.Document) {
	t.Helper()
	wantCount(t, doc, "h1", 1)
	wantCount(t, doc, "main#main-content", 1)
	wantCount(t, doc, "[style], style, script:not([src]), [onclick], [onload]", 0) // the policy blocks them
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if id == "" || ids[id] {
			t.Errorf("id %q is empty or used twice", id)
		}
		ids[id] = true
	})
	for _, a := range []string{"for", "aria-describedby", "aria-labelledby"} {
		doc.Find("[" + a + "]").Each(func(_ int, s *goquery.Selection) {
			v, _ := s.Attr(a)
			for _, id := range strings.Fields(v) {
				if !ids[id] {
					t.Errorf("%s=%q names an id that is not on the page", a, id)
				}
			}
		})
	}
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if doc.Find(`label[for="`+id+`"]`).Length() != 1 {
			t.Errorf("field %q has no label of its own", id)
		}
	})
	doc.Find("form[method=post]").Each(func(_ int, s *goquery.Selection) {
		if v, _ := s.Find("input[type=hidden][name=" + c.CSRFField + "]").Attr("value"); v != "tok\"en" {
			action, _ := s.Attr("action")
			t.Errorf("form %s: CSRF token %q", action, v)
		}
	})
}

func TestShowcaseForm(t *testing.T) {
	page := frame()
	page.Flash = views.Flash{Kind: "success", Text: "Saved."}
	doc := render(t, "form", with(views.Layout(page), templ.Raw(`<h1 class="govuk-heading-l">Add an event</h1>`), form(false)))
	checkPage(t, doc)
	wantText(t, doc, "title", "Case CLA-26-0417-K – Commoncase")
	wantCount(t, doc, ".govuk-error-message, .govuk-error-summary, [aria-invalid]", 0)
	wantText(t, doc, "[role=alert] .govuk-notification-banner__heading", "Saved.")
	if got := attr(t, doc, "#ref", "value"); got != `a"b<c>` {
		t.Errorf("value %q", got)
	}
	if got := attr(t, doc, "#ref", "aria-describedby"); got != "ref-hint" {
		t.Errorf("described by %q", got)
	}
	if got := attr(t, doc, "#password", "value"); got != "" {
		t.Errorf("a password is never sent back, got %q", got)
	}
	if got := strings.TrimPrefix(doc.Find("#text").Text(), "\n"); got != "\nআনিকা রহমান phoned.\n</textarea><b>" && got != "আনিকা রহমান phoned.\n</textarea><b>" {
		t.Errorf("textarea %q", got)
	}
	for sel, want := range map[string]string{"[name=on-day]": "31", "[name=on-month]": "2", "[name=on-year]": "2023", "#kind-2[checked]": "promise_made", "#flags[checked]": "hazard", "#channel option[selected]": "phone"} {
		if got := attr(t, doc, sel, "value"); got != want {
			t.Errorf("%s: %q, want %q", sel, got, want)
		}
	}
	wantCount(t, doc, "#channel optgroup", 2)
	if got := attr(t, doc, "#kind", "aria-describedby"); got != "kind-item-hint" {
		t.Errorf("radio described by %q", got)
	}
	if got := attr(t, doc, "#files", "data-cc-max-bytes"); got != "25000000" {
		t.Errorf("limit %q", got)
	}
	wantText(t, doc, "button.govuk-button--warning", "Withdraw the case")
	if got := attr(t, doc, "button.govuk-button--secondary[type=submit]", "formaction"); got != "/cases/CLA-26-0417-K/events/preview" {
		t.Errorf("formaction %q", got)
	}
	wantCount(t, doc, "a.govuk-button--secondary[role=button]", 1)
}

func TestShowcaseFormRefused(t *testing.T) {
	page := frame()
	for _, f := range []string{"kind", "on", "ref", "text", "channel", "flags", "files"} {
		page.Errors = append(page.Errors, c.ErrorLine{Field: "bad-" + f, Text: "Mend " + f + "."})
	}
	page.Errors = append(page.Errors, c.ErrorLine{Text: "Somebody else changed this case."}, c.ErrorLine{Href: "/cases", Text: "See the cases."})
	if got := page.FieldError("bad-on"); got != "Mend on." {
		t.Errorf("FieldError: %q", got)
	}
	doc := render(t, "refused", with(views.Layout(page), templ.Raw(`<h1 class="govuk-heading-l">Add an event</h1>`), form(true)))
	checkPage(t, doc)
	wantText(t, doc, "title", "Error: Case CLA-26-0417-K – Commoncase")
	wantCount(t, doc, "main > .govuk-error-summary:first-child li", 9)
	doc.Find(".govuk-error-summary a[href^='#']").Each(func(_ int, s *goquery.Selection) {
		href, _ := s.Attr("href")
		if doc.Find(href).Filter("input, select, textarea").Length() != 1 {
			t.Errorf("the summary's link %s does not land on a field", href)
		}
		if doc.Find(href+"-error").Length() != 1 {
			t.Errorf("%s has no sentence beside it", href)
		}
	})
	if got := attr(t, doc, "#bad-ref", "aria-describedby"); got != "bad-ref-hint bad-ref-error" {
		t.Errorf("described by %q", got)
	}
	wantCount(t, doc, "[name^=bad-on-][aria-invalid=true]", 3)
	wantCount(t, doc, ".govuk-form-group--error", 7)
}

func TestShowcaseCase(t *testing.T) {
	doc := render(t, "case", with(views.Layout(frame()), caseParts()))
	checkPage(t, doc)
	wantCount(t, doc, ".govuk-summary-list__row", 4)
	wantCount(t, doc, ".govuk-summary-list__row--no-actions", 2)
	wantText(t, doc, ".govuk-summary-list__row:nth-child(3) dd", "Not recorded")
	wantCount(t, doc, ".govuk-summary-list__row:nth-child(1) br", 2)
	wantText(t, doc, "#clock-stage1 .govuk-tag--red", "Overdue")
	wantText(t, doc, "#clock-stage1 summary", "How this date was worked out : Stage 1 response")
	wantText(t, doc, "#clock-stage1 .cc-clock__source", "Started on 26 May 2023 by the complaint. Complaint Handling Code 2022, clause 5.1")
	wantText(t, doc, "#clock-ack .cc-doubt", "≈ Not certain: the policy's wording is not held in full")
	wantCount(t, doc, "#clock-stage1 ol.cc-days > li", 6)
	wantText(t, doc, "#clock-stage1 li:nth-child(4)", "Mon 29 May Not counted: Spring bank holiday")
	wantText(t, doc, "#clock-stage1 li:nth-child(6)", "Wed 31 May Day 2 due")
	wantText(t, doc, "#event-1 .moj-timeline__header", "Complaint made by the resident")
	wantCount(t, doc, "#event-1 b", 0)
	wantText(t, doc, "#event-2 s", "Complaint acknowledged")
	wantText(t, doc, "#event-2 time", "about 29 May 2023")
	wantText(t, doc, ".moj-sub-navigation [aria-current=page]", "Story")
	wantCount(t, doc, ".govuk-notification-banner--success[role=alert]", 1)
	wantText(t, doc, ".govuk-warning-text__text", "Warning Starting a court claim ends the Ombudsman's part in this.")
	wantCount(t, doc, ".govuk-details summary", 3)
	wantCount(t, doc, ".govuk-inset-text p", 1)
}

func TestShowcasePanel(t *testing.T) {
	page := frame()
	page.Breadcrumbs, page.Back = nil, views.Link{Href: "/letters"}
	doc := render(t, "panel", with(views.Layout(page), c.Panel(c.PanelProps{Title: "The letter is final", Text: "Its reference is", Big: "CLA-L-23-0003-X"})))
	checkPage(t, doc)
	wantText(t, doc, ".govuk-panel__body strong", "CLA-L-23-0003-X")
	wantText(t, doc, "a.govuk-back-link[href='/letters']", "Back")
}

func TestShowcaseList(t *testing.T) {
	page := frame()
	page.Wide = true
	page.Path = "/cases"
	doc := render(t, "list", with(views.Layout(page), listParts()))
	checkPage(t, doc)
	wantCount(t, doc, ".cc-wide main", 1)
	wantText(t, doc, "nav .cc-nav__link[aria-current=page]", "Cases")
	wantCount(t, doc, "tbody th[scope=row]", 2)
	wantCount(t, doc, "tbody .govuk-table__cell--numeric", 2)
	wantText(t, doc, "th[aria-sort=descending]", "Due")
	if got := attr(t, doc, "tbody tr:first-child td:last-child", "data-sort-value"); got != "2023-05-31" {
		t.Errorf("sort value %q", got)
	}
	if got := attr(t, doc, "tbody tr:first-child td:nth-child(2)", "data-label"); got != "What about" {
		t.Errorf("label of a stacked cell %q", got)
	}
	wantCount(t, doc, "table[role=table] tr[role=row]", 4)
	wantCount(t, doc, "tbody th[role=rowheader]:not([data-label])", 2)
	wantText(t, doc, "caption.govuk-visually-hidden", "Cases")
	wantText(t, doc, ".cc-empty", "No case is closed yet.")
	wantText(t, doc, ".cc-page-count", "51 to 100 of 312 cases")
	wantText(t, doc, ".govuk-pagination__list", "123⋯7")
	if got := attr(t, doc, "a[rel=next]", "href"); got != "/cases?page=3&q=mould+%26+damp&theme=damp_mould" {
		t.Errorf("next %q", got)
	}
	wantCount(t, doc, ".cc-search input[type=hidden]", 1) // the theme is kept; the page is not
	if got := attr(t, doc, ".moj-filter form", "method"); got != "get" {
		t.Errorf("filter by %q", got)
	}
	wantText(t, doc, ".moj-filter__tag", "Remove this filter: Damp and mould")
}

func TestShowcaseFigures(t *testing.T) {
	doc := render(t, "figures", with(views.Layout(frame()), figureParts()))
	checkPage(t, doc)
	wantText(t, doc, "#figure-late .cc-figure__value", "62 %")
	wantText(t, doc, "#figure-late .cc-figure__n", "n = 48 stage 1 answers, 1 June 2022 to 31 May 2023")
	if got := attr(t, doc, "#figure-late .cc-figure__link a", "href"); got != "/cases?figure=late" {
		t.Errorf("link %q", got)
	}
	wantText(t, doc, "#figure-small .cc-figure__withheld", "Not for publication It counts fewer than 5 cases.")
	wantCount(t, doc, "#figure-small a", 0)
	wantCount(t, doc, "#chart-month [role=img] svg", 1)
	wantCount(t, doc, "#chart-area img[alt]", 1)
	wantCount(t, doc, "figure table caption", 2)
}

func TestFrameSignedOut(t *testing.T) {
	page := views.ErrorProps{Page: views.Page{Title: "Page not found"}, Status: 404, Heading: "There is no such page", Message: "Check the address.", RequestID: "01J8-K", Action: views.Link{Text: "Sign in", Href: views.SignInPath}}
	doc := render(t, "error", views.ErrorPage(page))
	checkPage(t, doc)
	wantText(t, doc, "title", "Page not found – Commoncase")
	wantCount(t, doc, "form, .cc-nav, .cc-demo, .govuk-breadcrumbs", 0)
	wantText(t, doc, "code", "01J8-K")
	if got := attr(t, doc, "html", "lang"); got != "en" {
		t.Errorf("lang %q", got)
	}
	if got := attr(t, doc, "main a", "href"); got != "/sign-in" {
		t.Errorf("action %q", got)
	}
}

func TestFrameSignedIn(t *testing.T) {
	doc := render(t, "frame", with(views.Layout(frame()), templ.Raw("<h1>x</h1>")))
	checkPage(t, doc)
	wantText(t, doc, ".cc-demo__text", "The members and their cases are invented. Today is taken to be 22 November 2026.")
	if got := attr(t, doc, ".cc-header__form", "action"); got != views.SignOutPath {
		t.Errorf("sign out %q", got)
	}
	if got := attr(t, doc, ".cc-switch__button[name=branch]", "value"); got != "7" {
		t.Errorf("branch %q", got)
	}
	if got := attr(t, doc, ".cc-nav__link[aria-current]", "aria-current"); got != "true" {
		t.Errorf("below a place of the navigation: %q", got)
	}
	if name := doc.Find("title").Text(); strings.Contains(name, "Niamh") {
		t.Errorf("a name in the title: %q", name)
	}
	wantCount(t, doc, "footer a", 3)
}
