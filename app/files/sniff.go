package files

import (
	"fmt"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"commoncase/models"
)

// sniffBytes is how much of the head of a file its type is told from.
const sniffBytes = 3072

// claims says which type an ending of a file name claims. Other endings claim nothing ("letter from Mr. Smith").
var claims = map[string]string{
	"jpg": TypeJPEG, "jpeg": TypeJPEG, "jpe": TypeJPEG, "jfif": TypeJPEG,
	"png": TypePNG, "pdf": TypePDF,
	"heic": TypeHEIC, "heif": TypeHEIC, "hif": TypeHEIC, "webp": TypeWebP, "gif": "image/gif", "tif": "image/tiff", "tiff": "image/tiff",
	"bmp": "image/bmp", "svg": "image/svg+xml", "avif": "image/avif",
	"doc": "application/msword", "docx": TypeDOCX, "docm": TypeDOCX, "odt": odt, "rtf": "text/rtf", "txt": "text/plain",
	"xls": "application/vnd.ms-excel", "xlsx": xlsx, "csv": "text/csv", "htm": "text/html", "html": "text/html",
	"eml": TypeMail, "msg": "application/vnd.ms-outlook", "zip": "application/zip", "exe": exe,
	"mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
	"mp3": TypeMP3, "m4a": TypeM4A, "aac": TypeM4A, "m4b": TypeM4A, "3gp": Type3GP, "3ga": Type3GP, "3gpp": Type3GP,
	"ogg": TypeOgg, "oga": TypeOgg, "opus": TypeOgg, "wav": TypeWAV, "amr": TypeAMR,
}

const (
	xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	odt  = "application/vnd.oasis.opendocument.text"
	exe  = "application/vnd.microsoft.portable-executable"
)

// words names types for people.
var words = map[string]string{
	TypeJPEG: "a JPEG photo", TypePNG: "a PNG picture", TypePDF: "a PDF", TypeHEIC: "an iPhone photo (HEIC)", TypeWebP: "a WebP picture",
	"image/gif": "a GIF picture", "image/tiff": "a TIFF picture", "image/bmp": "a bitmap picture",
	"image/svg+xml": "an SVG drawing", "image/avif": "an AVIF picture",
	"application/msword": "an old Word document", TypeDOCX: "a Word document", odt: "an OpenDocument text", "text/rtf": "a rich-text document",
	"text/plain": "plain text", "text/csv": "a table in plain text", "application/vnd.ms-excel": "a spreadsheet", xlsx: "a spreadsheet",
	"text/html": "a web page", "application/zip": "a zip archive", exe: "a program", "application/x-elf": "a program",
	"application/x-executable": "a program", "text/x-shellscript": "a program", "text/javascript": "a script",
	"application/vnd.ms-outlook": "an Outlook e-mail", TypeMail: "an e-mail",
	"video/mp4": "a video", "video/quicktime": "a video", "video/webm": "a video", "video/3gpp": "a video", "video/3gpp2": "a video",
	TypeMP3: "a sound recording (MP3)", TypeM4A: "a sound recording (M4A)", Type3GP: "a sound recording (3GP)", TypeOgg: "a sound recording (Ogg)",
	TypeWAV: "a sound recording (WAV)", TypeAMR: "a sound recording (AMR)", "audio/aac": "a sound recording (AAC)", "audio/flac": "a sound recording (FLAC)",
	"application/octet-stream": "a file of no kind that we know",
}

// taken is the sentence about what may be sent.
const taken = "We take photos (JPEG, PNG, WebP, HEIC), PDF, Word documents (DOCX), e-mails (EML) and sound recordings (MP3, M4A, 3GP, OGG, WAV, AMR)."

// same are the names that one type goes by.
var same = map[string]string{
	"image/heif": TypeHEIC, "image/heic-sequence": TypeHEIC, "image/heif-sequence": TypeHEIC,
	"audio/x-m4a": TypeM4A, "application/ogg": TypeOgg, "audio/x-wav": TypeWAV, "audio/mp3": TypeMP3,
}

// Sniff tells the media type of a file from its first bytes (up to 3072 of them are looked at) and holds its name to it.
// A file of a kind that is not taken in, or that is of one but whose name claims another kind, is models.CodeBadFile with a sentence that
// says what it is, what it claims to be, and how to mend it. A photo may be named as any kind of photo, and sound as any kind of
// sound: phones misname their own. The head does not tell all of a Word document or of sound in an MP4 file: see Look.
func Sniff(name string, head []byte) (string, error) {
	if len(head) == 0 {
		return "", models.Errorf(models.CodeBadFile, "%s is empty: it has no bytes in it. Open it on your own device to see whether anything is there, and send it again.", called(name))
	}
	if len(head) > sniffBytes {
		head = head[:sniffBytes]
	}
	claimed := claims[strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))]
	is := detect(head, claimed)
	accepted := models.CopyType(is) != ""
	switch {
	case accepted && (claimed == "" || claimed == is || models.IsPhoto(is) && models.IsPhoto(claimed) || models.IsSound(is) && models.IsSound(claimed)):
		return is, nil
	case accepted:
		// What is in it would do, but a name that says otherwise may be the wrong file: the sender is the one to know.
		return "", models.Errorf(models.CodeBadFile, "%s is named as %s, but what is in it is %s. If it is the right file, change the end of its name to %s and send it again.",
			called(name), word(claimed), word(is), models.FileEnding(is))
	case models.CopyType(claimed) != "" && word(claimed) != word(is):
		return "", lies(name, claimed, is)
	}
	switch is {
	case "image/gif", "image/tiff", "image/bmp", "image/avif", "image/svg+xml":
		return "", models.Errorf(models.CodeBadFile, "%s is %s, which we cannot take. Save it as a JPEG and send that: on a computer open it and choose Export or Save as, then JPEG.",
			called(name), word(is))
	case "application/msword", odt, "text/rtf", "text/plain", xlsx, "application/vnd.ms-excel", "text/csv", "application/vnd.ms-outlook", "text/html", "application/x-ole-storage":
		return "", models.Errorf(models.CodeBadFile, "%s is %s. Open it, choose Print or Save as, then PDF, and send the PDF. %s", called(name), word(is), taken)
	}
	if strings.HasPrefix(is, "video/") {
		return "", video(name)
	}
	return "", models.Errorf(models.CodeBadFile, "%s is %s. %s Send one of those.", called(name), word(is), taken)
}

