package letters

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The same Markdown as app/document sets. Raw HTML is off: goldmark leaves it out, and drops addresses that are scripts.
var markdown = goldmark.New(
	goldmark.WithExtensions(table, extension.Strikethrough, extension.Linkify, extension.Footnote),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.PrioritizedValue{Value: plain{}, Priority: 100})),
	goldmark.WithRendererOptions(html.WithXHTML()),
)

// Alignment as an attribute: the default writes a style, which our Content-Security-Policy forbids.
var table = extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))

// plain makes a letter's Markdown fit into a page: pictures become their description, since a letter holds none and a page must
// not fetch from elsewhere, headings go one level down at least, under the page's own, and every part gets the class that our
// stylesheet gives the same part elsewhere.
type plain struct{}

func (plain) Transform(doc *ast.Document, r text.Reader, _ parser.Context) {
	var images []*ast.Image
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			class := ""
			switch n := n.(type) {
			case *ast.Heading:
				n.Level = min(max(n.Level, 2), 6)
				class = "govuk-heading-s"
				if n.Level == 2 {
					class = "govuk-heading-m"
				}
			case *ast.Paragraph:
				class = "govuk-body"
			case *ast.List:
				class = "govuk-list govuk-list--bullet"
				if n.IsOrdered() {
					class = "govuk-list govuk-list--number"
				}
			case *ast.Blockquote:
				class = "govuk-inset-text"
			case *ast.Link, *ast.AutoLink:
				class = "govuk-link"
			case *east.Table:
				class = "govuk-table"
			case *ast.Image:
				images = append(images, n)
			}
			if class != "" {
				n.SetAttributeString("class", []byte(class))
			}
		}
		return ast.WalkContinue, nil
	})
	for _, img := range images {
		parent := img.Parent()
		for c := img.FirstChild(); c != nil; {
			next := c.NextSibling()
			parent.InsertBefore(parent, img, c)
			c = next
		}
		parent.RemoveChild(parent, img)
	}
}

// HTML renders Markdown for a page. What Fill marked is wrapped in mark elements: class cc-live for what was filled in, cc-missing
// for what could not be. The result holds no script, no style, no picture and no markup that was typed into it.
func HTML(md string) string {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(md), &b); err != nil { // a Buffer does not fail, and nothing else can
		return ""
	}
	return unmark(b.String())
}

// unmark turns marks into elements where they stand in text, and drops them where they stand in a tag: a placeholder in the
// address of a link. Inside attributes goldmark writes < and > as entities, so that a bare one always is the edge of a tag.
func unmark(s string) string {
	var b strings.Builder
	inTag, open := false, false
	for _, r := range s {
		switch r {
		case '<':
			inTag = true
			b.WriteRune(r)
		case '>':
			inTag = false
			b.WriteRune(r)
		case markLive, markMissing:
			if inTag || open {
				continue
			}
			open = true
			if r == markLive {
				b.WriteString(`<mark class="cc-live">`)
			} else {
				b.WriteString(`<mark class="cc-missing">`)
			}
		case markEnd:
			if !inTag && open {
				open = false
				b.WriteString("</mark>")
			}
		default:
			b.WriteRune(r)
		}
	}
	if open {
		b.WriteString("</mark>")
	}
	return b.String()
}
