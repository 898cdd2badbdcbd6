package document

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"time"

	"commoncase/models"
)

// SafeSound makes the copy of a sound recording that may be shared: the same sound, as it was recorded, without what the recorder or a
// program wrote beside it (place, time, names, pictures). It returns how long it plays too, 0 where the file does not say.
// mediaType is models.TypeMP3, TypeM4A, Type3GP, TypeOgg, TypeWAV or TypeAMR. A file that cannot be read, or that has more than sound in
// it, is models.CodeBadFile with a sentence.
func SafeSound(r io.Reader, mediaType string) (safe []byte, length time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil { // a crafted file must not stop the program
			safe, length, err = nil, 0, brokenSound()
		}
	}()
	data, err := readAll(r)
	if err != nil {
		return nil, 0, err
	}
	switch mediaType {
	case models.TypeMP3:
		return plainMP3(data)
	case models.TypeWAV:
		return plainWAV(data)
	case models.TypeM4A, models.Type3GP:
		return plainMP4(data)
	case models.TypeOgg:
		return plainOgg(data)
	case models.TypeAMR:
		return plainAMR(data)
	}
	return nil, 0, brokenSound()
}

func brokenSound() error {
	return models.Errorf(models.CodeBadFile,
		"This recording cannot be opened: it is damaged, was cut off on the way, or is of a kind that we do not know. Play it on your own device; if it plays there, save it as an MP3 and send that.")
}

// played is a length of n steps, rate of them a second.
func played(n, rate uint64) time.Duration {
	if rate == 0 || n > 1<<40 {
		return 0
	}
	return time.Duration(n/rate)*time.Second + time.Duration(n%rate)*time.Second/time.Duration(rate) //nolint:gosec // bounded above
}

// plainMP3 keeps the frames of sound and nothing that stands before, between or after them: ID3, APE, lyrics.
func plainMP3(data []byte) ([]byte, time.Duration, error) {
	for len(data) >= 10 && string(data[:3]) == "ID3" { // its pictures may hold bytes that look like sound
		n := 10 + int(data[6]&0x7F)<<21 + int(data[7]&0x7F)<<14 + int(data[8]&0x7F)<<7 + int(data[9]&0x7F)
		if data[5]&0x10 != 0 {
			n += 10
		}
		data = data[min(n, len(data)):]
	}
	for cut := true; cut; {
		cut = false
		if n := len(data); n >= 128 && string(data[n-128:n-125]) == "TAG" {
			data, cut = data[:n-128], true
		}
		if n := len(data); n >= 32 && string(data[n-32:n-24]) == "APETAGEX" {
			size := int(binary.LittleEndian.Uint32(data[n-20:]))
			if binary.LittleEndian.Uint32(data[n-12:])&(1<<31) != 0 {
				size += 32
			}
			data, cut = data[:n-min(max(size, 32), n)], true
		}
		if n := len(data); n >= 15 && string(data[n-9:]) == "LYRICS200" {
			begin := bytes.LastIndex(data, []byte("LYRICSBEGIN"))
			data, cut = data[:max(begin, 0)], begin >= 0
		}
	}
	out := make([]byte, 0, len(data))
	var length time.Duration
	var kind [2]byte // of the frames: those of one file are alike
	found := false
	for i := 0; i+4 <= len(data); {
		n, samples, rate := mp3Frame(data[i:])
		like := n > 0 && (!found || data[i+1]&0xFE == kind[0] && data[i+2]&0x0C == kind[1])
		if like && !found && i+n+4 <= len(data) { // the first must have a second after it
			next, _, _ := mp3Frame(data[i+n:])
			like = next > 0 && data[i+n+1]&0xFE == data[i+1]&0xFE && data[i+n+2]&0x0C == data[i+2]&0x0C
		}
		if !like || i+n > len(data) {
			i++
			continue
		}
		kind, found = [2]byte{data[i+1] & 0xFE, data[i+2] & 0x0C}, true
		out = append(out, data[i:i+n]...)
		length += played(uint64(samples), uint64(rate)) //nolint:gosec // both from tables
		i += n
	}
	if !found {
		return nil, 0, brokenSound()
	}
	return out, length, nil
}

