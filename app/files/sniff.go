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
	"heic": "image/heic", "heif": "image/heif", "webp": "image/webp", "gif": "image/gif", "tif": "image/tiff", "tiff": "image/tiff",
	"bmp": "image/bmp", "svg": "image/svg+xml", "avif": "image/avif",
	"doc": "application/msword", "docx": docx, "odt": odt, "rtf": "text/rtf", "txt": "text/plain",
	"xls": "application/vnd.ms-excel", "xlsx": xlsx, "csv": "text/csv", "htm": "text/html", "html": "text/html",
	"eml": "message/rfc822", "msg": "application/vnd.ms-outlook", "zip": "application/zip", "exe": exe,
	"mp4": "video/mp4", "mov": "video/quicktime", "mp3": "audio/mpeg", "m4a": "audio/x-m4a",
}

const (
	docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	odt  = "application/vnd.oasis.opendocument.text"
	exe  = "application/vnd.microsoft.portable-executable"
)

// words names types for people.
var words = map[string]string{
	TypeJPEG: "a JPEG photo", TypePNG: "a PNG picture", TypePDF: "a PDF",
	"image/heic": "an iPhone photo (HEIC)", "image/heif": "an iPhone photo (HEIF)", "image/heic-sequence": "an iPhone photo (HEIC)",
	"image/webp": "a WebP picture", "image/gif": "a GIF picture", "image/tiff": "a TIFF picture", "image/bmp": "a bitmap picture",
	"image/svg+xml": "an SVG drawing", "image/avif": "an AVIF picture",
	"application/msword": "a Word document", docx: "a Word document", odt: "an OpenDocument text", "text/rtf": "a rich-text document",
	"text/plain": "plain text", "text/csv": "a table in plain text", "application/vnd.ms-excel": "a spreadsheet", xlsx: "a spreadsheet",
	"text/html": "a web page", "application/zip": "a zip archive", exe: "a program", "application/x-elf": "a program",
	"application/x-executable": "a program", "text/x-shellscript": "a program", "text/javascript": "a script",
	"application/vnd.ms-outlook": "an Outlook e-mail", "message/rfc822": "an e-mail",
	"video/mp4": "a video", "video/quicktime": "a video", "audio/mpeg": "a sound recording", "audio/x-m4a": "a sound recording",
	"application/octet-stream": "a file of no kind that we know",
}

// taken is the sentence about what may be sent.
const taken = "We take photos (JPEG, PNG) and PDF."

// Sniff tells the media type of a file from its first bytes (up to 3072 of them are looked at) and holds its name to it.
// A file that is no JPEG, PNG or PDF, or that is one but whose name claims another kind, is models.CodeBadFile with a sentence that
// says what it is, what it claims to be, and how to mend it.
func Sniff(name string, head []byte) (string, error) {
	if len(head) == 0 {
		return "", models.Errorf(models.CodeBadFile, "%s is empty: it has no bytes in it. Open it on your own device to see whether anything is there, and send it again.", called(name))
	}
	if len(head) > sniffBytes {
		head = head[:sniffBytes]
	}
	m := mimetype.Detect(head)
	is := strings.TrimSpace(strings.SplitN(m.String(), ";", 2)[0])
	claimed := claims[strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))]
	accepted := is == TypeJPEG || is == TypePNG || is == TypePDF
	switch {
	case accepted && (claimed == "" || claimed == is):
		return is, nil
	case accepted:
		// What is in it would do, but a name that says otherwise may be the wrong file: the sender is the one to know.
		return "", models.Errorf(models.CodeBadFile, "%s is named as %s, but what is in it is %s. If it is the right file, change the end of its name to .%s and send it again.",
			called(name), word(claimed), word(is), ending(is))
	case claimed == TypeJPEG || claimed == TypePNG || claimed == TypePDF:
		if m.Is("image/heic") || m.Is("image/heif") || m.Is("image/webp") {
			break // a phone that misnames its own photos: say how to save them
		}
		return "", models.Errorf(models.CodeBadFile, "%s is named as %s, but what is in it is %s. Open it on your own device, check that it is the file you meant, and send the right one. %s",
			called(name), word(claimed), word(is), taken)
	}
	switch is {
	case "image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence", "image/webp", "image/gif", "image/tiff", "image/bmp", "image/avif", "image/svg+xml":
		return "", models.Errorf(models.CodeBadFile, "%s is %s, which we cannot take yet. Save it as a JPEG and send that: on an iPhone share it as “Most Compatible”, on a computer open it and choose Export or Save as, then JPEG.",
			called(name), word(is))
	case "application/msword", docx, odt, "text/rtf", "text/plain", xlsx, "application/vnd.ms-excel", "text/csv", "message/rfc822", "application/vnd.ms-outlook", "text/html", "application/x-ole-storage":
		return "", models.Errorf(models.CodeBadFile, "%s is %s. Open it, choose Print or Save as, then PDF, and send the PDF. %s", called(name), word(is), taken)
	}
	return "", models.Errorf(models.CodeBadFile, "%s is %s. %s Send one of those.", called(name), word(is), taken)
}

func word(mediaType string) string {
	if w, ok := words[mediaType]; ok {
		return w
	}
	return mediaType
}

func ending(mediaType string) string {
	switch mediaType {
	case TypeJPEG:
		return "jpg"
	case TypePNG:
		return "png"
	}
	return "pdf"
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
	case TypeJPEG, TypePNG:
		how = "Save the photo in a smaller size (a phone offers “medium” or “large” when you mail it to yourself) and send that."
	case TypePDF:
		how = "Save the PDF in a smaller size, or split it and send it in parts."
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
