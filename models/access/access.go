// Package access holds who may do what: roles by actions, in one table. It imports nothing of ours.
package access

// Role is what somebody is in one branch.
type Role string

// The roles.
const (
	Member     Role = "member"
	Helper     Role = "helper"
	Caseworker Role = "caseworker"
	Organiser  Role = "organiser"
	Secretary  Role = "secretary"
	Guardian   Role = "guardian"
	Operator   Role = "operator"
)

// All are the roles, in the order in which people are told of them.
var All = []Role{Member, Helper, Caseworker, Organiser, Secretary, Guardian, Operator}

// Roles are the roles of one person in one branch.
type Roles []Role

// Has reports whether r is among them.
func (rs Roles) Has(r Role) bool {
	for _, x := range rs {
		if x == r {
			return true
		}
	}
	return false
}

// Action is something that a route or a use case does.
type Action string

// The actions.
const (
	SeeBranch      Action = "see_branch"    // the branch's front page, incident, rules, help
	SeeOwnCases    Action = "see_own_cases" // cases of which one is the member
	SeeCases       Action = "see_cases"     // all cases of the branch, with names
	OpenCase       Action = "open_case"
	LogEvent       Action = "log_event"
	AssignCase     Action = "assign_case"
	CloseCase      Action = "close_case"
	Refer          Action = "refer"       // readiness check and referral bundle
	SeeFigures     Action = "see_figures" // numbers without names
	TakeSnapshot   Action = "take_snapshot"
	SeeLetters     Action = "see_letters"
	WriteLetter    Action = "write_letter"
	FinaliseLetter Action = "finalise_letter"
	TrackLetter    Action = "track_letter"
	KeepDemands    Action = "keep_demands"
	KeepBranch     Action = "keep_branch"   // what stands on its letters, and how small a number may leave it
	KeepPolicies   Action = "keep_policies" // the landlord's own policies, by date
	KeepFeeds      Action = "keep_feeds"    // calendar feeds and the morning's reminder of one's own
	SeeAdverse     Action = "see_adverse"   // every act against a resident of the branch; the caseworker of a case sees its own
	SeeMail        Action = "see_mail"      // which reminders left and which failed; to try again
	KeepHolidays   Action = "keep_holidays" // bank holidays that were announced late, and the computing that follows
	SeeRuns        Action = "see_runs"      // how far a run over the cases is and what it moved; without a case for the operator
	SeeAudit       Action = "see_audit"
	TakeDown       Action = "take_down"     // take down a story for somebody else, and type in a paper form
	Triage         Action = "triage"        // the inbox of stories: open a case, join, ask back, refuse
	KeepIntake     Action = "keep_intake"   // whether and how stories are taken, and the list of homes
	KeepConsents   Action = "keep_consents" // write down what a resident agreed to or took back
	SeeQuotes      Action = "see_quotes"    // residents' words that a letter may print, without the resident
	KeepQuotes     Action = "keep_quotes"   // choose such words from a case or story
	Canvass        Action = "canvass"       // rounds from door to door
	SeeCanvass     Action = "see_canvass"   // what those rounds add up to
	Erase          Action = "erase"         // what a person asked to have erased
	SeeHealth      Action = "see_health"    // counts and versions, no case content
)

var table = map[Role][]Action{
	Member: {SeeBranch, SeeOwnCases},
	Helper: {SeeBranch, SeeOwnCases, TakeDown, Canvass, SeeCanvass},
	Caseworker: {SeeBranch, SeeOwnCases, SeeCases, OpenCase, LogEvent, AssignCase, CloseCase, Refer, SeeFigures, KeepFeeds, SeeRuns,
		TakeDown, Triage, KeepConsents, SeeQuotes, KeepQuotes, Canvass, SeeCanvass},
	Organiser: {SeeBranch, SeeOwnCases, SeeFigures, TakeSnapshot, SeeLetters, WriteLetter, FinaliseLetter, TrackLetter, KeepDemands, SeeQuotes, SeeCanvass},
	Secretary: {SeeBranch, SeeOwnCases, SeeCases, OpenCase, LogEvent, AssignCase, CloseCase, Refer, SeeFigures, TakeSnapshot,
		SeeLetters, WriteLetter, FinaliseLetter, TrackLetter, KeepDemands, KeepBranch,
		KeepPolicies, KeepFeeds, SeeRuns, SeeAdverse, SeeMail, SeeAudit,
		TakeDown, Triage, KeepIntake, KeepConsents, SeeQuotes, KeepQuotes, Canvass, SeeCanvass},
	Guardian: {SeeBranch, SeeOwnCases, SeeAdverse, SeeAudit, Erase},
	Operator: {SeeHealth, SeeMail, KeepHolidays, SeeRuns},
}

// Allows reports whether any of the roles allows the action.
func Allows(roles Roles, action Action) bool {
	for _, r := range roles {
		for _, a := range table[r] {
			if a == action {
				return true
			}
		}
	}
	return false
}
