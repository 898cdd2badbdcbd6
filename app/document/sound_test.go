package document_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"commoncase/app/document"
	"commoncase/models"
)

// planted is what must be in a recording as it came, and in no copy of it.
const planted = "Łukasz Żółć's phone, +51.5033-000.1195/"

func le32(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
func be32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// sync4 is a number of ID3, seven bits a byte.
func sync4(n int) []byte {
	return []byte{byte(n >> 21 & 127), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)}
}

// mp3Frames makes n frames of silence: 128 kbit/s, 44.1 kHz, 417 bytes and 1152 samples each.
func mp3Frames(n int) []byte {
	var out []byte
	for range n {
		out = append(out, append([]byte{0xFF, 0xFB, 0x90, 0x00}, make([]byte, 413)...)...)
	}
	return out
}

func mp3() []byte {
	note := append([]byte("TIT2"), append(append(be32(len(planted)+1), 0, 0, 3), planted...)...)
	// a picture in the tag that holds what looks like a frame
	note = append(note, append(append(append([]byte("APIC"), be32(500)...), 0, 0), append(mp3Frames(1), make([]byte, 83)...)...)...)
	out := append(append([]byte("ID3\x04\x00\x00"), sync4(len(note))...), note...)
	out = append(out, mp3Frames(5)...)
	out = append(out, "between "+planted...)
	out = append(out, mp3Frames(5)...)
	item := append(append(le32(len(planted)), le32(0)...), append([]byte("Artist\x00"), planted...)...)
	ape := append([]byte("APETAGEX"), append(append(le32(2000), le32(len(item)+32)...), append(le32(1), append(le32(1<<31), make([]byte, 8)...)...)...)...)
	foot := append([]byte("APETAGEX"), append(append(le32(2000), le32(len(item)+32)...), append(le32(1), append(le32(1<<31), make([]byte, 8)...)...)...)...)
	out = append(append(append(out, ape...), item...), foot...)
	id1 := append([]byte("TAG"), planted...)
	return append(out, append(id1, make([]byte, 128-len(id1))...)...)
}

func wav() []byte {
	chunk := func(kind string, body []byte) []byte {
		out := append(append([]byte(kind), le32(len(body))...), body...)
		return append(out, make([]byte, len(body)%2)...)
	}
	format := append([]byte{1, 0, 1, 0}, append(append(le32(8000), le32(16000)...), 2, 0, 16, 0)...)
	body := append([]byte("WAVE"), chunk("LIST", append([]byte("INFOIART"), append(le32(len(planted)), planted...)...))...)
	body = append(body, chunk("fmt ", format)...)
	body = append(body, chunk("bext", []byte(planted))...)
	body = append(body, chunk("data", bytes.Repeat([]byte{1, 2}, 16000))...)
	body = append(body, chunk("id3 ", []byte(planted))...)
	return append(append([]byte("RIFF"), le32(len(body))...), body...)
}

func box(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(be32(len(body)+8), kind...), body...)
}

// m4a is a recording of two seconds, its notes in all the places that phones use, and the place of its sound told from the beginning.
func m4a(handlers ...string) []byte {
	sound := bytes.Repeat([]byte("SOUND..."), 100)
	build := func(at int) []byte {
		var tracks []byte
		for _, h := range handlers {
			times := append(be32(3_800_000_000), be32(3_800_000_000)...)
			stbl := box("stbl", box("stsd", make([]byte, 8)), box("stco", make([]byte, 4), be32(1), be32(at)))
			minf := box("minf", box("smhd", make([]byte, 8)), box("dinf", box("dref", make([]byte, 4), be32(1), box("url ", []byte{0, 0, 0, 1}))), stbl)
			hdlr := box("hdlr", make([]byte, 8), []byte(h), make([]byte, 12), []byte(planted), []byte{0})
			mdia := box("mdia", box("mdhd", make([]byte, 4), times, be32(1000), be32(2000), make([]byte, 4)), hdlr, minf)
			tracks = append(tracks, box("trak", box("tkhd", make([]byte, 4), times, make([]byte, 72)), mdia, box("udta", box("\xa9nam", []byte(planted))))...)
		}
		moov := box("moov", box("mvhd", make([]byte, 4), be32(3_800_000_000), be32(3_800_000_000), make([]byte, 88)), tracks,
			box("udta", box("\xa9xyz", []byte("\x00\x16\x15\xc7"+planted)), box("meta", make([]byte, 4), []byte(planted))), box("uuid", []byte("0123456789abcdef"+planted)))
		return bytes.Join([][]byte{box("ftyp", []byte("M4A \x00\x00\x00\x00M4A ")), moov, box("free", []byte(planted)), box("mdat", sound)}, nil)
	}
	at := bytes.Index(build(0), []byte("SOUND..."))
	return build(at)
}

