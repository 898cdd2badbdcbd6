package demo

import (
	"context"
	"time"

	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// loadReal loads the public record of the real campaign. It was written down on the day of the open letter, in the clock's eyes.
func (l *loader) loadReal(ctx context.Context) error {
	var src realData
	if err := read("clarion.yaml", &src); err != nil {
		return err
	}
	l.say("Loading the real campaign of 2022 and 2023: the public record alone.")
	on, err := civil.Parse(src.OpenLetter.On)
	if err != nil {
		return err
	}
	l.clock.set(at(on, 9*time.Hour))
	actor := l.actor(src.Branch.Slug, access.Organiser)
	if err := l.loadRecord(ctx, actor, &src); err != nil {
		return err
	}
	return l.loadLetters(ctx, actor, &src)
}

// loadRecord loads the incident with its statements and reports, and the published findings.
func (l *loader) loadRecord(ctx context.Context, actor models.Actor, src *realData) error {
	in := models.Incident{Slug: src.Incident.Slug, Title: src.Incident.Title, EndNote: src.Incident.EndNote, Homes: src.Incident.Homes,
		Residents: src.Incident.Residents, Summary: src.Incident.Summary, Source: src.Incident.Source}
	var err error
	if in.StartedOn, err = civil.Parse(src.Incident.StartedOn); err != nil {
		return err
	}
	if in.EndedOn, err = civil.Parse(src.Incident.EndedOn); err != nil {
		return err
	}
	if err := l.rooms.Evidence.AddIncident(ctx, actor, &in); err != nil {
		return err
	}
	for _, s := range src.Statements {
		st := models.Statement{Kind: s.Kind, Channel: s.Channel, Claim: s.Claim, Source: s.Source, Note: s.Note}
		if st.On, err = civil.Parse(s.On); err != nil {
			return err
		}
		if err := l.rooms.Evidence.AddStatement(ctx, actor, in.Slug, &st); err != nil {
			return err
		}
	}
	for _, r := range src.Impacts {
		report := models.ImpactReport{Area: r.Area, Theme: r.Theme, Impact: r.Impact, BeforeMonth: r.BeforeMonth, SinceCount: r.SinceCount, Quote: r.Quote}
		if report.On, err = civil.Parse(r.On); err != nil {
			return err
		}
		if report.Since, err = civil.Parse(r.Since); err != nil {
			return err
		}
		if err := l.rooms.Evidence.AddImpactReport(ctx, actor, in.Slug, &report); err != nil {
			return err
		}
	}
	for _, f := range src.Findings {
		finding := models.Finding{Published: f.Published, Grade: f.Grade, Subject: f.Subject, Reference: f.Reference, Source: f.Source}
		if err := l.rooms.Evidence.AddFinding(ctx, actor, &finding); err != nil {
			return err
		}
	}
	return nil
}
