package document_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"commoncase/app/document"
	"commoncase/app/document/pdftest"
	"commoncase/models/civil"
)

// certificateMonths are months from one day on, each weekday counted.
func certificateMonths(from string, n int) []document.CertificateMonth {
	var out []document.CertificateMonth
	number := 0
	first := civil.MustParse(from)
	for range n {
		m := document.CertificateMonth{Name: fmt.Sprintf("%s %d", first.Month(), first.Year()), Blanks: (int(first.Weekday()) + 6) % 7}
		next := first.AddMonths(1)
		for d := first; d < next; d++ {
			day := document.CertificateDay{Day: d.Day(), In: true}
			if w := d.Weekday(); w == 0 || w == 6 {
				day.Letter = "w"
			} else {
				number++
				day.Number, day.Late = number, number > 10
			}
			switch {
			case number == 0:
				day.Mark = "start"
			case number == 10 && day.Number == 10:
				day.Mark = "due"
			case d == next-1:
				day.Mark = "done"
			}
			m.Days = append(m.Days, day)
		}
		out = append(out, m)
		first = next
	}
	return out
}

func sampleCertificate() document.CertificateDoc {
	return document.CertificateDoc{
		Head: document.Letterhead{Name: "North branch of the tenants' campaign", Lines: []string{"1 Union Street", "Northtown"}, Email: "north@example.org"},
		Ref:  "NOR-23-0001-K", On: civil.MustParse("2023-07-31"),
		Duty: "Stage 1 response", Outcome: "Met 20 working days late",
		Facts: []document.CertificateFact{
			{Name: "Case", Value: "NOR-23-0001-K: Mould in the children's bedroom"},
			{Name: "Resident", Value: "Łukasz Żółć and Niamh Ní Bhriain"},
			{Name: "Landlord", Value: "Harbour & Vale Homes"},
			{Name: "It started", Value: "26 April 2023: Complaint acknowledged", Note: "Exhibit 2: Letter of Síle O'Connor"},
			{Name: "It was due", Value: "12 May 2023"},
			{Name: "It was done", Value: "12 June 2023: Stage 1 response", Note: "Exhibit 4: The answer"},
			{Name: "Late by", Value: "20 working days"},
		},
		Rule: "The landlord answers in full within ten working days of acknowledging the complaint.", Source: "Complaint Handling Code 2022, clause 5.1",
		SourceURL: "https://www.example.org/code", Sure: "Verified in the source itself.", Version: "code-2022.yaml, version 3f2a91c04d5e",
		Months: certificateMonths("2023-04-01", 3),
		Legend: []document.CertificateFact{{Name: "w", Value: "Saturdays and Sundays"}, {Name: "A", Value: "Monday 1 May 2023: Early May bank holiday"}},
		Working: []string{"The clock started on 26 April 2023 with the acknowledgement; that day is day 0.",
			"The stage 1 response came on 12 June 2023, 30 working days after the start: 20 working days late."},
	}
}

func certified(t *testing.T, doc document.CertificateDoc) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := document.Certificate(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pagesOf(t *testing.T, pdf []byte) string {
	t.Helper()
	return strings.TrimSpace(pdftest.Run(t, pdf, "qpdf", "--show-npages", "FILE"))
}

func TestCertificateIsOnePageInOrder(t *testing.T) {
	pdf := certified(t, sampleCertificate())
	if n := pagesOf(t, pdf); n != "1" {
		t.Fatalf("it has %s pages", n)
	}
	pdftest.InOrder(t, pdftest.Check(t, pdf), "North branch of the tenants' campaign", "Breach certificate", "Stage 1 response", "Met 20 working days late",
		"Łukasz Żółć and Niamh Ní Bhriain", "26 April 2023: Complaint acknowledged", "Exhibit 2: Letter of Síle O'Connor", "12 May 2023", "Exhibit 4", "20 working days",
		"within ten working days", "clause 5.1", "Verified in the source itself", "code-2022.yaml, version 3f2a91c04d5e",
		"April 2023", "May 2023", "June 2023", "Saturdays and Sundays", "A: Monday 1 May 2023: Early May bank holiday", "that day is day 0", "NOR-23-0001-K · made on 31 July 2023")
	if again := certified(t, sampleCertificate()); !bytes.Equal(pdf, again) {
		t.Error("the same certificate came out in other bytes")
	}
}

// Whatever it holds, it stays one page: eight months, a legend of twenty holidays, a working of forty sentences, a long checklist.
func TestCertificateStaysOnePage(t *testing.T) {
	long := strings.Repeat("A long sentence about one and the same thing, which goes on. ", 5)
	for name, change := range map[string]func(*document.CertificateDoc){
		"eight months": func(d *document.CertificateDoc) {
			d.Months = certificateMonths("2023-01-01", 8)
			d.Months[6].Then = "336 days lie between, from 1 July 2023 to 31 May 2024; 232 of them are counted."
			for i := range 20 {
				d.Legend = append(d.Legend, document.CertificateFact{Name: string(rune('B' + i)), Value: "Monday 28 August 2023: Summer bank holiday (worked out by rule: the official date was not known)"})
			}
		},
		"a long working": func(d *document.CertificateDoc) {
			d.Months = certificateMonths("2023-01-01", 8)
			for range 40 {
				d.Working = append(d.Working, long)
			}
		},
		"a letter": func(d *document.CertificateDoc) {
			d.Months, d.Legend = nil, nil
			for i := range 12 {
				d.Items = append(d.Items, document.CertificateItem{Text: long[:90], Clause: fmt.Sprintf("6.9(%c)", 'a'+i), Missing: i%3 == 0, This: i == 3})
			}
		},
		"a long letter": func(d *document.CertificateDoc) {
			d.Months, d.Legend = nil, nil
			for i := range 14 {
				d.Items = append(d.Items, document.CertificateItem{Text: long, Clause: fmt.Sprintf("6.9(%c)", 'a'+i), Missing: i%3 == 0, This: i == 3})
			}
		},
		"almost nothing": func(d *document.CertificateDoc) {
			*d = document.CertificateDoc{Ref: "NOR-23-0001-K", Duty: "A ban", Rule: "It must not."}
		},
	} {
		t.Run(name, func(t *testing.T) {
			doc := sampleCertificate()
			change(&doc)
			pdf := certified(t, doc)
			text := pdftest.Check(t, pdf)
			if n := pagesOf(t, pdf); n != "1" {
				t.Errorf("it has %s pages", n)
			}
			if left := strings.Contains(text, "The rest of the working"); left != (name == "a long working" || name == "a long letter") {
				t.Errorf("the working is cut: %v", left)
			}
		})
	}
}
