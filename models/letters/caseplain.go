package letters

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"commoncase/models"
)

// CasePlain is a letter of a case as plain text, for an e-mail: greeting, text, close, who signs and the reference. The subject and the
// recipient are for the head of the e-mail.
func CasePlain(t CaseType, l models.CaseLetter) string {
	parts := []string{t.To.Dear + ",", PlainText(l.Body), "Yours faithfully,", strings.Join(textLines(l.SignOff), "\n"), "Reference " + l.Ref + ", " + l.DatedOn.Long()}
	return strings.Join(parts, "\n\n") + "\n"
}

// PlainText is Markdown as plain text: a blank line between paragraphs, lists with their marks, quotations with >, no markup and no
// line broken that was not.
func PlainText(md string) string {
	source := []byte(normal(md))
	doc := markdown.Parser().Parse(text.NewReader(source))
	return strings.Join(plainBlocks(doc, source), "\n\n")
}

func plainBlocks(parent ast.Node, source []byte) []string {
	var out []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if s := plainBlock(n, source); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func plainBlock(n ast.Node, source []byte) string {
	switch n := n.(type) {
	case *ast.List:
		return plainList(n, source)
	case *ast.Blockquote:
		return indented(strings.Join(plainBlocks(n, source), "\n\n"), "> ", "> ")
	case *ast.CodeBlock:
		return string(n.Lines().Value(source))
	case *ast.FencedCodeBlock:
		return string(n.Lines().Value(source))
	case *ast.ThematicBreak:
		return "---"
	case *east.Table:
		var rows []string
		for r := n.FirstChild(); r != nil; r = r.NextSibling() {
			var cells []string
			for c := r.FirstChild(); c != nil; c = c.NextSibling() {
				cells = append(cells, plainInline(c, source))
			}
			rows = append(rows, strings.Join(cells, " | "))
		}
		return strings.Join(rows, "\n")
	}
	if n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeBlock {
		return strings.Join(plainBlocks(n, source), "\n\n")
	}
	return strings.TrimSpace(plainInline(n, source))
}

func plainList(l *ast.List, source []byte) string {
	var items []string
	number := l.Start
	for i := l.FirstChild(); i != nil; i = i.NextSibling() {
		mark := "- "
		if l.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		items = append(items, indented(strings.Join(plainBlocks(i, source), "\n"), mark, strings.Repeat(" ", len(mark))))
	}
	return strings.Join(items, "\n")
}

// indented puts first before the first line and rest before the others.
func indented(s, first, rest string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		before := rest
		if i == 0 {
			before = first
		}
		lines[i] = strings.TrimRight(before+l, " ")
	}
	return strings.Join(lines, "\n")
}

func plainInline(parent ast.Node, source []byte) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			b.WriteString(Plain(string(n.Segment.Value(source))))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.URL(source))
		case *ast.Link:
			words := plainInline(n, source)
			b.WriteString(words)
			if to := string(n.Destination); to != words {
				b.WriteString(" (" + to + ")")
			}
		default:
			b.WriteString(plainInline(n, source))
		}
	}
	return b.String()
}
