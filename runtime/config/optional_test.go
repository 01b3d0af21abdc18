package config

import "testing"

func TestAnyLooksAtEverySource(t *testing.T) {
	names := []string{"T_A", "T_B"}
	tests := []struct {
		name  string
		files map[string]string
		env   map[string]string
		want  bool
	}{
		{name: "nothing"},
		{name: "others", files: map[string]string{"site.env": "T_C=1"}, env: map[string]string{"T_D": "1"}},
		{name: "environment", env: map[string]string{"T_B": "1"}, want: true},
		{name: "empty", env: map[string]string{"T_B": ""}, files: map[string]string{"user.env": "T_A="}},
		{name: "empty where it is stronger", env: map[string]string{"T_A": ""}, files: map[string]string{"user.env": "T_A=1"}},
		{name: "file of the program", files: map[string]string{"user.env": "T_A=1"}, want: true},
		{name: "file of the site", files: map[string]string{"site.env": "T_B=1"}, want: true},
		{name: "named file", files: map[string]string{"site.env": "T_B_FILE=b"}, want: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site(t, test.files)
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			v := Open("user")
			if got := v.Any(names...); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// What would be loaded if it were set is known: a misspelt key is told its name.
func TestNamesOfWhatIsNotLoadedAreKnown(t *testing.T) {
	dir := site(t, map[string]string{"user.env": "T_STORE_DNS=x\nT_STORE_PATH=\n"})
	v := Open("user")
	if v.Any("T_STORE_DSN", "T_STORE_PATH") {
		t.Fatal("nothing is set")
	}
	want := "configuration:\n\t" + dir + "/user.env:1: no field of the program is called T_STORE_DNS; did you mean T_STORE_DSN?"
	if err := v.Err(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
