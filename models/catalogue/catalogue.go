// Package catalogue holds every text that a member reads, in the languages that members read, as data: a folder a language, a file a part
// of the site. A text that a language lacks comes in English; a test fails on it. Of ours it imports models and models/civil.
//
// The texts are go-i18n messages (plural forms by the rules of each language): "story.what.title" is title under what under story, and
// {{.Name}} stands for what is put in. A message with plural forms has one, few, many and other, as its language asks for.
package catalogue

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"commoncase/models"
	"commoncase/models/civil"
)

//go:embed */*.yaml
var files embed.FS

// English is the language that every text has.
const English = "en"

// headFile says of a language what it is called and who has read it.
const headFile = "language.yaml"

// Language is what is known of a catalogue.
type Language struct {
	Tag        string   `yaml:"tag"`         // BCP 47: bn
	Name       string   `yaml:"name"`        // in itself: বাংলা
	English    string   `yaml:"english"`     // Bengali
	Dir        string   `yaml:"dir"`         // ltr or rtl
	ReviewedBy string   `yaml:"reviewed_by"` // a speaker who has read it all; "" while none has: its pages say so
	ReviewedOn string   `yaml:"reviewed_on"` // 2006-01-02
	Date       string   `yaml:"date"`        // how a day is written: {day} {month} {year}
	Months     []string `yaml:"months"`      // as they stand in a date
}

// Reviewed reports whether a speaker has read the catalogue.
func (l Language) Reviewed() bool { return l.ReviewedBy != "" }

// order is that in which languages are offered.
var order = []string{English, "pl", "bn", "ar"}

type house struct {
	bundle *i18n.Bundle
	langs  map[string]Language
	own    map[string]map[string]string // by language and key: the text, of plural messages that of other
	texts  map[string]Text
}

// all reads everything once; the catalogues are part of the program.
var all = sync.OnceValue(func() house {
	h, err := load(files)
	if err != nil {
		panic("catalogue: " + err.Error())
	}
	return h
})

func load(files fs.FS) (house, error) {
	h := house{bundle: i18n.NewBundle(language.English), langs: map[string]Language{}, own: map[string]map[string]string{}, texts: map[string]Text{}}
	h.bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	names, err := fs.Glob(files, "*/*.yaml")
	if err != nil {
		return h, err
	}
	for _, name := range names {
		lang, file := path.Dir(name), path.Base(name)
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return h, err
		}
		if file == headFile {
			var l Language
			if err := yaml.UnmarshalWithOptions(body, &l, yaml.Strict()); err != nil {
				return h, fmt.Errorf("%s: %w", name, err)
			}
			if l.Tag != lang || l.Name == "" || (l.Dir != "ltr" && l.Dir != "rtl") || len(l.Months) != 12 || l.Date == "" {
				return h, fmt.Errorf("%s: tag, name, dir, date and twelve months are needed", name)
			}
			h.langs[lang] = l
			continue
		}
		// go-i18n tells the language from the name of the file.
		parsed, err := h.bundle.ParseMessageFileBytes(body, strings.TrimSuffix(file, ".yaml")+"."+lang+".yaml")
		if err != nil {
			return h, fmt.Errorf("%s: %w", name, err)
		}
		if h.own[lang] == nil {
			h.own[lang] = map[string]string{}
		}
		for _, m := range parsed.Messages {
			if h.own[lang][m.ID] != "" {
				return h, fmt.Errorf("%s: %s stands there twice", name, m.ID)
			}
			h.own[lang][m.ID] = m.Other
		}
	}
	for lang := range h.own {
		if _, ok := h.langs[lang]; !ok {
			return h, fmt.Errorf("%s: %s is missing", lang, headFile)
		}
	}
	for tag, l := range h.langs {
		h.texts[tag] = Text{Language: l, loc: i18n.NewLocalizer(h.bundle, tag, English), own: h.own[tag]}
	}
	return h, nil
}

// Languages are the catalogues, in the order in which they are offered.
func Languages() []Language {
	var ls []Language
	for _, tag := range order {
		if l, ok := all().langs[tag]; ok {
			ls = append(ls, l)
		}
	}
	return ls
}

// Known reports whether there is a catalogue for a tag.
func Known(tag string) bool { _, ok := all().langs[tag]; return ok }

// Match picks the catalogue that suits an Accept-Language header best.
func Match(header string) string {
	tags := make([]language.Tag, len(order))
	for i, tag := range order {
		tags[i] = language.MustParse(tag)
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return English
	}
	_, i, confidence := language.NewMatcher(tags).Match(wanted...)
	if confidence < language.High {
		return English
	}
	return order[i]
}

// Text speaks one language.
type Text struct {
	Language
	loc *i18n.Localizer
	own map[string]string
}

// In is the texts of a language, English where there is no such catalogue.
func In(tag string) Text {
	if t, ok := all().texts[tag]; ok {
		return t
	}
	return all().texts[English]
}

// T is the text of a key, with what is to be put in as names and values: T("story.code.shown", "Code", "1234"). A key that no catalogue has
// comes back in brackets.
func (t Text) T(key string, put ...any) string {
	return t.say(&i18n.LocalizeConfig{MessageID: key, TemplateData: pairs(put)})
}

// N is the text of a key for a number: {{.N}} stands for it.
func (t Text) N(key string, n int, put ...any) string {
	return t.say(&i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: pairs(append(put, "N", n))})
}

func (t Text) say(c *i18n.LocalizeConfig) string {
	// An error comes with the English text where only the language lacks it.
	s, err := t.loc.Localize(c)
	if err != nil && s == "" {
		return "[" + c.MessageID + "]"
	}
	return s
}

// Has reports whether the language has the text itself.
func (t Text) Has(key string) bool { return t.own[key] != "" }

// Day writes a day: 24 May 2023.
func (t Text) Day(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return strings.NewReplacer("{day}", strconv.Itoa(d.Day()), "{month}", t.Months[int(d.Month())-1], "{year}", strconv.Itoa(d.Year())).Replace(t.Date)
}

func pairs(put []any) map[string]any {
	if len(put)%2 != 0 {
		panic("catalogue: a name without a value")
	}
	m := make(map[string]any, len(put)/2)
	for i := 0; i < len(put); i += 2 {
		m[put[i].(string)] = put[i+1]
	}
	return m
}

// Keys are the keys of a language, sorted.
func Keys(tag string) []string {
	var keys []string
	for key := range all().own[tag] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Invalid is a models.Error that belongs to one field of a form that members fill in: its sentence is a text of the catalogue.
func Invalid(field, key string, put ...any) *models.Error {
	e := Errorf(models.CodeInvalid, key, put...)
	e.Field = field
	return e
}

// Errorf is a models.Error of a code whose sentence is a text of the catalogue.
func Errorf(code models.Code, key string, put ...any) *models.Error {
	return &models.Error{Code: code, Message: In(English).T(key, put...), Key: key, Put: put}
}

// Say is the sentence of an error in the language, where the catalogue has it.
func (t Text) Say(e *models.Error) string {
	if e.Key == "" {
		return e.Message
	}
	return t.T(e.Key, e.Put...)
}
