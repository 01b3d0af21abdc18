package config

import (
	"encoding"
	"errors"
	"net/url"
	"strconv"
	"time"
)

// A reason says what is wrong with a value without repeating it, so that it may
// be shown for secrets too.
type reason string

func (r reason) Error() string { return string(r) }

const (
	notBool     reason = "is not true or false"
	notInteger  reason = "is not a whole number"
	notNatural  reason = "is not a whole number without a sign"
	notNumber   reason = "is not a number"
	outOfRange  reason = "is out of range for its type"
	notDuration reason = "is not a duration such as 1m30s"
	notLocation reason = "is not a known time zone such as Europe/Berlin"
	notURL      reason = "is not a URL such as https://example.com/path"
	notEscaped  reason = "is not a URL: a % in it begins no escape, write %25"
	notValid    reason = "is not valid for its type"

	// A program that is linked with package time/tzdata needs nothing of the host.
	noZones reason = "cannot be looked up: the host has no time zone data (/usr/share/zoneinfo); install it, " +
		"or import _ \"time/tzdata\" in the program"
)

// String takes any text.
func String[T ~string](text string, dst *T) error {
	*dst = T(text)
	return nil
}

// Bool takes what [strconv.ParseBool] does: 1, t, true, 0, f, false and the same
// with capitals.
func Bool[T ~bool](text string, dst *T) error {
	value, err := strconv.ParseBool(text)
	if err != nil {
		return notBool
	}
	*dst = T(value)
	return nil
}

// Int takes a decimal number that T can hold.
func Int[T ~int | ~int8 | ~int16 | ~int32 | ~int64](text string, dst *T) error {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return numberReason(err, notInteger)
	}
	if int64(T(value)) != value {
		return outOfRange
	}
	*dst = T(value)
	return nil
}

// Uint takes a decimal number without a sign that T can hold.
func Uint[T ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64](text string, dst *T) error {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return numberReason(err, notNatural)
	}
	if uint64(T(value)) != value {
		return outOfRange
	}
	*dst = T(value)
	return nil
}

// Float takes what [strconv.ParseFloat] does.
func Float[T ~float32 | ~float64](text string, dst *T) error {
	bits := 64
	if third := 1.0 / 3; float64(T(third)) != third {
		bits = 32
	}
	value, err := strconv.ParseFloat(text, bits)
	if err != nil {
		return numberReason(err, notNumber)
	}
	*dst = T(value)
	return nil
}

func numberReason(err error, otherwise reason) error {
	if errors.Is(err, strconv.ErrRange) {
		return outOfRange
	}
	return otherwise
}

// Duration takes what [time.ParseDuration] does.
func Duration(text string, dst *time.Duration) error {
	value, err := time.ParseDuration(text)
	if err != nil {
		return notDuration
	}
	*dst = value
	return nil
}

// URL takes what [url.Parse] does.
func URL(text string, dst *url.URL) error {
	value, err := url.Parse(text)
	if err != nil {
		var escape url.EscapeError
		if errors.As(err, &escape) {
			return notEscaped
		}
		return notURL // url.Error repeats the value
	}
	*dst = *value
	return nil
}

// Location takes the name of a time zone, see [time.LoadLocation].
func Location(text string, dst *time.Location) error {
	value, err := time.LoadLocation(text)
	if err != nil {
		return zoneReason()
	}
	_ = time.Now().String() // the local zone is loaded when it is first used
	*dst = *value
	return nil
}

// zoneReason says why a zone was not found: it, or all of them.
func zoneReason() reason {
	if _, err := time.LoadLocation("Etc/GMT"); err != nil {
		return noZones
	}
	return notLocation
}

// Text hands the value to the UnmarshalText method of *T.
func Text[T any, P interface {
	*T
	encoding.TextUnmarshaler
}](text string, dst *T) error {
	return P(dst).UnmarshalText([]byte(text))
}
