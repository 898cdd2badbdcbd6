// Package models holds the nouns of Commoncase: cases, events, members, landlords, letters, and what must always hold for
// them. It knows no web, no database, no files and no clock on the wall; of ours it imports models/civil alone.
package models

import (
	"errors"
	"fmt"
)

// Code says what kind of failure an Error is; one table in app/web turns it into a status.
type Code string

// The kinds of failure that a person can do something about.
const (
	CodeInvalid   Code = "invalid"   // what was given cannot be: mend it and send it again
	CodeNotFound  Code = "not_found" // no such thing, or not in your branch
	CodeForbidden Code = "forbidden" // your role does not allow it
	CodeConflict  Code = "conflict"  // somebody else changed it first
	CodeSignIn    Code = "sign_in"   // nobody is signed in
	CodeTooLarge  Code = "too_large" // more bytes than we take
	CodeTooMany   Code = "too_many"  // too many tries; wait
	CodeUnready   Code = "unready"   // the state of the case or letter does not allow it yet
	CodeBadFile   Code = "bad_file"  // a file that is broken, locked, or not what it says
)

// Error is a failure with a sentence for the person who met it: what happened, and what to do about it.
// Field names the form field at fault, where there is one. Every other error is internal and is never shown.
type Error struct {
	Code    Code
	Field   string
	Message string
	Key     string // of the sentence in models/catalogue, where a member may meet it in another language; Message is the English of it
	Put     []any  // names and values that stand in it
}

func (e *Error) Error() string { return e.Message }

// Errorf makes an Error of a code with a sentence.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes an Error that belongs to one field of a form.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Errors are several field errors of one form, in the order of the fields.
type Errors []*Error

func (es Errors) Error() string {
	if len(es) == 0 {
		return "no error"
	}
	return es[0].Message
}

// Or returns nil where there are no errors, so that a validator can end with it.
func (es Errors) Or() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// CodeOf returns the code of an error that a person may see, and "" for an internal one.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	var es Errors
	if errors.As(err, &es) {
		return CodeInvalid
	}
	return ""
}

// FieldErrors returns the sentences of an error that a person may see, and nil for an internal one.
func FieldErrors(err error) Errors {
	var es Errors
	if errors.As(err, &es) {
		return es
	}
	var e *Error
	if errors.As(err, &e) {
		return Errors{e}
	}
	return nil
}
