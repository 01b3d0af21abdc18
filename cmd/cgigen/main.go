package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/cgigen/cgigen/generator/vet"
)

// Exit codes, as for the go command and for diff.
const (
	exitOK    = 0
	exitError = 1 // mistakes in the source, a failed build, output that is not up to date
	exitUsage = 2 // unknown commands, flags and values
)

func main() {
	if vet.IsTool(os.Args[1:]) {
		vet.Tool() // go vet -vettool has started it
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run carries out one command line, and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	app := &app{stdout: stdout, stderr: stderr}
	root := app.rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil {
		err = errInterrupted // whatever it was that noticed the signal first
	}
	return app.report(err)
}