// oggPage is a page of a stream, its check sum worked out apart from the program.
func oggPage(kind byte, granule uint64, seq int, lacing []byte, body []byte) []byte {
	p := append([]byte("OggS\x00"), kind)
	p = binary.LittleEndian.AppendUint64(p, granule)
	p = append(append(append(p, le32(77)...), le32(seq)...), 0, 0, 0, 0, byte(len(lacing)))
	p = append(append(p, lacing...), body...)
	var sum uint32
	for _, b := range p {
		sum ^= uint32(b) << 24
		for range 8 {
			if sum&(1<<31) != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
	}
	binary.LittleEndian.PutUint32(p[22:], sum)
	return p
}

// opus is a recording of three seconds whose remarks run over two pages.
func opus() []byte {
	head := append([]byte("OpusHead\x01\x01"), append(append([]byte{0x38, 1}, le32(48000)...), 0, 0, 0)...)
	remark := "ARTIST=" + planted + strings.Repeat("x", 600)
	tags := append(append([]byte("OpusTags"), append(le32(6), "Phone7"...)...), append(le32(1), append(le32(len(remark)), remark...)...)...)
	return bytes.Join([][]byte{
		oggPage(2, 0, 0, []byte{19}, head),
		oggPage(0, 1<<64-1, 1, []byte{255, 255}, tags[:510]),
		oggPage(1, 0, 2, []byte{byte(len(tags) - 510)}, tags[510:]),
		oggPage(4, 3*48000+312, 3, []byte{4}, []byte{0xFC, 1, 2, 3}),
	}, nil)
}

func vorbis() []byte {
	head := append([]byte("\x01vorbis"), append(append(append(append(le32(0), 1), le32(44100)...), make([]byte, 12)...), 0xB8, 1)...)
	remark := "LOCATION=" + planted
	tags := append(append([]byte("\x03vorbis"), append(le32(6), "Phone7"...)...), append(append(le32(1), append(le32(len(remark)), remark...)...), 1)...)
	setup := []byte("\x05vorbis setup")
	return bytes.Join([][]byte{oggPage(2, 0, 0, []byte{30}, head), oggPage(0, 0, 1, []byte{byte(len(tags)), byte(len(setup))}, append(tags, setup...)),
		oggPage(4, 2*44100, 2, []byte{3}, []byte{1, 2, 3})}, nil)
}

func amr() []byte {
	return append(append([]byte("#!AMR\n"), bytes.Repeat(append([]byte{0x3C}, make([]byte, 31)...), 50)...), planted...)
}

func TestSafeSoundKeepsTheSoundAndNothingElse(t *testing.T) {
	for name, tc := range map[string]struct {
		data   []byte
		kind   string
		length time.Duration
		sound  []byte // what must be in the copy as it was
		same   bool   // nothing moves: the copy is as long as what came
	}{
		"mp3":  {mp3(), models.TypeMP3, 10 * (1152 * time.Second / 44100), mp3Frames(10), false},
		"wav":  {wav(), models.TypeWAV, 2 * time.Second, bytes.Repeat([]byte{1, 2}, 16000), false},
		"m4a":  {m4a("soun"), models.TypeM4A, 2 * time.Second, bytes.Repeat([]byte("SOUND..."), 100), true},
		"3gp":  {m4a("soun"), models.Type3GP, 2 * time.Second, bytes.Repeat([]byte("SOUND..."), 100), true},
		"opus": {opus(), models.TypeOgg, 3 * time.Second, []byte{0xFC, 1, 2, 3}, true},
		"ogg":  {vorbis(), models.TypeOgg, 2 * time.Second, []byte("\x05vorbis setup"), true},
	} {
		in := bytes.Clone(tc.data)
		if !bytes.Contains(in, []byte(planted)) {
			t.Fatalf("%s: the test says nothing", name)
		}
		out, length, err := document.SafeSound(bytes.NewReader(in), tc.kind)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(in, tc.data) {
			t.Errorf("%s: what came was changed", name)
		}
		for _, s := range []string{planted, "Łukasz", "51.5033", "Phone7", "ID3", "APETAGEX", "udta", "uuid", "LIST"} {
			if bytes.Contains(out, []byte(s)) {
				t.Errorf("%s: the copy says %q", name, s)
			}
		}
		if !bytes.Contains(out, tc.sound) {
			t.Errorf("%s: the sound is not as it was", name)
		}
		if d := length - tc.length; d < -time.Millisecond || d > time.Millisecond {
			t.Errorf("%s plays %v, want %v", name, length, tc.length)
		}
		if tc.same && len(out) != len(in) {
			t.Errorf("%s: %d bytes, want %d", name, len(out), len(in))
		}
		again, _, err := document.SafeSound(bytes.NewReader(out), tc.kind)
		if err != nil || !bytes.Equal(out, again) {
			t.Errorf("%s: the copy of the copy is another, or none: %v", name, err)
		}
	}
}

// Where the sound lies in the file of a phone is told from its beginning: it still lies there.
func TestSafeSoundMovesNothingInM4A(t *testing.T) {
	in := m4a("soun")
	out, _, err := document.SafeSound(bytes.NewReader(in), models.TypeM4A)
	if err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(out, []byte("stco"))
	if at := binary.BigEndian.Uint32(out[i+12:]); string(out[at:at+8]) != "SOUND..." {
		t.Errorf("at %d is %q", at, out[at:at+8])
	}
	if bytes.Contains(out, be32(3_800_000_000)) {
		t.Error("the copy says when it was recorded")
	}
}

// The check sums of the pages are those that a player works out.
func TestSafeSoundMendsCheckSums(t *testing.T) {
	for _, in := range [][]byte{opus(), vorbis()} {
		out, _, err := document.SafeSound(bytes.NewReader(in), models.TypeOgg)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i := 0; i < len(out); n++ {
			segments := int(out[i+26])
			size := 27 + segments
			for _, l := range out[i+27 : i+27+segments] {
				size += int(l)
			}
			page := out[i : i+size]
			want := oggPage(page[5], binary.LittleEndian.Uint64(page[6:]), int(binary.LittleEndian.Uint32(page[18:])), page[27:27+segments], page[27+segments:])
			if !bytes.Equal(page, want) {
				t.Errorf("page %d: its check sum is wrong", n)
			}
			i += size
		}
		if n < 3 {
			t.Errorf("%d pages", n)
		}
	}
}

func TestSafeSoundOfAMREndsWithTheSound(t *testing.T) {
	out, length, err := document.SafeSound(bytes.NewReader(amr()), models.TypeAMR)
	if err != nil || length != time.Second || len(out) != 6+50*32 {
		t.Fatalf("%d bytes, %v, %v", len(out), length, err)
	}
}

func TestSafeSoundRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		data []byte
		kind string
	}{
		"nothing": {nil, models.TypeMP3}, "no sound": {bytes.Repeat([]byte("hello"), 100), models.TypeMP3}, "only a tag": {mp3()[:600], models.TypeMP3},
		"a picture in it": {m4a("soun", "vide"), models.TypeM4A}, "places in it": {m4a("soun", "meta"), models.TypeM4A}, "no track": {m4a(), models.TypeM4A},
		"cut off": {m4a("soun")[:300], models.TypeM4A}, "half an ogg": {opus()[:100], models.TypeOgg}, "a picture as ogg": {oggPage(2, 0, 0, []byte{7}, []byte("\x80theora")), models.TypeOgg},
		"wav without sound": {wav()[:60], models.TypeWAV}, "amr of nothing": {[]byte("#!AMR\n"), models.TypeAMR}, "a photo": {photo(t, 20, 10, 1), "image/jpeg"},
	} {
		if out, _, err := document.SafeSound(bytes.NewReader(tc.data), tc.kind); models.CodeOf(err) != models.CodeBadFile || out != nil {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

func FuzzSafeSound(f *testing.F) {
	kinds := []string{models.TypeMP3, models.TypeWAV, models.TypeM4A, models.TypeOgg, models.TypeAMR}
	for i, data := range [][]byte{mp3(), wav(), m4a("soun"), opus(), amr(), vorbis()} {
		f.Add(data, byte(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, kind byte) {
		mediaType := kinds[int(kind)%len(kinds)]
		out, length, err := document.SafeSound(bytes.NewReader(data), mediaType)
		if (err == nil) != (len(out) > 0) || err != nil && models.CodeOf(err) != models.CodeBadFile || length < 0 || len(out) > len(data)+60 {
			t.Fatalf("%d bytes, %v, %v", len(out), length, err)
		}
	})
}
