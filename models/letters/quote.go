package letters

import "commoncase/models"

// Published reports whether letters of a type are open for everybody to read.
func Published(slug string) bool { return slug == OpenLetter.Slug }

// Whom names a recipient in running text.
func Whom(r models.Recipient) string { return to(r) }
