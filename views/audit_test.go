package views

import (
	"testing"

	"commoncase/models"
)

func TestTheAuditSpeaksAsTheOtherPagesDo(t *testing.T) {
	for _, x := range []struct{ action, detail, what, more string }{
		{"event.logged", string(models.KindContactAttempt), "Event added", "Contact attempt"},
		{"event.corrected", string(models.KindRetracted), "Event corrected or taken back", models.KindRetracted.Label()},
		{"case.opened", "heating", "Case opened", "Heating and hot water"},
		{"letter." + string(models.LetterHolding), "4 August 2023", "Holding reply to a letter", "4 August 2023"},
		{"case.assigned", "", "Case assigned", ""},
		{"something.newer", "detail", "something.newer", "detail"},
	} {
		if what, more := auditAction(x.action), auditDetail(AuditRow{Action: x.action, Detail: x.detail}); what != x.what || more != x.more {
			t.Errorf("%s %s reads %q, %q", x.action, x.detail, what, more)
		}
	}
	for _, kind := range models.LetterEventKinds {
		if auditAction("letter."+string(kind)) == "letter."+string(kind) {
			t.Errorf("no words for a letter that is %s", kind)
		}
	}
}
