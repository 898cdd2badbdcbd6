package document_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-pdf/fpdf"

	"commoncase/app/document"
	"commoncase/models/civil"
)

var head = document.Letterhead{
	Name:  "Hartwell Homes Tenants' and Residents' Branch",
	Lines: []string{"c/o Eastfield Community Hall", "12 Lock Street", "Eastfield EF1 2AB"},
	Email: "secretary@hartwell-branch.example",
}

func sampleLetter() document.LetterDoc {
	d := document.LetterDoc{
		Head: head, Ref: "HAR-L-26-0003-X", On: civil.MustParse("2026-07-31"),
		Recipient:  []string{"The Chief Executive", "Hartwell Homes", "1 Meridian Square", "London E1 0ZZ"},
		Salutation: "Dear Chief Executive", Subject: "Repairs that do not come, letters that are not answered: what we ask of you",
		Body: `We write for the tenants, shared owners and leaseholders of **Hartwell Homes** in Eastfield. On 24 May 2026 we asked you for a meeting. You have acknowledged that letter; *you have not answered it*.

Since June 2025 our members have brought us their complaints, and we have logged each one with its dates. Of the stage 1 complaints that fell due in the year to 30 June 2026, **62 %** were answered late; half of the late answers were 14 working days late or more. The Code under which they were made allows ten working days.[^1]

## What our members told us

> I rang eleven times between March and May. The only thing anyone ever gave me was a new job number. My daughter sleeps in the living room now because of the mould.
>
> — Niamh, Eastfield

The same three things come back, whoever we speak to:

- a repair is raised, the visit is missed, and **the job is closed** as done;
- a complaint is taken by telephone and never reaches the people who should answer it:
    1. no acknowledgement comes;
    2. no response comes;
    3. the second call starts a new record;
- nobody tells residents what happens next. Łukasz Żółć and Niamh Ní Bhriain each have four references for one leak.

| What was asked | Complaints | Answered late | Longest delay |
|:---|---:|---:|---:|
| Damp and mould | 24 | 17 | 61 working days |
| Leaks | 15 | 9 | 38 working days |
| Heating and hot water | 11 | 5 | 22 working days |
| Lifts and doors | 11 | 7 | 19 working days |

The Ombudsman's Code is published at <https://www.housing-ombudsman.org.uk/> and binds every member landlord.[^2]

## What we ask

We put thirty-three demands to you, in five points. We ask you to answer each of them, by its number, by 31 August 2026.

[^1]: Complaint Handling Code, 2024, paragraph 6.3.
[^2]: Housing Act 1996, Schedule 2, as amended.
`,
		After:      "We would rather meet than write. Choose a date in August, and we will come to you.\n\nThe figures in this letter are explained, one by one, in the annex.",
		Closing:    "Yours sincerely",
		SignOff:    []string{"Branch secretary"},
		Mandate:    "This text was agreed by 87 of 102 voting at the branch meeting of 12 July 2026.",
		References: []string{"Housing Ombudsman, *Complaint Handling Code*, in force from 1 April 2024.", "Hartwell Homes, [annual report 2025](https://hartwell.example/report), page 14.", "Branch, letter to the Chief Executive, 24 May 2026, reference HAR-L-26-0001-K."},
		Hash:       strings.Repeat("3f9a1c0277b0e4aa", 4),
	}
	points := []string{"Put right what was broken", "Answer people", "Open the books", "Pay for the harm", "Let residents decide"}
	asks := []string{
		"Publish, for each estate, how many repairs are open and for how long.",
		"Keep every appointment, or give a day's notice and a new date in the same call.",
		"Close no job until the resident has said that it is done, in writing or by text message, and keep that answer with the record of the job so that the next person who picks up the telephone can see it.",
		"Name one person for each complaint, with a *direct* number.",
		"Pay compensation within twenty-eight days of agreeing to it.",
		"Bring the stage 2 panel back, with residents on it.",
		"Report the number of complaints answered late, every month, to the residents' board.",
	}
	n := 0
	for p, title := range points {
		g := document.DemandGroup{Point: p + 1, Title: title}
		for range []int{7, 7, 7, 6, 6}[p] {
			g.Demands = append(g.Demands, document.DemandLine{Number: n + 1, Text: asks[n%len(asks)]})
			n++
		}
		d.Demands = append(d.Demands, g)
	}
	for i, f := range []string{"Stage 1 answers late", "Median lateness", "Longest lateness", "Contact attempts without an answer", "Households"} {
		d.Figures = append(d.Figures, document.FigureLine{
			Name: f, Value: []string{"62 %", "14 working days", "61 working days", "148", "57"}[i],
			Definition: "Stage 1 complaints whose response was due in the period, and was given after the due date or not at all by its end, as a share of all that were due. Working days are Monday to Friday without the bank holidays of England and Wales.",
			From:       civil.MustParse("2025-07-01"), To: civil.MustParse("2026-06-30"), N: 61 + i, Hash: strings.Repeat("ab12", 16),
		})
	}
	return d
}

