package templates

import (
	"go/format"
	"slices"
	"strings"
	"testing"
)

func TestStarterIsCompleteAndFormatted(t *testing.T) {
	files, err := Starter(StarterData{Package: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, file := range files {
		paths = append(paths, file.Path)
		if strings.Contains(string(file.Data), "[[") {
			t.Errorf("%s has not been rendered whole:\n%s", file.Path, file.Data)
		}
		if !strings.HasSuffix(file.Path, ".go") {
			continue
		}
		want, err := format.Source(file.Data)
		if err != nil || string(want) != string(file.Data) {
			t.Errorf("%s is not formatted: %v\n%s", file.Path, err, file.Data)
		}
	}
	want := []string{".gitignore", "README.md", "page.html", "shop.go"}
	if !slices.Equal(paths, want) {
		t.Errorf("got the files %q, want %q", paths, want)
	}
}

func TestPageEscapesWhatItShows(t *testing.T) {
	page := Page{
		Title: "<t>", Text: "<p>", Output: "<o>",
		Routes: []PageRoute{{Pattern: "GET /<r>", Program: "<n>", Link: "/<l>"}, {Pattern: "POST /x", Program: "x"}},
	}
	var html strings.Builder
	if err := page.WriteHTML(&html); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<h1>&lt;t&gt;</h1>", "<p>&lt;p&gt;</p>", "<pre>&lt;o&gt;</pre>",
		`<td><a href="/%3cl%3e">GET /&lt;r&gt;</a></td><td>&lt;n&gt;</td>`, "<td>POST /x</td><td>x</td>",
	} {
		if !strings.Contains(html.String(), want) {
			t.Errorf("there is no %s in\n%s", want, html.String())
		}
	}
}

func TestPageAsTextHasWhatThereIs(t *testing.T) {
	for _, test := range []struct {
		name string
		page Page
		want string
	}{
		{"title alone", Page{Title: "Title"}, "Title\n"},
		{"everything", Page{Title: "Title", Text: "Text.", Output: "out\n", Routes: []PageRoute{{Pattern: "GET /", Program: "home"}}},
			"Title\n\nText.\n\nout\n\nGET /\thome\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var text strings.Builder
			if err := test.page.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			if text.String() != test.want {
				t.Errorf("got %q, want %q", text.String(), test.want)
			}
		})
	}
}
