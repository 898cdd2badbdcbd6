package views

import (
	"strings"

	"commoncase/models"
)

// auditWords say in plain words what a row of the audit is about. The stored names stay as they are: they are part of the record.
var auditWords = map[string]string{
	"branch.settings": "Branch settings changed", "bundle.made": "Referral bundle made",
	"canvass.recorded": "Round from door to door recorded", "canvass.corrected": "Round from door to door corrected",
	"homes.imported": "List of homes imported", "homes.dropped": "List of homes deleted", "intake.settings": "Story form's settings changed",
	"papers.made":   "Paper forms made",
	"case.assigned": "Case assigned", "case.details": "Case details changed", "case.opened": "Case opened", "case.resident": "Resident's details changed",
	"case_letter.changed": "Letter of a case changed", "case_letter.drafted": "Letter of a case drafted", "case_letter.dropped": "Draft letter of a case dropped",
	"case_letter.sent": "Letter of a case sent",
	"demand.added":     "Demand added", "demand.outcome": "Outcome of a demand recorded", "holiday.added": "Bank holiday added for every branch",
	"feed.made": "Calendar address made", "feed.revoked": "Calendar address taken back",
	"event.corrected": "Event corrected or taken back", "event.logged": "Event added", "file.added": "File added",
	"finding.added": "Finding added", "impact_report.added": "Resident's report added", "incident.added": "Incident added", "statement.added": "Statement added",
	"letter.changed": "Draft letter changed", "letter.drafted": "Letter drafted", "letter.finalised": "Letter made final", "letter.recorded": "Earlier letter recorded",
	"letter.sent": "Letter sent", "letter.acknowledged": "Letter acknowledged", "letter.holding_reply": "Holding reply to a letter", "letter.answered": "Letter answered",
	"letter.refused": "Letter refused", "letter.chased": "Reminder of a letter written",
	"password.reset": "New password set", "recipient.added": "Recipient added", "recipient.changed": "Recipient changed", "reminder.again": "Reminder sent again", "role.given": "Role given",
	"story.asked": "Teller of a story asked", "story.case": "Story turned into a case", "story.incident": "Story made a report of an incident", "story.joined": "Story joined to a case",
	"story.original": "What a teller sent opened, with its hidden data", "story.read": "Answer of a teller read", "story.refused": "Story refused", "story.released": "Story taken into the inbox",
	"story.translated": "Translation of a story added", "story.undone": "Step of a story undone",
	"story.copy": "Copy of a member's file made for sharing", "story.begun": "Story begun by a helper", "story.sent": "Story sent", "story.file": "File added to a story by its teller", "story.replied": "Teller of a story wrote",
	"story.handed_over": "Story handed over to its teller", "story.code": "Teller made a new code", "story.page": "Page made for the member of a case",
	"erasure.asked": "Wish to be erased", "erasure.taken_back": "Wish to be erased taken back", "erasure.declined": "Wish to be erased declined", "erasure.done": "Person erased",
	"story.contact": "Teller of a story changed how to be reached",
	"consent.given": "Consent given", "consent.withdrawn": "Consent taken back", "quote.added": "Words of a resident chosen for letters", "quote.dropped": "Words of a resident taken out of letters",
	"authority.signed": "Authority to act signed", "authority.attached": "Authority to act put on its case",
	"snapshot.taken": "Snapshot of the figures taken",
}

// auditAction names what was done; a name that is not known here is shown as it is stored.
func auditAction(action string) string {
	if words, ok := auditWords[action]; ok {
		return words
	}
	return action
}

// auditDetail puts the stored detail of a row into the words that the other pages use.
func auditDetail(r AuditRow) string {
	switch {
	case r.Detail == "":
	case strings.HasPrefix(r.Action, "event."):
		return models.Kind(r.Detail).Label()
	case r.Action == "case.opened":
		return models.Theme(r.Detail).Label()
	}
	return r.Detail
}