var (
	mp3Rates = [4][3]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}} // by version: 2.5, none, 2, 1
	mp3Bits1 = [4][15]int{{}, {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384}, {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448}}
	mp3Bits2 = [4][15]int{{}, {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}, {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256}}
)

// mp3Frame reads the head of a frame of MPEG sound: its bytes, samples and rate; 0 where none begins here.
func mp3Frame(b []byte) (n, samples, rate int) {
	if len(b) < 4 || b[0] != 0xFF || b[1]&0xE0 != 0xE0 {
		return 0, 0, 0
	}
	version, layer, bits, hz, pad := b[1]>>3&3, b[1]>>1&3, b[2]>>4, b[2]>>2&3, int(b[2]>>1&1)
	if version == 1 || layer == 0 || bits == 0 || bits == 15 || hz == 3 {
		return 0, 0, 0
	}
	rate = mp3Rates[version][hz]
	kbit := mp3Bits2[layer][bits]
	if version == 3 {
		kbit = mp3Bits1[layer][bits]
	}
	switch {
	case layer == 3:
		return (12*kbit*1000/rate + pad) * 4, 384, rate
	case layer == 1 && version != 3:
		samples = 576
	default:
		samples = 1152
	}
	return samples/8*kbit*1000/rate + pad, samples, rate
}

// plainWAV keeps the format and the sound.
func plainWAV(data []byte) ([]byte, time.Duration, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return nil, 0, brokenSound()
	}
	out := append(make([]byte, 0, len(data)), "RIFF\x00\x00\x00\x00WAVE"...)
	var perSecond uint64
	for i := 12; i+8 <= len(data); {
		kind, size := string(data[i:i+4]), int(binary.LittleEndian.Uint32(data[i+4:]))
		body := data[i+8:]
		size = min(size, len(body)) // a recorder that died leaves the length unsaid
		switch {
		case kind == "fmt " && size >= 16 && perSecond == 0:
			perSecond = uint64(binary.LittleEndian.Uint32(body[8:]))
			size := min(size, 40)
			out = append(binary.LittleEndian.AppendUint32(append(out, "fmt "...), uint32(size)), body[:size]...) //nolint:gosec // at most 40
			if size%2 == 1 {
				out = append(out, 0)
			}
		case kind == "data" && perSecond != 0 && size > 0:
			out = append(binary.LittleEndian.AppendUint32(append(out, "data"...), uint32(size)), body[:size]...) //nolint:gosec // at most maxUpload
			if size%2 == 1 {
				out = append(out, 0)
			}
			binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) //nolint:gosec // at most maxUpload
			return out, played(uint64(size), perSecond), nil           //nolint:gosec // not below zero
		}
		i += 8 + size + size%2
	}
	return nil, 0, brokenSound()
}

