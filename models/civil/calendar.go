package civil

// CalendarName names the bank-holiday calendar that working days are counted on.
type CalendarName string

// The calendars. UKAny skips a bank holiday of any part of the United Kingdom, as freedom of information law does.
const (
	EnglandAndWales CalendarName = "england-and-wales"
	Scotland        CalendarName = "scotland"
	NorthernIreland CalendarName = "northern-ireland"
	UKAny           CalendarName = "uk-any"
)
