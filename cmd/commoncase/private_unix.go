//go:build unix

package main

import "syscall"

// keepPrivate makes every file that the program writes readable by its own account alone: the database holds names and addresses, and
// SQLite would write it so that everybody on the machine can read it.
func keepPrivate() { syscall.Umask(0o077) }
