// Package demo holds the demonstration and loads it: the public record of a real campaign, and an invented landlord's branch with
// sixty invented residents. It loads through the same use cases as the web, under a clock that it sets to the day of each event, so
// that the same day of loading gives the same branches. Of ours it imports the use cases, app/document, app/files and models/*; it
// knows no database.
package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"commoncase/app/campaign"
	"commoncase/app/casework"
	"commoncase/app/evidence"
	"commoncase/app/intake"
	"commoncase/app/people"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// Clock is a clock that stands still until it is set. The store and the use cases that load a demonstration are made with its Now.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock makes a clock that stands at an instant.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is the instant at which the clock stands, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *Clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at.UTC().Truncate(time.Microsecond)
}

// Rooms are the use cases that the demonstration is loaded through. All of them were made over one store, and all of them, the
// store included, with the Now of one Clock.
type Rooms struct {
	People   *people.Service
	Casework *casework.Service
	Evidence *evidence.Service
	Campaign *campaign.Service
	Intake   *intake.Service
}

// Account is somebody who can sign in to the demonstration.
type Account struct {
	Role  access.Role
	Name  string
	Email string
}

// Password is the password of every account of the demonstration. It guards nothing but invented data and the public record.
const Password = "lantern quay harbour"

// Accounts are the accounts of the demonstration, one a role. Those who run cases and letters hold their role in both branches,
// the others at the invented landlord alone, for the real branch has no members' cases.
var Accounts = []Account{
	{access.Member, "Niamh Ní Bhriain", "member@demo.example.org"},
	{access.Helper, "Babajide Sokoya", "helper@demo.example.org"},
	{access.Caseworker, "Marisol Etxeberria", "caseworker@demo.example.org"},
	{access.Organiser, "Piotr Gąsiorowski", "organiser@demo.example.org"},
	{access.Secretary, "Shirin Akhtar", "secretary@demo.example.org"},
	{access.Guardian, "Eluned Vaughan", "guardian@demo.example.org"},
	{access.Operator, "Tane Rāwhiti", "operator@demo.example.org"},
}

// both are the roles that are held in both branches.
var both = access.Roles{access.Caseworker, access.Organiser, access.Secretary}

// Loaded names what the three papers of the demonstration are made of.
type Loaded struct {
	RealBranch     string `json:"real_branch"` // slugs
	InventedBranch string `json:"invented_branch"`
	OpenLetter     string `json:"open_letter"` // references
	MinisterLetter string `json:"minister_letter"`
	DraftLetter    string `json:"draft_letter"` // of the invented branch, with live figures
	Case           string `json:"case"`         // whose referral bundle is ready
	Cases          int    `json:"cases"`
	Exhibits       int    `json:"exhibits"`
}

// latest is the last day that the demonstration's own dates reach; a day of loading before it would lie in their past.
var latest = civil.On(2025, time.May, 31)

// Load fills an empty installation with both branches as of a day, and leaves the clock on that day. say is told, in sentences,
// what is being done.
func Load(ctx context.Context, rooms Rooms, clock *Clock, today civil.Date, say func(string)) (Loaded, error) {
	if today <= latest {
		return Loaded{}, models.Errorf(models.CodeInvalid,
			"The demonstration tells of days up to %s, and today is given as %s. Set the clock of this machine, or give a later day.", latest.Long(), today.Long())
	}
	l := &loader{rooms: rooms, clock: clock, today: today, say: say, actors: map[string]models.Actor{}}
	for _, step := range []func(context.Context) error{l.found, l.loadReal, l.loadInvented, l.loadStories, l.settle} {
		if err := step(ctx); err != nil {
			return Loaded{}, fmt.Errorf("load the demonstration: %w", err)
		}
	}
	return l.out, nil
}
