package models

// The media types of files that are taken in, as they are sniffed and stored.
const (
	TypeJPEG = "image/jpeg"
	TypePNG  = "image/png"
	TypeWebP = "image/webp"
	TypeHEIC = "image/heic" // HEIF too
	TypePDF  = "application/pdf"
	TypeDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	TypeMail = "message/rfc822"
	TypeMP3  = "audio/mpeg"
	TypeM4A  = "audio/mp4"
	Type3GP  = "audio/3gpp"
	TypeOgg  = "audio/ogg" // Vorbis and Opus
	TypeWAV  = "audio/wav"
	TypeAMR  = "audio/amr"
)

// fileKinds says of each type what its copy is, what its files end in, and how it is called.
var fileKinds = map[string]struct{ copied, ending, words string }{
	TypeJPEG: {TypeJPEG, ".jpg", "photo"},
	TypePNG:  {TypeJPEG, ".png", "photo"},
	TypeWebP: {TypeJPEG, ".webp", "photo"},
	TypeHEIC: {TypeJPEG, ".heic", "photo"},
	TypePDF:  {TypePDF, ".pdf", "PDF"},
	TypeDOCX: {TypePDF, ".docx", "Word document"},
	TypeMail: {TypePDF, ".eml", "e-mail"},
	TypeMP3:  {TypeMP3, ".mp3", "sound recording"},
	TypeM4A:  {TypeM4A, ".m4a", "sound recording"},
	Type3GP:  {Type3GP, ".3gp", "sound recording"},
	TypeOgg:  {TypeOgg, ".ogg", "sound recording"},
	TypeWAV:  {TypeWAV, ".wav", "sound recording"},
	TypeAMR:  {TypeAMR, ".amr", "sound recording"},
}

// AcceptFiles is what a page that asks for a file lets people choose from: the value of the attribute accept.
const AcceptFiles = ".jpg,.jpeg,.png,.webp,.heic,.heif,.pdf,.docx,.eml,.mp3,.m4a,.aac,.3gp,.ogg,.oga,.opus,.wav,.amr," +
	"image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf,message/rfc822,audio/mpeg,audio/mp4,audio/x-m4a,audio/ogg,audio/wav,audio/amr,audio/3gpp," + TypeDOCX

// CopyType is the media type of the copy that may be shared of a file of a type: photos become JPEG, documents and e-mails PDF, and
// sound stays what it is. It is "" for a type that is not taken in.
func CopyType(mediaType string) string { return fileKinds[mediaType].copied }

// FileEnding is what the name of a file of a type ends in, with its dot; "" for a type that is not taken in.
func FileEnding(mediaType string) string { return fileKinds[mediaType].ending }

// FileWords names a type for people, inside a sentence: "photo", "PDF", "sound recording"; "file" for a type that is not taken in.
func FileWords(mediaType string) string {
	if k, ok := fileKinds[mediaType]; ok {
		return k.words
	}
	return "file"
}

// IsSound reports whether a type that is taken in is sound.
func IsSound(mediaType string) bool { return FileWords(mediaType) == "sound recording" }

// IsPhoto reports whether a type that is taken in is a picture.
func IsPhoto(mediaType string) bool { return CopyType(mediaType) == TypeJPEG }
