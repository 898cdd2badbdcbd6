package demo

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"commoncase/app/casework"
	"commoncase/app/intake"
	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// storiesData is what data/stories.yaml holds.
type storiesData struct {
	Words string
	Homes []struct {
		Area, Street, Postcode string
		To                     int
	}
	Rounds []struct {
		On, Area, Note                     string
		Homes, Knocked, Answered, Affected int
	}
	Stories []storyData
}

type storyData struct {
	On, Lang, Home, Postcode, Area string
	Helper, Anonymous, Trap        bool
	Themes                         []models.Theme
	Story, Since, Reported         string
	ReportedWhen                   string `yaml:"reported_when"`
	ReportedHow                    string `yaml:"reported_how"`
	JobNumbers                     string `yaml:"job_numbers"`
	Answer, People, Wanted         string
	AtRisk                         []string `yaml:"at_risk"`
	Name, Email, Phone, Times      string
	Ways                           []string
	DoNotName                      bool `yaml:"do_not_name"`
	Consents                       map[models.Purpose]models.ConsentValue
	Photos                         []string
	Translation                    struct{ By, Text string }
}

// loadStories opens the front door of the invented branch and lets its stories come in, as their tellers would have told them.
func (l *loader) loadStories(ctx context.Context) error {
	var src storiesData
	if err := read("stories.yaml", &src); err != nil {
		return err
	}
	l.say(fmt.Sprintf("Opening the front door of the invented branch: %d stories wait to be read.", len(src.Stories)))
	branch := l.out.InventedBranch
	secretary := l.actor(branch, access.Secretary)
	l.setTime(l.today.AddDays(-30), 0)
	if err := l.rooms.Intake.Keep(ctx, secretary, intake.Settings{Open: true, Sure: true, Words: src.Words, Months: 12}); err != nil {
		return err
	}
	var homes strings.Builder
	homes.WriteString("Postcode,Address,Estate\n")
	for _, h := range src.Homes {
		for n := 1; n <= h.To; n++ {
			fmt.Fprintf(&homes, "%s,%d %s,%s\n", h.Postcode, n, h.Street, h.Area)
		}
	}
	if _, err := l.rooms.Intake.LoadHomes(ctx, branch, strings.NewReader(homes.String())); err != nil {
		return err
	}
	for _, r := range src.Rounds {
		on, err := l.back(r.On)
		if err != nil {
			return err
		}
		l.setTime(on, 0)
		_, err = l.rooms.Intake.AddRound(ctx, l.actor(branch, access.Helper), intake.Round{Area: r.Area, On: on, Homes: r.Homes,
			Knocked: r.Knocked, Answered: r.Answered, Affected: r.Affected, Note: r.Note})
		if err != nil {
			return err
		}
	}
	for i, x := range src.Stories {
		on, err := l.back(x.On)
		if err != nil {
			return err
		}
		l.setTime(on, i+20)
		if err := l.tell(ctx, x, on); err != nil {
			return fmt.Errorf("story %d: %w", i+1, err)
		}
	}
	return nil
}

// back is a day that is counted back from the day of loading: -9d.
func (l *loader) back(day string) (civil.Date, error) {
	var n int
	if _, err := fmt.Sscanf(day, "-%dd", &n); err != nil {
		return 0, fmt.Errorf("%q is no day such as -9d", day)
	}
	return l.today.AddDays(-n), nil
}

// tell tells one story and sends it.
func (l *loader) tell(ctx context.Context, x storyData, on civil.Date) error {
	var helper models.Actor
	if x.Helper {
		helper = l.actor(l.out.InventedBranch, access.Helper)
	}
	session, _, err := l.rooms.Intake.Start(ctx, l.out.InventedBranch, x.Lang, helper)
	if err != nil {
		return err
	}
	err = l.rooms.Intake.Save(ctx, session, func(a *models.Answers) {
		*a = models.Answers{Address: x.Home, Postcode: x.Postcode, Area: x.Area, Landlord: session.Landlord.Name, Themes: x.Themes, Story: x.Story, Since: x.Since,
			Reported: x.Reported, ReportedWhen: x.ReportedWhen, ReportedHow: x.ReportedHow, JobNumbers: x.JobNumbers, Answer: x.Answer,
			People: x.People, AtRisk: x.AtRisk, Wanted: x.Wanted, Name: x.Name, Email: x.Email, Phone: x.Phone, Anonymous: x.Anonymous,
			SafeWays: x.Ways, SafeTimes: x.Times, DoNotName: x.DoNotName, Consents: x.Consents, SpokenConsent: x.Helper, ReadRetaliation: true}
	})
	if err != nil {
		return err
	}
	for _, name := range x.Photos {
		body, err := photo(name, on.AddDays(-2))
		if err != nil {
			return err
		}
		if _, err := l.rooms.Intake.AddFile(ctx, session, "IMG_"+name+".jpg", models.FileEvidence, bytes.NewReader(body)); err != nil {
			return err
		}
	}
	story, err := l.rooms.Intake.Send(ctx, session, intake.Sending{Trap: x.Trap})
	if err != nil {
		return err
	}
	if x.Translation.Text == "" {
		return nil
	}
	return l.rooms.Casework.AddTranslation(ctx, l.actor(l.out.InventedBranch, access.Caseworker),
		casework.AddTranslation{Ref: story.Ref, Lang: "en", Body: x.Translation.Text, MadeBy: x.Translation.By})
}
