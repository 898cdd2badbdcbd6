package web

import (
	"github.com/gofiber/fiber/v2"

	"commoncase/models/access"
)

const (
	get  = fiber.MethodGet
	post = fiber.MethodPost
)

// guard says who may come through a route.
type guard string

// The guards that are no action of models/access.
const (
	bare     guard = "bare"      // anybody; nobody looks who it is
	public   guard = "public"    // anybody; a session is looked up where there is one
	signedIn guard = "signed in" // whoever is signed in, with any role
	teller   guard = "teller"    // whose browser holds the way back to a story; no account is needed
)

// may lets those through whose roles in the branch allow the action.
func may(a access.Action) guard { return guard(a) }

// route is one line of the table.
type route struct {
	method string
	path   string
	guard  guard
	handle fiber.Handler
	kind   kind
}

// kind is what is special about a route's requests.
type kind int

const (
	plain   kind = iota
	uploads      // its form carries files
	slow         // it typesets: more time
	streams      // its form carries files, which are taken part by part as they come
	pieces       // a script sends a piece of a file
)

// routes is every route with its guard. Literals stand before parameters; a page is GET and its form POSTs to the same path
// where it can. Each resource has its file: cases.go, letters.go.
func (s *server) routes() []route {
	rs := []route{
		{method: get, path: "/healthz", guard: bare, handle: s.getHealthz},
		{method: get, path: "/readyz", guard: bare, handle: s.getReadyz},
		{method: get, path: "/static/*", guard: bare, handle: s.getStatic},

		{method: get, path: "/tell", guard: public, handle: s.getTell},
		{method: get, path: "/tell/:branch", guard: public, handle: s.getTellBranch},
		{method: post, path: "/tell/:branch", guard: public, handle: s.postTell},
		{method: get, path: "/form", guard: teller, handle: s.getForm},
		{method: get, path: "/form/check", guard: teller, handle: s.getFormCheck},
		{method: post, path: "/form/send", guard: teller, handle: s.postFormSend, kind: slow},
		{method: get, path: "/form/sent", guard: teller, handle: s.getFormSent},
		{method: get, path: "/form/code", guard: teller, handle: s.getFormCode},
		{method: post, path: "/form/mail", guard: teller, handle: s.postFormMail},
		{method: get, path: "/form/discard", guard: teller, handle: s.getFormDiscard},
		{method: post, path: "/form/discard", guard: teller, handle: s.postFormDiscard},
		{method: post, path: "/form/files", guard: teller, handle: s.postFormFiles, kind: streams},
		{method: post, path: "/form/files-done", guard: teller, handle: s.postFormFilesDone},
		{method: post, path: "/form/files/:id/drop", guard: teller, handle: s.postFormFileDrop},
		{method: post, path: "/form/uploads", guard: teller, handle: s.postFormUpload},
		{method: get, path: "/form/uploads/:id", guard: teller, handle: s.getFormUpload},
		{method: post, path: "/form/uploads/:id", guard: teller, handle: s.postFormPiece, kind: pieces},
		{method: get, path: "/form/:step", guard: teller, handle: s.getFormStep},
		{method: post, path: "/form/:step", guard: teller, handle: s.postFormStep},
		{method: get, path: "/come-back", guard: public, handle: s.getComeBack},
		{method: post, path: "/come-back", guard: public, handle: s.postComeBack},
		{method: get, path: "/come-back/:link", guard: public, handle: s.getComeBackLink},
		{method: post, path: "/come-back/:link", guard: public, handle: s.postComeBackLink},
		{method: get, path: "/leave", guard: public, handle: s.getLeave},
		{method: get, path: "/emergency", guard: public, handle: s.getEmergency},

		{method: get, path: "/my", guard: teller, handle: s.getMy},
		{method: get, path: "/my/tell/:tap", guard: teller, handle: s.getMyTell},
		{method: post, path: "/my/tell/:tap", guard: teller, handle: s.postMyTell},
		{method: get, path: "/my/messages", guard: teller, handle: s.getMyMessages},
		{method: post, path: "/my/messages", guard: teller, handle: s.postMyMessage},
		{method: get, path: "/my/files", guard: teller, handle: s.getMyFiles},
		{method: post, path: "/my/files", guard: teller, handle: s.postMyFiles, kind: streams},
		{method: get, path: "/my/files/:id", guard: teller, handle: s.getMyFile},
		{method: get, path: "/my/consents", guard: teller, handle: s.getMyConsents},
		{method: get, path: "/my/consents/:purpose", guard: teller, handle: s.getMyConsent},
		{method: post, path: "/my/consents/:purpose", guard: teller, handle: s.postMyConsent},
		{method: get, path: "/my/consents/:purpose/back", guard: teller, handle: s.getMyConsentBack},
		{method: get, path: "/my/authority", guard: teller, handle: s.getMyAuthority},
		{method: post, path: "/my/authority", guard: teller, handle: s.postMyAuthority, kind: slow},
		{method: post, path: "/my/authority/scan", guard: teller, handle: s.postMyScan, kind: streams},
		{method: get, path: "/my/contact", guard: teller, handle: s.getMyContact},
		{method: post, path: "/my/contact", guard: teller, handle: s.postMyContact},
		{method: get, path: "/my/code", guard: teller, handle: s.getMyCode},
		{method: post, path: "/my/code", guard: teller, handle: s.postMyCode},
		{method: get, path: "/my/export", guard: teller, handle: s.getMyExport},
		{method: get, path: "/my/export.zip", guard: teller, handle: s.getMyExportZip, kind: slow},
		{method: get, path: "/my/erase", guard: teller, handle: s.getMyErase},
		{method: post, path: "/my/erase", guard: teller, handle: s.postMyErase},
		{method: post, path: "/my/erase/back", guard: teller, handle: s.postMyEraseBack},
		{method: post, path: "/my/leave", guard: teller, handle: s.postMyLeave},
		{method: post, path: "/my/from/:ref", guard: may(access.SeeOwnCases), handle: s.postMyFrom},
		{method: get, path: "/erasures", guard: may(access.Erase), handle: s.getErasures},
		{method: get, path: "/erasures/:id", guard: may(access.Erase), handle: s.getErasure},
		{method: post, path: "/erasures/:id", guard: may(access.Erase), handle: s.postErasure},
		{method: post, path: "/erasures/:id/decline", guard: may(access.Erase), handle: s.postErasureDecline},

		{method: get, path: "/", guard: signedIn, handle: s.getHome},
		{method: get, path: "/sign-in", guard: public, handle: s.getSignIn},
		{method: post, path: "/sign-in", guard: public, handle: s.postSignIn},
		{method: post, path: "/sign-out", guard: public, handle: s.postSignOut},
		{method: get, path: "/forgotten-password", guard: public, handle: s.getForgotten},
		{method: post, path: "/forgotten-password", guard: public, handle: s.postForgotten},
		{method: get, path: "/forgotten-password/sent", guard: public, handle: s.getLinkSent},
		{method: get, path: "/reset-password/:token", guard: public, handle: s.getReset},
		{method: post, path: "/reset-password/:token", guard: public, handle: s.postReset},
		{method: post, path: "/branch", guard: signedIn, handle: s.postBranch},
		{method: get, path: "/branch/settings", guard: may(access.KeepBranch), handle: s.getBranch},
		{method: post, path: "/branch/settings", guard: may(access.KeepBranch), handle: s.postBranchSettings},

		{method: get, path: "/branch/intake", guard: may(access.KeepIntake), handle: s.getIntake},
		{method: post, path: "/branch/intake", guard: may(access.KeepIntake), handle: s.postIntake},
		{method: get, path: "/branch/intake/poster", guard: may(access.KeepIntake), handle: s.getPoster},
		{method: get, path: "/branch/homes", guard: may(access.KeepIntake), handle: s.getHomes},
		{method: post, path: "/branch/homes", guard: may(access.KeepIntake), handle: s.postHomes, kind: slow},
		{method: post, path: "/branch/homes/check", guard: may(access.KeepIntake), handle: s.postHomesCheck, kind: uploads},
		{method: get, path: "/branch/homes/list.csv", guard: may(access.KeepIntake), handle: s.getHomesCSV, kind: slow},
		{method: get, path: "/branch/homes/drop", guard: may(access.KeepIntake), handle: s.getHomesDrop},
		{method: post, path: "/branch/homes/drop", guard: may(access.KeepIntake), handle: s.postHomesDrop, kind: slow},

		{method: get, path: "/take-down", guard: may(access.TakeDown), handle: s.getTakeDown},
		{method: post, path: "/take-down", guard: may(access.TakeDown), handle: s.postTakeDown},
		{method: get, path: "/take-down/hand-over", guard: may(access.TakeDown), handle: s.getHandOver},
		{method: post, path: "/take-down/hand-over", guard: may(access.TakeDown), handle: s.postHandOver},
		{method: get, path: "/take-down/paper", guard: may(access.TakeDown), handle: s.getTypeIn},
		{method: post, path: "/take-down/paper", guard: may(access.TakeDown), handle: s.postTypeIn},
		{method: get, path: "/take-down/paper/answers", guard: may(access.TakeDown), handle: s.getPaperAnswers},
		{method: post, path: "/take-down/paper/answers", guard: may(access.TakeDown), handle: s.postPaperAnswers},
		{method: get, path: "/paper", guard: may(access.TakeDown), handle: s.getPaper},
		{method: post, path: "/paper", guard: may(access.TakeDown), handle: s.postPaper, kind: slow},
		{method: get, path: "/canvass", guard: may(access.SeeCanvass), handle: s.getCanvass},
		{method: post, path: "/canvass", guard: may(access.Canvass), handle: s.postRound},
		{method: get, path: "/canvass/new", guard: may(access.Canvass), handle: s.getRoundNew},
		{method: get, path: "/canvass/sheet.pdf", guard: may(access.Canvass), handle: s.getCanvassSheet, kind: slow},
		{method: get, path: "/canvass/rounds.csv", guard: may(access.SeeCanvass), handle: s.getCanvassCSV},
		{method: get, path: "/canvass/rounds/:id", guard: may(access.Canvass), handle: s.getRound},
		{method: post, path: "/canvass/rounds/:id", guard: may(access.Canvass), handle: s.postRoundFix},

		{method: get, path: "/cases", guard: may(access.SeeOwnCases), handle: s.getCases},
		{method: get, path: "/cases/new", guard: may(access.OpenCase), handle: s.getCaseNew},
		{method: post, path: "/cases", guard: may(access.OpenCase), handle: s.postCase},
		{method: get, path: "/cases/:ref", guard: may(access.SeeOwnCases), handle: s.getCase},
		{method: post, path: "/cases/:ref/assign", guard: may(access.AssignCase), handle: s.postAssign},
		{method: get, path: "/cases/:ref/details", guard: may(access.LogEvent), handle: s.getDetails},
		{method: post, path: "/cases/:ref/details", guard: may(access.LogEvent), handle: s.postDetails},
		{method: get, path: "/cases/:ref/resident", guard: may(access.LogEvent), handle: s.getResident},
		{method: post, path: "/cases/:ref/resident", guard: may(access.LogEvent), handle: s.postResident},
		{method: get, path: "/cases/:ref/events/new", guard: may(access.LogEvent), handle: s.getEventNew},
		{method: post, path: "/cases/:ref/events/check", guard: may(access.LogEvent), handle: s.postEventCheck, kind: uploads},
		{method: post, path: "/cases/:ref/events/edit", guard: may(access.LogEvent), handle: s.postEventEdit},
		{method: post, path: "/cases/:ref/events", guard: may(access.LogEvent), handle: s.postEvent},
		{method: get, path: "/cases/:ref/files/:id", guard: may(access.SeeOwnCases), handle: s.getFile},
		{method: post, path: "/cases/:ref/contact", guard: may(access.LogEvent), handle: s.postContact},
		{method: get, path: "/cases/:ref/repairs", guard: may(access.SeeOwnCases), handle: s.getRepairs},
		{method: post, path: "/cases/:ref/repairs/join", guard: may(access.LogEvent), handle: s.postRepairsJoin},
		{method: post, path: "/cases/:ref/repairs/part", guard: may(access.LogEvent), handle: s.postRepairsPart},
		{method: get, path: "/cases/:ref/breaches/:key", guard: may(access.SeeOwnCases), handle: s.getBreach},
		{method: get, path: "/cases/:ref/breaches/:key/certificate.pdf", guard: may(access.SeeOwnCases), handle: s.getCertificate, kind: slow},
		{method: get, path: "/cases/:ref/checks/:event", guard: may(access.LogEvent), handle: s.getCheck},
		{method: post, path: "/cases/:ref/checks/:event", guard: may(access.LogEvent), handle: s.postCheck},
		{method: get, path: "/cases/:ref/letters", guard: may(access.LogEvent), handle: s.getCaseLetters},
		{method: post, path: "/cases/:ref/letters", guard: may(access.LogEvent), handle: s.postCaseLetter},
		{method: get, path: "/cases/:ref/letters/new", guard: may(access.LogEvent), handle: s.getCaseLetterNew},
		{method: get, path: "/cases/:ref/letters/:letter", guard: may(access.LogEvent), handle: s.getCaseLetter},
		{method: get, path: "/cases/:ref/letters/:letter/edit", guard: may(access.LogEvent), handle: s.getCaseLetterEdit},
		{method: post, path: "/cases/:ref/letters/:letter/edit", guard: may(access.LogEvent), handle: s.postCaseLetterEdit},
		{method: get, path: "/cases/:ref/letters/:letter/send", guard: may(access.LogEvent), handle: s.getCaseLetterSend},
		{method: post, path: "/cases/:ref/letters/:letter/send", guard: may(access.LogEvent), handle: s.postCaseLetterSend, kind: slow},
		{method: get, path: "/cases/:ref/letters/:letter/drop", guard: may(access.LogEvent), handle: s.getCaseLetterDrop},
		{method: post, path: "/cases/:ref/letters/:letter/drop", guard: may(access.LogEvent), handle: s.postCaseLetterDrop},
		{method: get, path: "/cases/:ref/letters/:letter/letter.pdf", guard: may(access.LogEvent), handle: s.getCaseLetterPDF, kind: slow},
		{method: get, path: "/cases/:ref/letters/:letter/letter.txt", guard: may(access.LogEvent), handle: s.getCaseLetterText},
		{method: get, path: "/cases/:ref/consents", guard: may(access.KeepConsents), handle: s.getConsents},
		{method: get, path: "/cases/:ref/consents/:purpose", guard: may(access.KeepConsents), handle: s.getConsent},
		{method: post, path: "/cases/:ref/consents/:purpose", guard: may(access.KeepConsents), handle: s.postConsent},
		{method: get, path: "/cases/:ref/quotes/new", guard: may(access.KeepQuotes), handle: s.getCaseQuoteNew},
		{method: post, path: "/cases/:ref/quotes", guard: may(access.KeepQuotes), handle: s.postCaseQuote},
		{method: get, path: "/cases/:ref/referral", guard: may(access.Refer), handle: s.getReferral},
		{method: get, path: "/cases/:ref/bundle.pdf", guard: may(access.Refer), handle: s.getBundle, kind: slow},

		{method: get, path: "/queues", guard: may(access.SeeCases), handle: s.getQueues},
		{method: get, path: "/queues/:name/list.csv", guard: may(access.SeeCases), handle: s.getQueueCSV, kind: slow},
		{method: get, path: "/queues/:name", guard: may(access.SeeCases), handle: s.getQueue},
		{method: post, path: "/queues/:name/assign", guard: may(access.AssignCase), handle: s.postQueueAssign},
		{method: post, path: "/queues/:name/chase", guard: may(access.LogEvent), handle: s.postQueueChase},
		{method: post, path: "/queues/:name/drafts", guard: may(access.LogEvent), handle: s.postQueueDrafts, kind: slow},

		{method: get, path: "/stories", guard: may(access.Triage), handle: s.getStories},
		{method: post, path: "/stories/release", guard: may(access.Triage), handle: s.postRelease},
		{method: get, path: "/stories/:ref", guard: may(access.Triage), handle: s.getStory},
		{method: get, path: "/stories/:ref/files/:id", guard: may(access.Triage), handle: s.getStoryFile},
		{method: get, path: "/stories/:ref/case", guard: may(access.Triage), handle: s.getStoryCase},
		{method: post, path: "/stories/:ref/case", guard: may(access.Triage), handle: s.postStoryCase},
		{method: get, path: "/stories/:ref/join", guard: may(access.Triage), handle: s.getStoryJoin},
		{method: post, path: "/stories/:ref/join", guard: may(access.Triage), handle: s.postStoryJoin},
		{method: get, path: "/stories/:ref/incident", guard: may(access.Triage), handle: s.getStoryIncident},
		{method: post, path: "/stories/:ref/incident", guard: may(access.Triage), handle: s.postStoryIncident},
		{method: post, path: "/stories/:ref/ask", guard: may(access.Triage), handle: s.postStoryAsk},
		{method: post, path: "/stories/:ref/read", guard: may(access.Triage), handle: s.postStoryRead},
		{method: post, path: "/stories/:ref/translations", guard: may(access.Triage), handle: s.postStoryTranslation},
		{method: get, path: "/stories/:ref/refuse", guard: may(access.Triage), handle: s.getStoryRefuse},
		{method: post, path: "/stories/:ref/refuse", guard: may(access.Triage), handle: s.postStoryRefuse},
		{method: get, path: "/stories/:ref/undo", guard: may(access.Triage), handle: s.getStoryUndo},
		{method: post, path: "/stories/:ref/undo", guard: may(access.Triage), handle: s.postStoryUndo},

		{method: get, path: "/calendar/:token.ics", guard: bare, handle: s.getCalendar},
		{method: get, path: "/feeds", guard: may(access.KeepFeeds), handle: s.getFeeds},
		{method: post, path: "/feeds", guard: may(access.KeepFeeds), handle: s.postFeed},
		{method: get, path: "/feeds/:id/revoke", guard: may(access.KeepFeeds), handle: s.getFeedRevoke},
		{method: post, path: "/feeds/:id/revoke", guard: may(access.KeepFeeds), handle: s.postFeedRevoke},

		{method: get, path: "/evidence", guard: may(access.SeeFigures), handle: s.getEvidence},
		{method: get, path: "/evidence/figures.csv", guard: may(access.SeeFigures), handle: s.getFiguresCSV},
		{method: get, path: "/evidence/figures/:measure", guard: may(access.SeeFigures), handle: s.getFigure},
		{method: post, path: "/evidence/snapshots", guard: may(access.TakeSnapshot), handle: s.postSnapshot},
		{method: get, path: "/evidence/snapshots/:hash", guard: may(access.SeeFigures), handle: s.getSnapshot},
		{method: get, path: "/incidents", guard: may(access.SeeBranch), handle: s.getIncidents},
		{method: get, path: "/incident/:slug", guard: may(access.SeeBranch), handle: s.getIncident},
		{method: get, path: "/findings", guard: may(access.SeeBranch), handle: s.getFindings},

		{method: get, path: "/letters", guard: may(access.SeeLetters), handle: s.getLetters},
		{method: post, path: "/letters", guard: may(access.WriteLetter), handle: s.postLetter, kind: slow},
		{method: get, path: "/letters/new", guard: may(access.WriteLetter), handle: s.getLetterNew},
		{method: get, path: "/letters/record", guard: may(access.WriteLetter), handle: s.getLetterRecord},
		{method: post, path: "/letters/record", guard: may(access.WriteLetter), handle: s.postLetterRecord},
		{method: get, path: "/letters/recipients", guard: may(access.SeeLetters), handle: s.getRecipients},
		{method: post, path: "/letters/recipients", guard: may(access.WriteLetter), handle: s.postRecipientNew},
		{method: get, path: "/letters/recipients/new", guard: may(access.WriteLetter), handle: s.getRecipientNew},
		{method: get, path: "/letters/recipients/:id", guard: may(access.SeeLetters), handle: s.getRecipient},
		{method: post, path: "/letters/recipients/:id", guard: may(access.WriteLetter), handle: s.postRecipient},
		{method: get, path: "/letters/:ref", guard: may(access.SeeLetters), handle: s.getLetter},
		{method: get, path: "/letters/:ref/edit", guard: may(access.WriteLetter), handle: s.getLetterEdit},
		{method: post, path: "/letters/:ref/edit", guard: may(access.WriteLetter), handle: s.postLetterEdit},
		{method: get, path: "/letters/:ref/finalise", guard: may(access.FinaliseLetter), handle: s.getLetterFinal},
		{method: post, path: "/letters/:ref/finalise", guard: may(access.FinaliseLetter), handle: s.postLetterFinal},
		{method: post, path: "/letters/:ref/events", guard: may(access.TrackLetter), handle: s.postLetterEvent},
		{method: post, path: "/letters/:ref/chase", guard: may(access.WriteLetter), handle: s.postChase},
		{method: post, path: "/letters/:ref/copy", guard: may(access.WriteLetter), handle: s.postCopy},
		{method: get, path: "/letters/:ref/verify", guard: may(access.SeeLetters), handle: s.getLetterVerify},
		{method: get, path: "/letters/:ref/letter.pdf", guard: may(access.SeeLetters), handle: s.getLetterPDF, kind: slow},
		{method: get, path: "/demands", guard: may(access.SeeBranch), handle: s.getDemands},
		{method: post, path: "/demands", guard: may(access.KeepDemands), handle: s.postDemandNew},
		{method: get, path: "/demands/new", guard: may(access.KeepDemands), handle: s.getDemandNew},
		{method: get, path: "/demands/:number", guard: may(access.SeeBranch), handle: s.getDemand},
		{method: post, path: "/demands/:number", guard: may(access.KeepDemands), handle: s.postDemand},

		{method: get, path: "/consents/renewals", guard: may(access.KeepConsents), handle: s.getRenewals},
		{method: get, path: "/quotes", guard: may(access.SeeQuotes), handle: s.getQuotes},
		{method: get, path: "/quotes/:number/drop", guard: may(access.KeepQuotes), handle: s.getQuoteDrop},
		{method: post, path: "/quotes/:number/drop", guard: may(access.KeepQuotes), handle: s.postQuoteDrop},
		{method: get, path: "/stories/:ref/quotes/new", guard: may(access.KeepQuotes), handle: s.getStoryQuoteNew},
		{method: post, path: "/stories/:ref/quotes", guard: may(access.KeepQuotes), handle: s.postStoryQuote},

		{method: get, path: "/policies", guard: may(access.KeepPolicies), handle: s.getPolicies},
		{method: post, path: "/policies", guard: may(access.KeepPolicies), handle: s.postPolicySaveNew},
		{method: get, path: "/policies/new", guard: may(access.KeepPolicies), handle: s.getPolicyNew},
		{method: post, path: "/policies/new", guard: may(access.KeepPolicies), handle: s.postPolicyNew},
		{method: get, path: "/policies/:regime", guard: may(access.KeepPolicies), handle: s.getPolicy},
		{method: post, path: "/policies/:regime", guard: may(access.KeepPolicies), handle: s.postPolicy},
		{method: post, path: "/policies/:regime/save", guard: may(access.KeepPolicies), handle: s.postPolicySave},
		{method: get, path: "/holidays", guard: may(access.KeepHolidays), handle: s.getHolidays},
		{method: post, path: "/holidays", guard: may(access.KeepHolidays), handle: s.postHoliday},
		{method: post, path: "/holidays/check", guard: may(access.KeepHolidays), handle: s.postHolidayCheck},
		{method: post, path: "/holidays/edit", guard: may(access.KeepHolidays), handle: s.postHolidayEdit},
		{method: get, path: "/recomputes", guard: may(access.SeeRuns), handle: s.getRuns}, // of the branch; the operator sees counts
		{method: get, path: "/recomputes/:id", guard: may(access.SeeRuns), handle: s.getRun},

		{method: get, path: "/mail", guard: may(access.SeeMail), handle: s.getMail},
		{method: post, path: "/mail/:id", guard: may(access.SeeMail), handle: s.postMailAgain},
		{method: get, path: "/reminders", guard: may(access.KeepFeeds), handle: s.getReminders},
		{method: post, path: "/reminders", guard: may(access.KeepFeeds), handle: s.postReminders},

		{method: get, path: "/rules", guard: public, handle: s.getRules},
		{method: get, path: "/help", guard: public, handle: s.getHelp},
		{method: get, path: "/accessibility", guard: public, handle: s.getAccessibility},
		{method: get, path: "/retaliation", guard: may(access.SeeAdverse), handle: s.getRetaliation},
		{method: get, path: "/audit", guard: may(access.SeeAudit), handle: s.getAudit},
	}
	if s.cfg.Demo != nil {
		rs = append(rs, route{method: get, path: "/demo/sign-in/:token", guard: public, handle: s.getDemoSignIn})
	}
	return rs
}
