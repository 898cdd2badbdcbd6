package document

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/net/html"

	"commoncase/models"
	"commoncase/models/civil"
)

// maxParts is how many parts an e-mail may announce. Each of them may hold others: without a bound a small file nests them until
// memory is full.
const maxParts = 200

// SafeMail makes the copy of an e-mail (message/rfc822) that may be shared: a PDF that says from whom and to whom it went, when, about
// what, what it says as plain text, and what hung on it. Nothing that it points to is fetched, what hung on it is named and not copied, and how
// it travelled (relays, addresses of machines, programs) is left out. It returns the number of pages. What is no e-mail is models.CodeBadFile.
func SafeMail(r io.Reader) (safe []byte, pages int, err error) {
	defer func() {
		if p := recover(); p != nil { // a crafted file must not stop the program
			safe, pages, err = nil, 0, brokenMail()
		}
	}()
	data, err := readAll(r)
	if err != nil {
		return nil, 0, err
	}
	if countFold(data, "boundary") > maxParts {
		return nil, 0, brokenMail()
	}
	parser := enmime.NewParser(enmime.DisableTextConversion(true), enmime.MaxStoredPartErrors(10))
	env, err := parser.ReadEnvelope(bytes.NewReader(data))
	if err != nil || env.GetHeader("From") == "" && env.GetHeader("Subject") == "" {
		return nil, 0, brokenMail()
	}
	says := env.Text
	if strings.TrimSpace(says) == "" {
		says = plainHTML(env.HTML)
	}
	if utf8.RuneCountInString(says) > maxWritten {
		return nil, 0, tooLong()
	}
	p := &printed{title: "E-mail", foot: "An e-mail, printed"}
	var rows [][]cell
	add := func(name, value string) {
		if value = oneLine(value); value != "" {
			rows = append(rows, []cell{{{{text: name, grey: ink}}}, text(value)})
		}
	}
	add("From", env.GetHeader("From"))
	add("To", env.GetHeader("To"))
	add("Copy to", env.GetHeader("Cc"))
	if at, err := env.Date(); err == nil {
		day := civil.On(at.Year(), at.Month(), at.Day()) // as the sender's clock showed it
		if at.Year() >= 1970 && at.Year() < 2200 {
			p.on = day
		}
		add("Date", day.Long()+at.Format(", 15:04 (-07:00)"))
	} else {
		add("Date", env.GetHeader("Date"))
	}
	var hung [][]cell
	for _, list := range [][]*enmime.Part{env.Attachments, env.Inlines, env.OtherParts} {
		for _, part := range list {
			if len(hung) >= maxParts {
				break
			}
			name := oneLine(part.FileName)
			if name == "" {
				name = "(no name)"
			}
			hung = append(hung, []cell{text(name), text(oneLine(part.ContentType)), text(bytesWords(len(part.Content)))})
		}
	}
	subject := oneLine(env.GetHeader("Subject"))
	if subject == "" {
		subject = "(no subject)"
	}
	p.body = func(p *printed, s *sheet) {
		s.paragraph([]span{{text: "An e-mail, printed from the file that was sent to us. The file is kept unchanged. Pictures and pages that it points to were not fetched.", size: 8.5, grey: ink}}, 3)
		s.heading(subject, 15, 0, 2.5)
		s.table([]column{{share: 16}, {share: 84}}, rows, 9.5)
		s.y += 5
		if strings.TrimSpace(says) == "" {
			s.paragraph([]span{{text: "It says nothing.", grey: ink}}, 2)
		}
		p.lines(s, says)
		if len(hung) > 0 && p.more(s) {
			s.heading("What hung on it", 11.5, 6, 2)
			s.table([]column{{head: "Name", share: 55}, {head: "Kind", share: 28}, {head: "Size", share: 17, right: true}}, hung, 9)
		}
	}
	return p.print()
}

func brokenMail() error {
	return models.Errorf(models.CodeBadFile,
		"This e-mail cannot be opened: it is damaged or was cut off on the way. Open it on your own device; if it shows there, print it to a PDF and send that.")
}

// countFold counts a word of ASCII in either case.
func countFold(data []byte, word string) int {
	n := 0
	for i := 0; i+len(word) <= len(data); i++ {
		if (data[i]|0x20) == word[0] && bytes.EqualFold(data[i:i+len(word)], []byte(word)) {
			n++
		}
	}
	return n
}

// oneLine folds the white space of a header, and cuts one that is no line any more.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if rs := []rune(s); len(rs) > 2000 {
		s = string(rs[:2000]) + "…"
	}
	return s
}

// bytesWords writes a size for people.
func bytesWords(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", (n+512)>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// plainHTML is what a page of HTML says: its words, a line for each block. Scripts, styles, links and pictures are gone.
func plainHTML(source string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	skip := "" // the element whose inside is left out
	space := false
	line := func(n int) {
		s := b.String()
		for have := len(s) - len(strings.TrimRight(s, "\n")); have < n && len(s) > 0; have++ {
			b.WriteByte('\n')
		}
		space = false
	}
	for b.Len() <= 4*maxWritten {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		t := z.Token()
		switch kind { //nolint:exhaustive // the rest says nothing
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			if skip != "" {
				if kind == html.EndTagToken && t.Data == skip {
					skip = ""
				}
				continue
			}
			switch t.Data {
			case "script", "style", "title", "template", "noscript", "svg":
				if kind == html.StartTagToken {
					skip = t.Data
				}
			case "br":
				b.WriteByte('\n')
				space = false
			case "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr":
				line(2)
			case "div", "tr", "section", "article", "header", "footer", "address", "dt", "dd":
				line(1)
			case "li":
				line(1)
				if kind == html.StartTagToken {
					b.WriteString("• ")
				}
			case "td", "th":
				space = true
			}
		case html.TextToken:
			if skip != "" {
				continue
			}
			for _, r := range t.Data {
				if unicode.IsSpace(r) && r != '\u00a0' {
					space = true
					continue
				}
				if space && b.Len() > 0 && !strings.HasSuffix(tail(&b), "\n") {
					b.WriteByte(' ')
				}
				space = false
				b.WriteRune(r)
			}
		}
	}
	return strings.TrimSpace(b.String())
}

// tail is the last byte of what was written.
func tail(b *strings.Builder) string {
	s := b.String()
	return s[max(0, len(s)-1):]
}
