package web_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"commoncase/app/campaign"
	"commoncase/app/web/browsertest"
	"commoncase/models"
	"commoncase/models/civil"
)

// From a phone to a letter and back: a story is told, its teller comes back on another device with the code and adds a photo, the branch
// makes a case and a quote of it, an organiser's draft prints the words, and two taps of the teller take them out of it.
func TestFromAPhoneToALetterAndBack(t *testing.T) {
	chromium := browsertest.Chromium(t)
	for _, v := range []struct {
		name, lang string
		script     bool
	}{{"without JavaScript", "en", false}, {"with JavaScript", "en", true}, {"with JavaScript in Arabic", "ar", true}} {
		t.Run(v.name, func(t *testing.T) {
			const said = "My son coughs all night and nobody comes"
			const onwards = "#question button:not([name])"
			x := one(t)
			x.openIntake(true)

			phone := browsertest.Open(t, chromium, 390, v.script, 4*time.Minute)
			phone.Open(x.url + "/tell/north?lang=" + v.lang)
			phone.Click("#start button")
			phone.To("/form/story")
			phone.Fill(map[string]string{"story": said + "."})
			phone.Click(onwards)
			phone.To("/form/consent")
			for _, id := range []string{"#consent_record", "#consent_act", "#consent_count", "#consent_send_minister", "main input[name=consent_quote][value=first_name]"} {
				phone.Do(chromedp.Click(id, chromedp.ByQuery))
			}
			phone.Click(onwards)
			phone.Fill(map[string]string{"name": "Łukasz Żółć"})
			phone.Click(onwards)
			phone.To("/form/check")
			phone.Click("#send button")
			code := phone.Text("#code")

			other := browsertest.Open(t, chromium, 390, v.script, 4*time.Minute)
			other.Open(x.url + "/come-back?lang=" + v.lang)
			other.Fill(map[string]string{"code": code})
			other.Click("#come-back button")
			if other.Path() != "/my" {
				t.Fatalf("the code leads to %s", other.Path())
			}
			other.To("/my/files")
			original := planted(t)
			file := filepath.Join(t.TempDir(), "bedroom.jpg")
			if err := os.WriteFile(file, original, 0o600); err != nil {
				t.Fatal(err)
			}
			if v.script {
				other.Leave(chromedp.SetUploadFiles("#files", []string{file}, chromedp.ByQuery))
			} else {
				other.Do(chromedp.SetUploadFiles("#files", []string{file}, chromedp.ByQuery))
				other.Click("#files-form button")
			}
			other.Says("#files-here", "bedroom.jpg")

			desk := browsertest.Open(t, chromium, 390, v.script, 4*time.Minute)
			desk.Cookie(x.url, "session", x.token("caseworker@north.example"))
			desk.Open(x.url + "/stories")
			story := x.story(t)
			desk.Click("main a[href='/stories/" + story.Ref + "']")
			desk.Says("main", said)
			desk.Says("main", "bedroom")
			x.copied(t, desk, story.Ref, original)
			desk.To("/stories/" + story.Ref + "/case")
			desk.Fill(map[string]string{"title": "A cough at night", "theme": string(models.ThemeDampMould)})
			desk.Click("#turn-form button")
			caseRef := strings.TrimPrefix(desk.Path(), "/cases/")
			desk.To("/cases/" + caseRef + "/quotes/new")
			desk.Fill(map[string]string{"text": said + ".", "first_name": "Łukasz"})
			desk.Date("said", "2", "6", "2025")
			desk.Click("#quote button")

			organiser := x.actor("organiser@north.example", north)
			to, err := x.app.Campaign.AddRecipient(t.Context(), organiser, models.Recipient{Role: models.RecipientMinister, Office: "Minister for Housing",
				Organisation: "The department"})
			if err != nil {
				t.Fatal(err)
			}
			letter, _, err := x.app.Campaign.DraftLetter(t.Context(), organiser, campaign.DraftLetter{Type: "minister", RecipientID: to.ID, Title: "What it is like",
				Body: "Dear Minister,\n\nthis is what your tenants say:\n\n{quote:1}\n\nAnswer them.", SignOff: "Branch secretary"})
			if err != nil {
				t.Fatal(err)
			}
			pen := browsertest.Open(t, chromium, 390, v.script, 4*time.Minute)
			pen.Cookie(x.url, "session", x.token("organiser@north.example"))
			pen.Open(x.url + "/letters/" + letter.Ref)
			pen.Says("main", said)
			pen.Says("main", "Łukasz")
			if strings.Contains(pen.Text("main"), "Żółć") {
				t.Error("the draft prints more of the name than was agreed to")
			}

			other.To("/my/consents")
			other.Click("main a[href='/my/consents/quote/back']") // one
			other.Click("#take-back button")                      // two
			pen.To("/letters/" + letter.Ref)
			if text := pen.Text("main"); strings.Contains(text, said) {
				t.Errorf("the draft still prints the words: %s", text)
			}
			pen.Says("main", "{quote:1}")
			_, err = x.app.Campaign.FinaliseLetter(t.Context(), organiser, campaign.FinaliseLetter{Ref: letter.Ref, Version: letter.Version, DatedOn: civil.Of(*x.now.Load())})
			if models.CodeOf(err) != models.CodeInvalid || !strings.Contains(err.Error(), "consent") && !strings.Contains(err.Error(), "agree") && !strings.Contains(err.Error(), "took") {
				t.Errorf("making it final: %v", err)
			}
		})
	}
}

// planted is a photo that says where and with what it was taken, in words that can be looked for.
func planted(t *testing.T) []byte {
	jpg := photo(t, 400, 300)
	remark := "SERIAL-4711 GPS 54.0000N 2.0000E"
	return append([]byte{0xFF, 0xD8, 0xFF, 0xFE, 0, byte(len(remark) + 2)}, append([]byte(remark), jpg[2:]...)...)
}

// copied waits until the copy of the story's one file is made, and holds it and the original to what they may and must hold.
func (x *site) copied(t *testing.T, b *browsertest.Browser, ref string, original []byte) {
	t.Helper()
	for until := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		view, err := x.app.Casework.ReadStory(t.Context(), x.actor("caseworker@north.example", north), ref)
		if err != nil || len(view.Files) != 1 {
			t.Fatalf("files: %+v, %v", view.Files, err)
		}
		if f := view.Files[0]; f.State == models.FileReady {
			path := "/stories/" + ref + "/files/" + itoa(f.ID)
			if shared := b.Fetch(path); bytes.Contains(shared, []byte("SERIAL-4711")) || len(shared) == 0 {
				t.Errorf("the shared copy of %d bytes says with what it was taken", len(shared))
			}
			if !bytes.Equal(b.Fetch(path+"?original=1"), original) {
				t.Error("the original is not what was sent")
			}
			return
		} else if time.Now().After(until) {
			t.Fatalf("no copy within a minute: %+v", f)
		}
	}
}
