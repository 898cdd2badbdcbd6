package rulebook

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestContacts(t *testing.T) {
	b := Default()
	for use, want := range map[string][]string{ForGas: {"999", "0800111999"}, ForFire: {"999"}, ForElectricity: {"999", "105"}, ForCold: {"111"},
		ForThreats: {"999", "08082000247"}, ForAdvice: {"08088004444"}} {
		var got []string
		for _, c := range b.Contacts(use) {
			got = append(got, c.Tel())
			if c.Source.Address == "" {
				t.Errorf("%s: the number of %s was read nowhere", use, c.Name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("for %s call %v, want %v", use, got, want)
		}
	}
	// A landlord's page misprints the gas line so.
	if slices.ContainsFunc(b.contacts, func(c Contact) bool { return c.Tel() == "0808111999" }) {
		t.Error("the gas line begins with 0800")
	}
}

// An operator's file of the same name takes the place of ours, and cases are judged as before.
func TestContactsOfTheOperator(t *testing.T) {
	const own = `
- slug: hotline
  name: The branch's own line
  number: "020 7946 0000"
  for: [advice]
  source: {title: "The branch"}
  confidence: verified
`
	b, err := WithFolder("/etc/commoncase/rules", fstest.MapFS{"advice/contacts.yaml": {Data: []byte(own)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Contacts(ForAdvice); len(got) != 1 || got[0].Tel() != "02079460000" || len(b.Contacts(ForGas)) != 0 {
		t.Errorf("contacts for advice: %v", got)
	}
	if b.Version() != Default().Version() {
		t.Error("a telephone number judges cases")
	}
	for change, want := range map[string]string{
		`name: The branch's own line`: "needs a slug, a name", `"020 7946 0000"`: "no telephone number", `[advice]`: "none of fire, gas", `verified`: "the confidence",
	} {
		bad := strings.Replace(own, change, map[string]string{`name: The branch's own line`: `name: ""`, `"020 7946 0000"`: `"call us"`, `[advice]`: `[luck]`, `verified`: `certain`}[change], 1)
		if _, err := WithFolder("x", fstest.MapFS{"advice/contacts.yaml": {Data: []byte(bad)}}); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "advice/contacts.yaml:2:") {
			t.Errorf("with %s changed: %v, want %q", change, err, want)
		}
	}
}
