package config

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// text loads one string from the given files and environment.
func text(t *testing.T, files, environment map[string]string, at Var) (value, problem string) {
	t.Helper()
	dir := site(t, files)
	for name, value := range environment {
		t.Setenv(name, strings.ReplaceAll(value, "DIR", dir))
	}
	value = "(unset)"
	at.Field = "Field"
	v := Open("user")
	Load(v, &value, String, at)
	if err := v.Err(); err != nil {
		problem = strings.ReplaceAll(err.Error(), dir, "DIR")
	}
	return value, problem
}

type lookupTest struct {
	name    string
	files   map[string]string
	env     map[string]string
	at      Var
	value   string
	problem string
}

func runLookups(t *testing.T, tests []lookupTest) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			value, problem := text(t, test.files, test.env, test.at)
			if value != test.value || problem != test.problem {
				t.Errorf("got  %q, problem %q\nwant %q, problem %q", value, problem, test.value, test.problem)
			}
		})
	}
}

func TestStrongestSourceWins(t *testing.T) {
	const path = "secret.txt"
	files := func(more ...string) map[string]string {
		all := map[string]string{"site.env": "T_A=site"}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	at := Var{Name: "T_A", Default: "default"}
	runLookups(t, []lookupTest{
		{name: "nothing", at: Var{Name: "T_A"}, value: "(unset)"},
		{name: "default", at: at, value: "default"},
		{name: "site file", at: at, files: files(), value: "site"},
		{name: "program file", at: at, files: files("user.env", "T_A=user"), value: "user"},
		{name: "environment", at: at, files: files("user.env", "T_A=user"), env: map[string]string{"T_A": "environment"}, value: "environment"},
		{name: "file named in the environment", at: at, files: files("user.env", "T_A=user", path, "named\n"),
			env: map[string]string{"T_A": "environment", "T_A_FILE": "DIR/" + path}, value: "named"},
		{name: "file named in a file, relative to it", at: at, files: files("user.env", "T_A=user\nT_A_FILE="+path, path, "named"),
			env: map[string]string{"T_A": "environment"}, value: "named"},
		{name: "another program's file", at: at, files: files("other.env", "T_A=other"), value: "site"},
		{name: "empty environment hides the file, and the default takes its place", at: at, files: files(), env: map[string]string{"T_A": ""}, value: "default"},
		{name: "empty without a default leaves the field alone", at: Var{Name: "T_A"}, files: files("user.env", "T_A="), value: "(unset)"},
		{name: "empty NAME_FILE is none", at: at, files: files(), env: map[string]string{"T_A_FILE": ""}, value: "site"},
	})
}

func TestOptions(t *testing.T) {
	const lookedFor = "\n\tvalues are looked for in the environment, DIR/user.env (no such file), DIR/site.env (no such file)"
	runLookups(t, []lookupTest{
		{name: "required and missing", at: Var{Name: "T_A", Options: Required}, value: "(unset)",
			problem: "configuration:\n\tT_A (field Field): required, but not set" + lookedFor},
		{name: "required and empty", at: Var{Name: "T_A", Options: Required}, env: map[string]string{"T_A": ""}, value: "(unset)"},
		{name: "notEmpty and missing", at: Var{Name: "T_A", Options: NotEmpty}, value: "(unset)",
			problem: "configuration:\n\tT_A (field Field): required, but not set" + lookedFor},
		{name: "notEmpty and empty", at: Var{Name: "T_A", Options: NotEmpty}, env: map[string]string{"T_A": ""}, value: "(unset)",
			problem: "configuration:\n\tT_A (field Field): empty in the environment, but must not be"},
		{name: "notEmpty with a default", at: Var{Name: "T_A", Default: "x", Options: NotEmpty}, env: map[string]string{"T_A": ""}, value: "x"},
		{name: "notEmpty and an empty NAME_FILE", at: Var{Name: "T_A", Options: NotEmpty}, files: map[string]string{"empty": "\n"},
			env: map[string]string{"T_A_FILE": "empty"}, value: "(unset)",
			problem: "configuration:\n\tT_A (field Field): empty in DIR/empty (T_A_FILE), but must not be"},
		{name: "file", at: Var{Name: "T_A", Options: File}, files: map[string]string{"x": "content\r\n"}, env: map[string]string{"T_A": "x"}, value: "content"},
		{name: "file has no NAME_FILE", at: Var{Name: "T_A", Options: File, Default: "x"}, files: map[string]string{"x": "content\n\n"},
			env: map[string]string{"T_A_FILE": "y"}, value: "content\n"},
		{name: "file that is missing", at: Var{Name: "T_A", Options: File}, env: map[string]string{"T_A": "x"}, value: "(unset)",
			problem: "configuration:\n\tT_A (field Field): cannot read the file that T_A from the environment names in DIR: no such file or directory"},
		{name: "NAME_FILE that is missing is not also a missing value", at: Var{Name: "T_A", Options: Required}, env: map[string]string{"T_A_FILE": "DIR/x"}, value: "(unset)",
			problem: "configuration:\n\tT_A (field Field): cannot read the file that T_A_FILE from the environment names: no such file or directory"},
		{name: "NAME_FILE that is too large", at: Var{Name: "T_A"}, files: map[string]string{"x": strings.Repeat("x", 1<<20+1)},
			env: map[string]string{"T_A_FILE": "x"}, value: "(unset)",
			problem: "configuration:\n\tT_A (field Field): cannot read the file that T_A_FILE from the environment names in DIR: larger than 1 MiB"},
		{name: "expand", at: Var{Name: "T_A", Options: Expand}, files: map[string]string{"site.env": "T_A=$T_B/${T_C}/$T_NONE.\nT_C=file"},
			env: map[string]string{"T_B": "$T_C"}, value: "$T_C/file/."},
		{name: "expand a default", at: Var{Name: "T_A", Default: "${T_B}x", Options: Expand}, env: map[string]string{"T_B": "b"}, value: "bx"},
		{name: "expand leaves NAME_FILE alone", at: Var{Name: "T_A", Options: Expand}, files: map[string]string{"x": "$T_B"},
			env: map[string]string{"T_A_FILE": "x", "T_B": "b"}, value: "$T_B"},
		{name: "expand the path of a file", at: Var{Name: "T_A", Default: "$T_B.txt", Options: Expand | File}, files: map[string]string{"b.txt": "$T_B"},
			env: map[string]string{"T_B": "b"}, value: "$T_B"},
		{name: "no expand", at: Var{Name: "T_A", Default: "$T_B"}, env: map[string]string{"T_B": "b"}, value: "$T_B"},
	})
}

func TestExpandSeesDefaultsOfEarlierFields(t *testing.T) {
	site(t, nil)
	v := Open("user")
	var host, url string
	Load(v, &host, String, Var{Name: "T_HOST", Default: "localhost"})
	Load(v, &url, String, Var{Name: "T_URL", Default: "http://${T_HOST}/", Options: Expand})
	if want := "http://localhost/"; url != want {
		t.Errorf("got %q, want %q", url, want)
	}
}

func TestUnsetVariablesLeaveTheEnvironment(t *testing.T) {
	dir := site(t, map[string]string{"x": "named"})
	t.Setenv("T_A", "a")
	t.Setenv("T_B_FILE", filepath.Join(dir, "x"))
	v := Open("user")
	var values [3]string
	Load(v, &values[0], String, Var{Name: "T_A", Options: Unset})
	Load(v, &values[1], String, Var{Name: "T_B", Options: Unset})
	Load(v, &values[2], String, Var{Name: "T_A"}) // another struct may ask as well
	if err := v.Err(); err != nil {
		t.Fatal(err)
	}
	if want := [3]string{"a", "named", "a"}; values != want {
		t.Errorf("got %q, want %q", values, want)
	}
	for _, name := range []string{"T_A", "T_B_FILE"} {
		if value, ok := os.LookupEnv(name); ok {
			t.Errorf("%s is still %q", name, value)
		}
	}
}

func TestSettingsComeFromEnvironmentAndFiles(t *testing.T) {
	site(t, map[string]string{"site.env": "CGIGEN_A=1\nCGIGEN_B=1\nCGIGEN_C=1", "user.env": "CGIGEN_B=2\nCGIGEN_C=2"})
	t.Setenv("CGIGEN_C", "3")
	v := Open("user")
	for name, want := range map[string]string{"CGIGEN_A": "1", "CGIGEN_B": "2", "CGIGEN_C": "3"} {
		if got, ok := v.Setting(name); got != want || !ok {
			t.Errorf("%s is %q, %v; want %q", name, got, ok, want)
		}
	}
	if got, ok := v.Setting("CGIGEN_D"); got != "" || ok {
		t.Errorf("CGIGEN_D is %q, %v", got, ok)
	}
	if err := v.Err(); err != nil {
		t.Error(err)
	}
}

func TestNothingIsReadBeforeTheFirstValue(t *testing.T) {
	dir := site(t, map[string]string{"user.env": "not a line"})
	v := Open("user")
	if err := v.Err(); err != nil {
		t.Errorf("%s has been read: %v", dir, err)
	}
}

// A broken file is an error however the values of a program come to it.
func TestBrokenFilesAreSaidWhereTheEnvironmentHasEverything(t *testing.T) {
	dir := site(t, map[string]string{"user.env": "not a line", "secret.txt": "s"})
	for _, at := range []Var{{Name: "T_A"}, {Name: "T_A", Options: File}} {
		t.Setenv("T_A", dir+"/secret.txt")
		t.Setenv("T_A_FILE", dir+"/secret.txt")
		v, value := Open("user"), ""
		Load(v, &value, String, at)
		if err := v.Err(); err == nil || !strings.Contains(err.Error(), "user.env:1: is neither KEY=value") {
			t.Errorf("options %d: %v", at.Options, err)
		}
	}
}

func TestManyValuesAreLoadedAndKnown(t *testing.T) {
	var lines, want []string
	for i := range 40 {
		lines = append(lines, "T_"+strconv.Itoa(i)+"="+strconv.Itoa(i))
		want = append(want, strconv.Itoa(i))
	}
	site(t, map[string]string{"user.env": strings.Join(lines, "\n")})
	v, got := Open("user"), make([]string, len(want))
	for i := range got {
		Load(v, &got[i], String, Var{Name: "T_" + strconv.Itoa(i)})
	}
	if err := v.Err(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}
