package models

import "commoncase/models/civil"

// Landlord is a member landlord of the Ombudsman's Scheme. Policies by date are in models/rulebook under its slug.
type Landlord struct {
	ID        int64
	Slug      string // "clarion"
	Name      string
	Address   string // lines separated by newlines
	Homes     int
	HomesAsOf string // in words: "2022 reports"
	Calendar  civil.CalendarName
	Type      LandlordType
	Invented  bool // stands in a demonstration, is no real organisation
}

// LandlordType is what kind of landlord it is: some duties bind councils alone.
type LandlordType string

// The types of landlord.
const (
	LandlordAssociation LandlordType = "association" // a housing association or another private registered provider
	LandlordCouncil     LandlordType = "council"
	LandlordUnknown     LandlordType = "unknown"
)

// Grade is a finding of the Ombudsman, in the Ombudsman's words.
type Grade string

// The findings.
const (
	GradeSevereMaladministration Grade = "severe maladministration"
	GradeMaladministration       Grade = "maladministration"
	GradeServiceFailure          Grade = "service failure"
	GradeReasonableRedress       Grade = "reasonable redress"
	GradeNoMaladministration     Grade = "no maladministration"
	GradeOutsideJurisdiction     Grade = "outside jurisdiction"
	GradeResolvedIntervention    Grade = "resolved with intervention"
	GradeWithdrawn               Grade = "withdrawn"
	GradeSpecialReport           Grade = "special report" // not a finding on one complaint: the landlord as a whole
)

// Grades are the findings that a determination can carry, the heaviest first.
var Grades = []Grade{GradeSevereMaladministration, GradeMaladministration, GradeServiceFailure, GradeReasonableRedress,
	GradeNoMaladministration, GradeOutsideJurisdiction, GradeResolvedIntervention, GradeWithdrawn}

// Finding is one published finding of the Ombudsman about a landlord. It is public and belongs to no branch.
type Finding struct {
	ID         int64
	LandlordID int64
	Reference  string // the Ombudsman's nine digits; "" where the publication did not give one
	Published  string // 2022-04 or 2022-04-28, as exact as the source is
	Grade      Grade
	Subject    string
	Source     string
}
