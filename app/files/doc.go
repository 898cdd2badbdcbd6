// Package files keeps bytes under their SHA-256. What is uploaded is measured, sniffed by its content and stored under its
// hash, never under the name or type that the sender claims. It may import models and models/* of ours.
package files

import "commoncase/models"

// The media types that are taken in, as sniffed.
const (
	TypeJPEG = models.TypeJPEG
	TypePNG  = models.TypePNG
	TypeWebP = models.TypeWebP
	TypeHEIC = models.TypeHEIC
	TypePDF  = models.TypePDF
	TypeDOCX = models.TypeDOCX
	TypeMail = models.TypeMail
	TypeMP3  = models.TypeMP3
	TypeM4A  = models.TypeM4A
	Type3GP  = models.Type3GP
	TypeOgg  = models.TypeOgg
	TypeWAV  = models.TypeWAV
	TypeAMR  = models.TypeAMR
)

// MaxSize is the largest file that is taken in, in bytes.
const MaxSize = 25 << 20

// Kept says what is stored of one upload.
type Kept struct {
	Hash      string // SHA-256 of the bytes, hex
	Size      int64  // bytes
	MediaType string // as sniffed
}
