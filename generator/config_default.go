package generator

import (
	"cmp"
	"errors"
	"go/types"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cgigen/cgigen/runtime/config"
)

// checkDefault reports a default that the program would refuse. A path is not
// looked at, nor a value with references.
func (r *configReader) checkDefault(v *types.Var, s shape, f ConfigField) {
	switch {
	case f.Default == "" || f.File:
		return
	case f.Expand && strings.Contains(f.Default, "$"):
		r.checkReferences(v, f)
		return
	}
	if err := s.check(f); err != nil {
		hint := defaultHint(f)
		if f.Form == SliceForm || f.Form == MapForm {
			hint = "elements are separated by \"" + f.Separator + "\", and space around them is part of them"
		}
		why := err.Error()
		if f.Secret {
			why = "it is secret, so not shown here, and not valid for its type"
		}
		r.reportField(v, "config-default", "envDefault of %s: %s", f.Name, why).Hint = hint
	}
}

// defaultHint says what a default may look like.
func defaultHint(f ConfigField) string {
	examples := map[string]string{"Bool": "true", "Int": "10", "Uint": "10", "Float": "0.5", "Duration": "5s", "URL": "https://example.com/"}
	if example := examples[f.Parser]; example != "" {
		return "write what " + f.Type + " can be read from, for example " + example
	}
	return "write what " + f.Type + " can be read from, or leave envDefault out"
}

// checkReferences reports variables in a default that a request could set.
func (r *configReader) checkReferences(v *types.Var, f ConfigField) {
	os.Expand(f.Default, func(name string) string {
		if why := refusal(name); why != "" {
			r.reportField(v, "config-default-expands", "envDefault of %s refers to %s: %s", f.Name, name, why).Hint = "leave it out: whoever sends the request could choose the value"
		}
		return ""
	})
}

// check parses a default as the program would.
func (s shape) check(f ConfigField) error {
	switch f.Form {
	case SliceForm:
		for part := range strings.SplitSeq(f.Default, f.Separator) {
			if err := s.value.check(part); err != nil {
				return err
			}
		}
		return nil
	case MapForm:
		return s.checkMap(f)
	default:
		return s.value.check(f.Default)
	}
}

func (s shape) checkMap(f ConfigField) error {
	var keys []string
	for part := range strings.SplitSeq(f.Default, f.Separator) {
		key, value, ok := strings.Cut(part, f.KeyValSeparator)
		switch {
		case !ok:
			return errors.New(`"` + part + `" is not in the form key` + f.KeyValSeparator + "value")
		case slices.Contains(keys, key):
			return errors.New("the key " + key + " stands there twice")
		}
		keys = append(keys, key)
		if err := cmp.Or(s.key.check(key), s.value.check(value)); err != nil {
			return err
		}
	}
	return nil
}

// check says why the program could not parse a text.
func (s scalar) check(text string) error {
	parse := s.checker()
	if parse == nil {
		return nil
	}
	err := parse(text)
	switch {
	case err == nil:
		return nil
	case s.parser == "Text" || s.parser == "URL":
		return errors.New(`"` + text + `" is not valid: ` + err.Error())
	default:
		return errors.New(`"` + text + `" ` + err.Error())
	}
}

// checker gives the very parser that the program will use; nil for a type whose
// UnmarshalText is not known here.
func (s scalar) checker() func(string) error {
	switch s.parser {
	case "Text":
		return textCheckers()[qualifiedName(s.typ)]
	case "URL":
		return checkURL
	case "Duration":
		return parsed(config.Duration)
	case "Location":
		return parsed(config.Location)
	}
	return basicCheckers()[s.typ.Underlying().(*types.Basic).Kind()]
}

// checkURL says what is wrong with a URL. The program does not: its value may be secret.
func checkURL(text string) error {
	_, err := url.Parse(text)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// basicCheckers are the parsers of Go's own types.
func basicCheckers() map[types.BasicKind]func(string) error {
	return map[types.BasicKind]func(string) error{
		types.Bool:    parsed(config.Bool[bool]),
		types.Int:     parsed(config.Int[int]),
		types.Int8:    parsed(config.Int[int8]),
		types.Int16:   parsed(config.Int[int16]),
		types.Int32:   parsed(config.Int[int32]),
		types.Int64:   parsed(config.Int[int64]),
		types.Uint:    parsed(config.Uint[uint]),
		types.Uint8:   parsed(config.Uint[uint8]),
		types.Uint16:  parsed(config.Uint[uint16]),
		types.Uint32:  parsed(config.Uint[uint32]),
		types.Uint64:  parsed(config.Uint[uint64]),
		types.Float32: parsed(config.Float[float32]),
		types.Float64: parsed(config.Float[float64]),
	}
}

// textCheckers are UnmarshalText of types of the standard library.
func textCheckers() map[string]func(string) error {
	return map[string]func(string) error{
		"log/slog.Level":     parsed(config.Text[slog.Level]),
		"time.Time":          parsed(config.Text[time.Time]),
		"net.IP":             parsed(config.Text[net.IP]),
		"net/netip.Addr":     parsed(config.Text[netip.Addr]),
		"net/netip.AddrPort": parsed(config.Text[netip.AddrPort]),
		"net/netip.Prefix":   parsed(config.Text[netip.Prefix]),
		"math/big.Int":       parsed(config.Text[big.Int]),
		"regexp.Regexp":      parsed(config.Text[regexp.Regexp]),
	}
}

// parsed makes a check of a parser.
func parsed[T any](parse func(string, *T) error) func(string) error {
	return func(text string) error {
		var dst T
		return parse(text, &dst)
	}
}