// What stays of an MP4 file, by the box that it stands in. Everything else becomes empty room of the same size, so that nothing that
// names a place in the file has to move.
var mp4Stay = map[string][]string{
	"":     {"ftyp", "moov", "mdat", "moof", "mfra", "sidx", "styp"},
	"moov": {"mvhd", "trak", "mvex", "iods"},
	"trak": {"tkhd", "edts", "mdia", "tref"},
	"edts": {"elst"},
	"mdia": {"mdhd", "hdlr", "minf"},
	"minf": {"smhd", "nmhd", "dinf", "stbl"},
	"dinf": {"dref"},
	"stbl": {"stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "ctts", "stss", "sgpd", "sbgp"},
	"mvex": {"mehd", "trex"},
	"moof": {"mfhd", "traf"},
	"traf": {"tfhd", "trun", "tfdt", "sgpd", "sbgp"},
	"mfra": {"tfra", "mfro"},
}

// plainMP4 empties every box that is not the sound or the way to it, and the days on which it was made. A file with a track of anything
// else (pictures, places, words) is refused: its samples lie among those of the sound.
func plainMP4(data []byte) ([]byte, time.Duration, error) {
	m := mp4{data: slices.Clone(data)}
	if !m.walk("", 0, len(data), 0) || !m.sound || m.other {
		return nil, 0, brokenSound()
	}
	return m.data, m.length, nil
}

type mp4 struct {
	data         []byte
	sound, other bool // which tracks there are
	length       time.Duration
}

// walk empties what is not to stay between two places of the file, and reports whether it could be read.
func (m *mp4) walk(parent string, at, end, depth int) bool {
	if depth > 8 {
		return false
	}
	for at+8 <= end {
		size, head := uint64(binary.BigEndian.Uint32(m.data[at:])), 8
		switch {
		case size == 0 && parent == "": // the last: as far as the file goes
			size = uint64(end - at) //nolint:gosec // not below zero
		case size == 1 && at+16 <= end:
			size, head = binary.BigEndian.Uint64(m.data[at+8:]), 16
		}
		if size < uint64(head) || size > uint64(end-at) { //nolint:gosec // neither is below zero
			return false
		}
		kind, next := string(m.data[at+4:at+8]), at+int(size) //nolint:gosec // within the file
		body := m.data[at+head : next]
		_, holds := mp4Stay[kind]
		switch {
		case !slices.Contains(mp4Stay[parent], kind):
			copy(m.data[at+4:], "free")
			clear(body)
		case holds:
			if !m.walk(kind, at+head, next, depth+1) {
				return false
			}
		case kind == "mvhd" || kind == "tkhd" || kind == "mdhd":
			wide := 4 // bytes of each of the two times
			if len(body) > 0 && body[0] == 1 {
				wide = 8
			}
			if len(body) < 12+3*wide {
				return false
			}
			clear(body[4 : 4+2*wide])
			if kind == "mdhd" {
				rate, n := uint64(binary.BigEndian.Uint32(body[4+2*wide:])), uint64(binary.BigEndian.Uint32(body[8+2*wide:]))
				if wide == 8 {
					n = binary.BigEndian.Uint64(body[8+2*wide:])
				}
				m.length = max(m.length, played(n, rate))
			}
		case kind == "hdlr":
			if len(body) < 24 {
				return false
			}
			sound := string(body[8:12]) == "soun"
			m.sound, m.other = m.sound || sound, m.other || !sound
			clear(body[24:]) // the name of what made it
		case kind == "dref" && len(body) > 20: // the sound lies in this file: no names of others
			clear(body[20:])
		}
		at = next
	}
	clear(m.data[at:end])
	return true
}

// plainOgg keeps the pages of Vorbis or Opus, with the packet of remarks blank: as long as it was, so that nothing moves, and with the
// check sums of its pages mended.
func plainOgg(data []byte) ([]byte, time.Duration, error) {
	type stream struct {
		opus    bool
		rate    uint64
		packets int      // that are complete
		remarks [][2]int // the places of the second packet
		first   int      // samples to be left out at the beginning
		granule uint64   // the last
	}
	out := make([]byte, 0, len(data))
	var all []*stream
	open := map[uint32]*stream{}
	var pages [][2]int
	for i := 0; i+27 <= len(data); {
		if string(data[i:i+4]) != "OggS" {
			i++ // what stands between pages is left out
			continue
		}
		segments := int(data[i+26])
		if i+27+segments > len(data) {
			break
		}
		lacing := data[i+27 : i+27+segments]
		size := 27 + segments
		for _, l := range lacing {
			size += int(l)
		}
		if i+size > len(data) {
			break
		}
		at := len(out)
		out = append(out, data[i:i+size]...)
		pages = append(pages, [2]int{at, at + size})
		serial := binary.LittleEndian.Uint32(data[i+14:])
		body := data[i+27+segments : i+size]
		if data[i+5]&2 != 0 { // begins a stream
			st := &stream{}
			switch {
			case len(body) >= 19 && string(body[:8]) == "OpusHead":
				st.opus, st.rate, st.first = true, 48000, int(binary.LittleEndian.Uint16(body[10:]))
			case len(body) >= 30 && string(body[:7]) == "\x01vorbis":
				st.rate = uint64(binary.LittleEndian.Uint32(body[12:]))
			default:
				return nil, 0, brokenSound()
			}
			open[serial], all = st, append(all, st)
		}
		st := open[serial]
		if st == nil {
			return nil, 0, brokenSound()
		}
		if g := binary.LittleEndian.Uint64(data[i+6:]); g != 1<<64-1 {
			st.granule = g
		}
		place := at + 27 + segments
		for _, l := range lacing {
			if st.packets == 1 {
				st.remarks = append(st.remarks, [2]int{place, place + int(l)})
			}
			place += int(l)
			if l < 255 {
				st.packets++
			}
		}
		i += size
	}
	if len(all) == 0 {
		return nil, 0, brokenSound()
	}
	var length time.Duration
	for _, st := range all {
		if st.packets < 2 || !blankRemarks(out, st.remarks, st.opus) {
			return nil, 0, brokenSound()
		}
		if first := uint64(st.first); st.granule > first { //nolint:gosec // 16 bits
			length += played(st.granule-first, st.rate)
		}
	}
	for _, p := range pages {
		page := out[p[0]:p[1]]
		clear(page[22:26])
		binary.LittleEndian.PutUint32(page[22:], oggSum(page))
	}
	return out, length, nil
}

// blankRemarks writes a packet of remarks without any into the places of one: all of it is the name of the program, in spaces.
func blankRemarks(out []byte, places [][2]int, opus bool) bool {
	var packet []byte
	for _, p := range places {
		packet = append(packet, out[p[0]:p[1]]...)
	}
	mark, rest := "\x03vorbis", 9 // the bytes after the name: how many remarks, and the bit that ends them
	if opus {
		mark, rest = "OpusTags", 8
	}
	if len(packet) < len(mark)+rest || string(packet[:len(mark)]) != mark {
		return false
	}
	name := packet[len(mark)+4 : len(packet)-rest+4]
	binary.LittleEndian.PutUint32(packet[len(mark):], uint32(len(name))) //nolint:gosec // at most maxUpload
	for i := range name {
		name[i] = ' '
	}
	clear(packet[len(mark)+4+len(name):])
	if !opus {
		packet[len(packet)-1] = 1
	}
	for _, p := range places {
		packet = packet[copy(out[p[0]:p[1]], packet):]
	}
	return true
}

var oggTable = func() (t [256]uint32) {
	for i := range t {
		r := uint32(i) << 24 //nolint:gosec // 8 bits
		for range 8 {
			top := r >> 31
			r <<= 1
			if top == 1 {
				r ^= 0x04c11db7
			}
		}
		t[i] = r
	}
	return t
}()

// oggSum is the check sum of a page whose own is zero.
func oggSum(page []byte) uint32 {
	var sum uint32
	for _, b := range page {
		sum = sum<<8 ^ oggTable[byte(sum>>24)^b]
	}
	return sum
}

// Bytes of the frames of AMR after their first, by kind; -1 where there is no such kind.
var (
	amrNarrow = [16]int{12, 13, 15, 17, 19, 20, 26, 31, 5, -1, -1, -1, -1, -1, -1, 0}
	amrWide   = [16]int{17, 23, 32, 36, 40, 46, 50, 58, 60, 5, -1, -1, -1, -1, 0, 0}
)

// plainAMR keeps the frames, 20 milliseconds each, up to the first that is none: there is no room for remarks among them.
func plainAMR(data []byte) ([]byte, time.Duration, error) {
	head, sizes := "#!AMR\n", amrNarrow
	if bytes.HasPrefix(data, []byte("#!AMR-WB\n")) {
		head, sizes = "#!AMR-WB\n", amrWide
	}
	if !bytes.HasPrefix(data, []byte(head)) {
		return nil, 0, brokenSound()
	}
	i, frames := len(head), 0
	for i < len(data) {
		n := sizes[data[i]>>3&15]
		if n < 0 || data[i]&0x83 != 0 || i+1+n > len(data) {
			break
		}
		i += 1 + n
		frames++
	}
	if frames == 0 {
		return nil, 0, brokenSound()
	}
	return data[:i:i], time.Duration(frames) * 20 * time.Millisecond, nil
}
