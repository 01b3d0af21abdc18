package gateway

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

// Each is refused for its own reason, which the log gets: the words that the reason has to hold say which.
func TestMalformedRequestsAreRefusedForTheirReason(t *testing.T) {
	tests := []struct {
		name, entry, reason string
	}{
		{"length with a sign", "CONTENT_LENGTH=+3", `CONTENT_LENGTH "+3"`},
		{"length below zero", "CONTENT_LENGTH=-2", `CONTENT_LENGTH "-2"`},
		{"length that overflows", "CONTENT_LENGTH=99999999999999999999", `CONTENT_LENGTH "99999999999999999999"`},
		{"length in words", "CONTENT_LENGTH=3 4", `CONTENT_LENGTH "3 4"`},
		{"method with a space", "REQUEST_METHOD=GET X", `REQUEST_METHOD "GET X"`},
		{"no method", "REQUEST_METHOD=", `REQUEST_METHOD ""`},
		{"target without slash", "REQUEST_URI=@other.com/path", `"@other.com/path"`},
		{"target with a bad escape", "REQUEST_URI=/%zz", `"%zz"`},
		{"host with a path", "HTTP_HOST=h/x", `Host`},
		{"host with user information", "HTTP_HOST=u@h", `Host`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			changed, _ := ParseVar(test.entry)
			vars := Vars{changed}
			for _, v := range makeVars("REQUEST_METHOD=POST", "REQUEST_URI=/", "HTTP_HOST=h") {
				if v.Name != changed.Name {
					vars = append(vars, v)
				}
			}
			_, _, err := NewRequest(context.Background(), vars, strings.NewReader(""))
			refused, ok := err.(*RequestError)
			if !ok || refused.Status != http.StatusBadRequest || !strings.Contains(refused.Reason, test.reason) {
				t.Errorf("got %v, want a *RequestError with status 400 and %s", err, test.reason)
			}
		})
	}
}