func lies(name, claimed, is string) error {
	return models.Errorf(models.CodeBadFile, "%s is named as %s, but what is in it is %s. Open it on your own device, check that it is the file you meant, and send the right one. %s",
		called(name), word(claimed), word(is), taken)
}

func video(name string) error {
	return models.Errorf(models.CodeBadFile, "%s is a video, which we cannot take. Send photos of what it shows: pause it, take a picture of the screen, and send that. %s", called(name), taken)
}

// detect is the type of a head of bytes. claimed decides where the head leaves it open: a Word document is a zip archive, and sound may
// lie in a file of the kind that videos do.
func detect(head []byte, claimed string) string {
	m := mimetype.Detect(head)
	is := strings.TrimSpace(strings.SplitN(m.String(), ";", 2)[0])
	if to, ok := same[is]; ok {
		is = to
	}
	switch {
	case is == "application/zip" && claimed == TypeDOCX:
		return TypeDOCX // as far as can be seen; Look sees the rest
	case claimed == Type3GP && (is == "video/3gpp" || is == "video/3gpp2" || is == "video/mp4"):
		return Type3GP
	case claimed == TypeM4A && (is == "video/mp4" || is == "video/3gpp" || is == "video/3gpp2"):
		return TypeM4A
	case is == "video/ogg" && models.IsSound(claimed):
		return is
	case is == TypeMail || strings.HasPrefix(is, "text/") && is != "text/html":
		if mailHead(head) {
			return TypeMail
		}
		if is == TypeMail {
			return "text/plain"
		}
	}
	return is
}

// mailHead reports whether bytes begin as an e-mail does: with lines of a header, a sender among them.
func mailHead(head []byte) bool {
	known, from := 0, false
	for i, line := range strings.Split(strings.ReplaceAll(string(head), "\r\n", "\n"), "\n") {
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' || i == 0 && strings.HasPrefix(line, "From ") || i == 0 && strings.HasPrefix(line, "\ufeff") {
			continue
		}
		key, _, ok := strings.Cut(line, ":")
		if !ok || strings.ContainsAny(key, " \t<") {
			break
		}
		switch strings.ToLower(key) {
		case "from":
			from = true
			known++
		case "received", "date", "subject", "to", "message-id", "mime-version", "return-path", "delivered-to", "content-type", "x-mozilla-status", "dkim-signature":
			known++
		}
	}
	// Relays write so much above it that the sender may stand past the head that was looked at.
	return known >= 2 && (from || known >= 4)
}

func word(mediaType string) string {
	if w, ok := words[mediaType]; ok {
		return w
	}
	return mediaType
}

// called is the name of a file in a sentence, without the path that some browsers send and not longer than a line.
func called(name string) string {
	name = strings.TrimSpace(path.Base(strings.ReplaceAll(name, `\`, "/")))
	name = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, name)
	if name == "" || name == "." || name == "/" {
		return "This file"
	}
	if rs := []rune(name); len(rs) > 60 {
		name = string(rs[:40]) + "…" + string(rs[len(rs)-15:])
	}
	return "“" + name + "”"
}

func tooLarge(name string, size int64, atLeast bool, limit int64) error {
	much := megabytes(size)
	if atLeast {
		much = "more than " + much
	}
	how := "Send a smaller one."
	switch claims[strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))] {
	case TypeJPEG, TypePNG, TypeWebP, TypeHEIC:
		how = "Save the photo in a smaller size (a phone offers “medium” or “large” when you mail it to yourself) and send that."
	case TypePDF:
		how = "Save the PDF in a smaller size, or split it and send it in parts."
	case TypeMP3, TypeM4A, Type3GP, TypeOgg, TypeWAV, TypeAMR:
		how = "Cut the recording, or send the part of it that matters most."
	}
	return models.Errorf(models.CodeTooLarge, "%s is %s; the largest file we take is %s. %s", called(name), much, megabytes(limit), how)
}

// megabytes writes a size for people: 60 MB, 0.4 MB.
func megabytes(n int64) string {
	mb := float64(n) / (1 << 20)
	if mb >= 10 {
		return fmt.Sprintf("%.0f MB", mb)
	}
	return fmt.Sprintf("%.1f MB", mb)
}