// photo makes a JPEG of the given size with some grain in it, as a camera would.
func photo(t testing.TB, w, h int, seed uint64) []byte {
	t.Helper()
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	rnd := rand.New(rand.NewPCG(seed, 7))
	for y := range h {
		for x := range w {
			img.Y[y*img.YStride+x] = uint8(60 + 120*x/w + int(rnd.Uint32()&15) + 40*((x/97+y/61)&1))
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = uint8(118+int(seed)%20), uint8(124+(i/img.CStride)%12)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// paper makes a PDF of a landlord's letter with n pages of the given size in points.
func paper(t testing.TB, title string, n int, w, h float64) []byte {
	t.Helper()
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w, Ht: h}})
	pdf.SetCreationDate(civil.MustParse("2026-01-01").Time())
	pdf.SetAuthor(`C:\Users\j.smith\Desktop`, false)
	for p := range n {
		pdf.AddPage()
		pdf.SetFont("Helvetica", "B", 14)
		pdf.Text(50, 60, fmt.Sprintf("%s, sheet %d", title, p+1))
		pdf.SetFont("Helvetica", "", 11)
		for i := range 20 {
			if y := 100 + float64(i)*18; y < h-40 {
				pdf.Text(50, y, fmt.Sprintf("Line %d of our reply to your complaint about the repair.", i+1))
			}
		}
	}
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func opens(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func safePhoto(t testing.TB, data []byte) []byte {
	t.Helper()
	out, _, _, err := document.SafePhoto(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func safePDF(t testing.TB, data []byte) []byte {
	t.Helper()
	out, _, err := document.SafePDF(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sampleBundle(t testing.TB) document.BundleDoc {
	day := civil.MustParse
	d := document.BundleDoc{
		Head: head, Ref: "HAR-26-0417-K", Title: "Mould in the children's bedroom", Resident: "Łukasz Żółć", Address: []string{"Flat 4, 9 Lock Street", "Eastfield", "EF1 2AC"},
		Landlord: "Hartwell Homes", LandlordRef: "CMP-884213", OmbudsmanRef: "202612345", PreparedBy: "Niamh Ní Bhriain, caseworker of the branch", On: day("2026-09-14"),
		Hash: strings.Repeat("c0ffee0123456789", 4),
		Questions: []document.Answer{
			{Section: "Who is complaining", Question: "Who is completing this form?", Answer: "A representative: the tenants' and residents' branch, for the resident."},
			{Question: "What is the resident's name?", Answer: "Łukasz Żółć"},
			{Question: "Who else lives in the home?", Answer: "আনিকা রহমান, and two children of 4 and 7. Both have asthma 😷."},
			{Question: "How should the Ombudsman make contact?", Answer: "By e-mail to the branch. Not by telephone before 4 pm: Mr Żółć works nights."},
			{Section: "The complaint", Question: "What is the complaint about?", Answer: "Black mould in the children's bedroom since October 2025, reported four times. Two visits were missed. One job was closed as done although nobody came.\n\nThe landlord treated the wall with a wash in March 2026. The mould was back within five weeks.", Exhibits: []int{1, 2, 5}},
			{Question: "When was the landlord first told?", Answer: "21 October 2025, by telephone; job number 4410023."},
			{Question: "Has the landlord's complaints procedure ended?", Answer: "Yes. The final response is dated 6 August 2026.", Exhibits: []int{4}},
			{Question: "Was compensation offered, and was it accepted?", Missing: true},
			{Section: "Other bodies", Question: "Has a claim been issued at court?", Answer: "No."},
		},
		Authority: document.Authority{Text: "I, **Łukasz Żółć**, ask the branch to put my complaint about *Hartwell Homes* to the Housing Ombudsman, to speak for me, and to receive letters about it.\n\nI understand that the Ombudsman will share what is sent with the landlord. I may end this at any time by telling the branch.", SignedOn: day("2026-08-20"), Exhibits: []int{5}},
	}
	for i, c := range []struct {
		on, what, detail string
		ex               []int
	}{
		{"2025-10-21", "Issue reported", "By telephone. Job 4410023.", nil},
		{"2025-11-04", "Appointment missed", "Nobody came between 8 and 12. No call.", nil},
		{"2025-12-02", "Contact attempt, no answer", "Held for 47 minutes, then cut off.", nil},
		{"2026-01-12", "Photographs taken", "", []int{1, 2}},
		{"2026-02-03", "Complaint made (stage 1)", "By e-mail, with two photographs.", []int{1, 2}},
		{"2026-02-06", "Complaint acknowledged", "Reference CMP-884213.", []int{3}},
		{"2026-03-16", "Stage 1 response", "Offers a mould wash. Says nothing of the missed visits.", []int{3}},
		{"2026-03-24", "Repair done in part", "Wall washed. No survey of the cause, although the surveyor had promised one when he telephoned the week before, and although the landlord's own policy asks for one wherever mould comes back after a wash.", nil},
		{"2026-04-28", "Issue reported again", "Mould back over the window.", []int{2}},
		{"2026-05-05", "Escalation requested (stage 2)", "", nil},
		{"2026-08-06", "Stage 2 response", "Final response. Offers £150.", []int{4}},
		{"2026-08-20", "Authority given", "", []int{5}},
	} {
		d.Chronology = append(d.Chronology, document.ChronologyRow{On: day(c.on), What: c.what, Detail: c.detail, Exhibits: c.ex})
		if i > 2 && i < 7 { // enough rows for a second page
			for k := range 5 {
				d.Chronology = append(d.Chronology, document.ChronologyRow{On: day(c.on).AddDays(k + 1), What: "Contact attempt, no answer", Detail: fmt.Sprintf("Call %d to the repairs line. Nobody rang back.", k+1)})
			}
		}
	}
	d.Breaches = []document.BreachRow{
		{Duty: "Answer the complaint at stage 1", Clause: "6.3", Source: "Complaint Handling Code 2024", Started: day("2026-02-06"), Due: day("2026-02-20"), Done: day("2026-03-16"), DaysLate: 16, Confidence: "certain", Note: "Ten working days from the acknowledgement."},
		{Duty: "Acknowledge the escalation", Clause: "6.11", Source: "Complaint Handling Code 2024", Started: day("2026-05-05"), Due: day("2026-05-12"), DaysLate: 87, Confidence: "certain", Note: "Never acknowledged."},
		{Duty: "Answer the complaint at stage 2", Clause: "6.14", Source: "Complaint Handling Code 2024", Started: day("2026-05-12"), Due: day("2026-06-10"), Done: day("2026-08-06"), DaysLate: 41, Confidence: "certain", Note: "Twenty working days, counted from the day on which the acknowledgement was due, because none came."},
		{Duty: "Inspect damp and mould", Clause: "section 4", Source: "Hartwell Homes, damp and mould policy", Started: day("2025-10-21"), Due: day("2025-11-04"), DaysLate: 1, Unit: "working days", Confidence: "likely"},
	}
	d.Issues = []document.Issue{
		{Title: "The mould has not been dealt with", Detail: "The wall has been washed once. Nobody has looked for the cause.\n\n- The extractor fan has not worked since the family moved in.\n- The gutter above the window drips on the wall.", Remedy: "1. A survey by an independent surveyor within 14 days.\n2. The works that it names, by a date that the landlord keeps.\n3. Hotel or temporary home while the bedroom cannot be used."},
		{Title: "The complaint was not answered in time", Detail: "See the table of duties. Stage 1 was 16 working days late and stage 2 was 41.", Remedy: "An apology in writing, and **£600** for the distress and the time lost."},
	}
	d.Exhibits = []document.Exhibit{
		{Number: 1, Title: "Photograph: bedroom wall", On: day("2026-01-12"), MediaType: "image/jpeg", Caption: "The wall beside the younger child's bed. Taken by the resident on 12 January 2026.", Open: opens(safePhoto(t, photo(t, 1600, 1200, 1)))},
		{Number: 2, Title: "Photograph: window", On: day("2026-04-28"), MediaType: "image/jpeg", Open: opens(safePhoto(t, photo(t, 900, 1600, 2)))},
		{Number: 3, Title: "Stage 1 response with acknowledgement", On: day("2026-03-16"), MediaType: "application/pdf", Open: opens(safePDF(t, paper(t, "Stage 1 response", 3, 595.28, 841.89)))},
		{Number: 4, Title: "Stage 2 response, sent as a slide", On: day("2026-08-06"), MediaType: "application/pdf", Open: opens(safePDF(t, paper(t, "Final response", 2, 960, 540)))},
		{Number: 5, Title: "Signed authority to act", On: day("2026-08-20"), MediaType: "application/pdf", Open: opens(safePDF(t, paper(t, "Authority", 1, 420, 595)))},
	}
	return d
}
