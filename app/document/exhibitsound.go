package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"commoncase/models"
)

// soundFacts are what a bundle says of a recording, which cannot be printed.
type soundFacts struct {
	bytes  int
	length time.Duration // 0 where it is not known
	hash   string        // SHA-256 of the shared copy, hex
}

func measureSound(ex Exhibit, data []byte) (measured, error) {
	_, length, err := SafeSound(bytes.NewReader(data), ex.MediaType)
	if err != nil {
		return measured{}, exhibitError(ex, err)
	}
	sum := sha256.Sum256(data)
	return measured{sound: &soundFacts{bytes: len(data), length: length, hash: hex.EncodeToString(sum[:])}}, nil
}

// set writes the page that names a recording.
func (f *soundFacts) set(s *sheet, ex Exhibit, x0, x1, top float64) {
	left, right := s.left, s.right
	s.left, s.right, s.y = x0, x1, top+4
	s.paragraph([]span{{text: ex.Title, style: "B", size: 15}}, 2)
	s.paragraph([]span{{text: "This exhibit is a sound recording. It goes along with this bundle as a file of its own."}}, 3)
	var rows [][]cell
	add := func(name string, value span) {
		rows = append(rows, []cell{{{{text: name, grey: ink}}}, {{value}}})
	}
	add("Kind", span{text: models.FileWords(ex.MediaType) + ", " + models.FileEnding(ex.MediaType)})
	if f.length > 0 {
		add("Length", span{text: lengthWords(f.length)})
	}
	add("Size", span{text: fmt.Sprintf("%s (%d bytes)", bytesWords(f.bytes), f.bytes)})
	add("SHA-256", span{text: f.hash, family: mono, size: 8})
	if ex.Caption != "" {
		add("What it is", span{text: ex.Caption})
	}
	s.table([]column{{share: 18}, {share: 82}}, rows, 10)
	s.y += 3
	s.paragraph([]span{{text: "The SHA-256 hash says whether a file is this recording: two files with the same hash are the same, byte for byte.", size: 8.5, grey: ink}}, 0)
	s.left, s.right = left, right
}

// lengthWords writes how long a recording plays: 1 hour 2 minutes 3 seconds.
func lengthWords(d time.Duration) string {
	d = max(d.Round(time.Second), time.Second)
	out := ""
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		n := d / u.unit
		d %= u.unit
		if n == 0 {
			continue
		}
		if out != "" {
			out += " "
		}
		out += fmt.Sprintf("%d %s", n, u.name)
		if n > 1 {
			out += "s"
		}
	}
	return out
}
