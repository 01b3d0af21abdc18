package envconfig

import (
	"testing"
)

func TestSecretsAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "DBPASSWORD": true, "API_KEY": true, "APIKEY": true, "DSN": true, "APP_DSN_RO": true, "ACCESSTOKENS": true,
		"MONKEY": false, "KEYBOARD": false, "COMPASS": false, "DATABASE_URL": false, "PASSAGE": false,
	} {
		if got := looksSecret(name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
