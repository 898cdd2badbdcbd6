package web

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"commoncase/models"
	"commoncase/models/civil"
	"commoncase/views/components"
)

// field is what was typed into one field: valid UTF-8, without NUL (PostgreSQL takes none), line ends as \n, no space around.
func field(c *fiber.Ctx, name string) string { return tidy(formValue(c, name)) }

// formValue is what the body of a form says. Fiber's own FormValue lets the address overrule it: whoever makes somebody open a link
// could then write into the form that they fill in.
func formValue(c *fiber.Ctx, name string) string {
	if vs := formValues(c, name); len(vs) > 0 {
		return vs[0]
	}
	return ""
}

// formValues are all values of a field in the body.
func formValues(c *fiber.Ctx, name string) []string {
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		form, err := c.MultipartForm()
		if err != nil {
			return nil
		}
		return form.Value[name]
	}
	var out []string
	for _, v := range c.Request().PostArgs().PeekMulti(name) {
		out = append(out, string(v))
	}
	return out
}

// query is a parameter of the address, tidied like a field.
func query(c *fiber.Ctx, name string) string { return tidy(c.Query(name)) }

func tidy(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.ReplaceAll(s, "\x00", "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(s)
}

// fields are all values of a field that may be sent several times: checkboxes.
func fields(c *fiber.Ctx, name string) []string {
	values := formValues(c, name)
	for i, v := range values {
		values[i] = tidy(v)
	}
	return values
}

// number is a field that our own page wrote, such as an id or a version; what is not one is 0.
func number(c *fiber.Ctx, name string) int64 {
	n, err := strconv.ParseInt(field(c, name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// pageNumber is the page of a list that the address asks for, from 1.
func pageNumber(c *fiber.Ctx) int {
	n, err := strconv.Atoi(query(c, "page"))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, 1_000_000)
}

// dateFields are the three fields NAME-day, NAME-month and NAME-year as they were typed.
func dateFields(c *fiber.Ctx, name string) components.DateValue {
	return components.DateValue{Day: field(c, name+"-day"), Month: field(c, name+"-month"), Year: field(c, name+"-year")}
}

// dateQuery are the same three as parameters of the address, for filters.
func dateQuery(c *fiber.Ctx, name string) components.DateValue {
	return components.DateValue{Day: query(c, name+"-day"), Month: query(c, name+"-month"), Year: query(c, name+"-year")}
}

// months as people write them.
var months = map[string]time.Month{
	"jan": 1, "january": 1, "feb": 2, "february": 2, "mar": 3, "march": 3, "apr": 4, "april": 4, "may": 5, "jun": 6, "june": 6,
	"jul": 7, "july": 7, "aug": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "oct": 10, "october": 10, "nov": 11,
	"november": 11, "dec": 12, "december": 12,
}

// parseDate reads a date that was typed in three fields. Three empty fields are no date and no error: the use case says whether
// it needs one. what completes "the day of the letter". Errors belong to the field name.
func parseDate(name, what string, v components.DateValue) (civil.Date, error) {
	if v == (components.DateValue{}) {
		return 0, nil
	}
	var missing []string
	for _, p := range []struct{ typed, word string }{{v.Day, "a day"}, {v.Month, "a month"}, {v.Year, "a year"}} {
		if p.typed == "" {
			missing = append(missing, p.word)
		}
	}
	if len(missing) > 0 {
		return 0, models.Invalid(name, "The date of %s must have %s.", what, strings.Join(missing, " and "))
	}
	day, errDay := digits(v.Day)
	month, errMonth := digits(v.Month)
	if m, ok := months[strings.ToLower(strings.TrimSuffix(v.Month, "."))]; ok {
		month, errMonth = int(m), nil
	}
	year, errYear := digits(v.Year)
	switch {
	case errDay != nil, errMonth != nil, errYear != nil:
		return 0, models.Invalid(name, "The date of %s is written in numbers, such as 9 5 2023 for 9 May 2023.", what)
	case len(v.Year) != 4:
		return 0, models.Invalid(name, "The year of %s has four digits, such as 2023.", what)
	case month < 1 || month > 12:
		return 0, models.Invalid(name, "There is no month %d. The day of %s comes first, then the month, such as 9 5 2023 for 9 May 2023.", month, what)
	}
	d := civil.On(year, time.Month(month), day)
	if day < 1 || d.Day() != day || d.Month() != time.Month(month) {
		return 0, models.Invalid(name, "%s %d has no day %d. Check the date of %s.", time.Month(month), year, day, what)
	}
	return d, nil
}

func digits(s string) (int, error) {
	if len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(s)
}
