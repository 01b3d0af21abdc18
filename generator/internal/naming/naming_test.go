package naming

import (
	"testing"
)

func TestProgramNames(t *testing.T) {
	for function, want := range map[string]string{
		"NewUserList":    "user-list",
		"NewHTTPLog":     "http-log",
		"UserHandler":    "user",
		"NewUserHandler": "user",
		"New":            "users",
		"Handler":        "users",
		"NewHandler":     "users",
		"Newsletter":     "newsletter",
		"Renew":          "renew",
		"New2FA":         "2-fa",
		"OAuth2Login":    "o-auth2-login",
		"User_List":      "user-list",
		"UserID":         "user-id",
		"IDs":            "i-ds",
		"X":              "x",
	} {
		if got := ProgramName(function, "users"); got != want {
			t.Errorf("programName(%s) = %s, want %s", function, got, want)
		}
	}
}
