package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"commoncase/models"
	"commoncase/models/access"
	"commoncase/models/civil"
)

// userCommand is about those who can sign in.
type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Give somebody an account and a role in a branch."`
	Password userPasswordCommand `cmd:"" help:"Give somebody a new password, and sign them out everywhere."`
}

// userAddCommand is user add.
type userAddCommand struct {
	place
	Email  string `required:"" help:"What they sign in with."`
	Name   string `help:"Their name; left out for somebody who has an account already."`
	Role   string `required:"" enum:"member,helper,caseworker,organiser,secretary,guardian,operator" help:"What they are in the branch: ${enum}."`
	Branch string `required:"" placeholder:"SLUG" help:"The short name of the branch."`
}

// Help shows an example.
func (userAddCommand) Help() string {
	return "Example:\n\n  commoncase user add --email niamh@example.org --name 'Niamh Ní Bhriain' --role caseworker --branch clarion\n\n" +
		"The password is asked for, or is the first line of standard input where that is no terminal. Somebody who has an account " +
		"keeps name and password and gets the role too; nothing is asked then where standard input is empty."
}

// Run adds the account or the role.
func (u *userAddCommand) Run(ctx context.Context, std streams) (err error) {
	a, err := u.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	password := ""
	if known, err := a.People.Known(ctx, u.Email); err != nil {
		return sentence(err)
	} else if !known {
		if password, err = readPassword(std); err != nil {
			return err
		}
	}
	added, err := a.People.AddAccount(ctx, u.Email, u.Name, password, u.Branch, access.Role(u.Role))
	if err != nil {
		return sentence(err)
	}
	if added {
		fmt.Fprintf(std.out, "%s can sign in as %s of %s.\n", strings.ToLower(u.Email), u.Role, u.Branch)
	} else {
		fmt.Fprintf(std.out, "%s had an account and is %s of %s now.\n", strings.ToLower(u.Email), u.Role, u.Branch)
	}
	return nil
}

// userPasswordCommand is user password.
type userPasswordCommand struct {
	place
	Email string `required:"" help:"Whose."`
}

// Help shows an example.
func (userPasswordCommand) Help() string {
	return "Example:\n\n  commoncase user password --email niamh@example.org\n\n" +
		"The password is asked for, or is the first line of standard input where that is no terminal."
}

// Run sets it.
func (u *userPasswordCommand) Run(ctx context.Context, std streams) (err error) {
	a, err := u.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	password, err := readPassword(std)
	if err != nil {
		return err
	}
	if err := a.People.SetPassword(ctx, u.Email, password); err != nil {
		return sentence(err)
	}
	fmt.Fprintln(std.out, "The password is changed, and they are signed out everywhere.")
	return nil
}

// readPassword asks for a password twice on a terminal without showing it, and else reads a line. It is never an argument: those
// are seen by everybody on the machine.
func readPassword(std streams) (string, error) {
	if f, ok := std.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		var typed [2][]byte
		for i, prompt := range []string{"Password: ", "Again: "} {
			fmt.Fprint(std.err, prompt)
			var err error
			typed[i], err = term.ReadPassword(int(f.Fd()))
			fmt.Fprintln(std.err)
			if err != nil {
				return "", fmt.Errorf("read the password: %w", err)
			}
		}
		if string(typed[0]) != string(typed[1]) {
			return "", errors.New("the two passwords differ; run the command again")
		}
		return string(typed[0]), nil
	}
	line, err := bufio.NewReader(io.LimitReader(std.in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// branchCommand is about branches.
type branchCommand struct {
	Add      branchAddCommand      `cmd:"" help:"Found a branch at a landlord."`
	Landlord branchLandlordCommand `cmd:"" help:"Say what kind of landlord one is: some laws bind councils alone."`
}

// branchAddCommand is branch add.
type branchAddCommand struct {
	place
	Slug         string `arg:"" help:"A short name in small letters: clarion."`
	Name         string `required:"" help:"The name of the branch, as letters print it."`
	Prefix       string `required:"" help:"Two to five capital letters that its references begin with: CLA."`
	Landlord     string `required:"" placeholder:"SLUG" help:"The landlord's short name, as in the rulebook where its policies are held."`
	LandlordName string `required:"" help:"The landlord's name."`
	LandlordType string `default:"unknown" enum:"association,council,unknown" help:"What kind of landlord it is: ${enum}. Some laws bind councils alone."`
	Calendar     string `default:"england-and-wales" enum:"england-and-wales,scotland,northern-ireland,uk-any" help:"Whose bank holidays hold: ${enum}."`
}

// Help shows an example.
func (branchAddCommand) Help() string {
	return "Example:\n\n  commoncase branch add clarion --name 'Clarion tenants and residents' --prefix CLA --landlord clarion --landlord-name 'Clarion Housing'\n\n" +
		"A landlord that is known already is left as it is; branch landlord changes what kind it is."
}

// Run adds the branch.
func (b *branchAddCommand) Run(ctx context.Context, std streams) (err error) {
	a, err := b.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	branch, err := a.People.FoundBranch(ctx, models.Landlord{Slug: b.Landlord, Name: b.LandlordName, Calendar: civil.CalendarName(b.Calendar),
		Type: models.LandlordType(b.LandlordType)},
		models.Branch{Slug: b.Slug, Name: b.Name, Prefix: b.Prefix})
	if err != nil {
		return sentence(err)
	}
	fmt.Fprintf(std.out, "The branch %s is founded. Give somebody a role in it with: commoncase user add --branch %s\n", branch.Name, branch.Slug)
	return nil
}

// branchLandlordCommand is branch landlord.
type branchLandlordCommand struct {
	place
	Landlord string `arg:"" placeholder:"SLUG" help:"The landlord's short name: clarion."`
	Type     string `required:"" enum:"association,council,unknown" help:"What kind of landlord it is: ${enum}."`
}

// Help shows an example.
func (branchLandlordCommand) Help() string {
	return "Example:\n\n  commoncase branch landlord clarion --type association\n\n" +
		"Freedom of information and the right to repair bind councils, the access to information requirements bind housing associations. Every case is computed again."
}

// Run writes it and waits for the deadlines.
func (b *branchLandlordCommand) Run(ctx context.Context, std streams) (err error) {
	a, err := b.open(ctx, std.err)
	if err != nil {
		return sentence(err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	run, err := a.KeepLandlordType(ctx, b.Landlord, models.LandlordType(b.Type))
	if err != nil {
		return sentence(err)
	}
	fmt.Fprintf(std.out, "%s: %s. %d cases computed again, %d deadlines moved.\n", b.Landlord, models.LandlordType(b.Type).Label(), run.Done, run.Moved)
	return nil
}
