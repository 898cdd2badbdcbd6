// Command commoncase is the one program of Commoncase: the site, its demonstration, and the tools beside it. It reads flags and
// hands over; it imports app, app/config and models/*.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // Europe/London, on machines that have no time zones of their own

	"github.com/alecthomas/kong"
)

// version is set when the program is built (-ldflags "-X main.version=...").
var version = "development"

// cli is every command, in the order of --help. Each has its flags in its struct, an example in Help, and its work in Run.
type cli struct {
	Version kong.VersionFlag `help:"Print the version and stop."`

	Clock    clockCmd       `cmd:"" help:"Judge cases, one a line of JSON, and print their clocks."`
	Workdays workdaysCmd    `cmd:"" help:"Count working days."`
	Bundle   bundleCmd      `cmd:"" help:"Write the referral bundle of a case as a PDF."`
	Letter   letterCmd      `cmd:"" help:"Write a letter as a PDF."`
	Serve    serveCommand   `cmd:"" help:"Serve the site."`
	Demo     demoCommand    `cmd:"" help:"Load the demonstration and serve it."`
	Migrate  migrateCommand `cmd:"" help:"Make the database, or bring it up to date."`
	Branch   branchCommand  `cmd:"" help:"Found branches."`
	User     userCommand    `cmd:"" help:"Add those who can sign in."`
	Holiday  holidayCommand `cmd:"" help:"Add bank holidays that were announced late."`
	Import   importCommand  `cmd:"" help:"Bring in a landlord's list of homes."`
	Doctor   doctorCommand  `cmd:"" help:"Look whether the installation is well."`
}

// streams are what a command reads and writes, so that a test can hold the other end.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	// The first Ctrl-C asks a command to end in good order; when it has heard it, a second one ends it at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// exited is how kong's --help and --version, which end the program, come back to run.
type exited int

// run does what the arguments say and returns the exit code: 0 done, 1 failed with a sentence on err, 2 not understood.
func run(ctx context.Context, args []string, std streams) (code int) {
	keepPrivate()
	defer func() {
		if r := recover(); r != nil {
			status, ok := r.(exited)
			if !ok {
				panic(r)
			}
			code = int(status)
		}
	}()
	parser, err := kong.New(&cli{},
		kong.Name("commoncase"),
		kong.Description("Logs tenants' cases against the complaint procedure, turns them into evidence, letters and referral bundles.\n\n"+
			"commoncase COMMAND --help shows an example of each."),
		kong.Vars{"version": version},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.Bind(std),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		fmt.Fprintf(std.err, "commoncase: %v\n", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(negativesLast(args))
	if err != nil {
		fmt.Fprintf(std.err, "commoncase: %v\nAdd --help to see how the command is used.\n", err)
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintf(std.err, "commoncase: %v\n", err)
		return 1
	}
	return 0
}
