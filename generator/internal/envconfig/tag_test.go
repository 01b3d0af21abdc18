package envconfig

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStructTagsAreTakenApart(t *testing.T) {
	tests := []struct {
		tag        string
		pairs      []tagPair
		wellFormed bool
	}{
		{"", nil, true},
		{`env:"A"`, []tagPair{{"env", "A"}}, true},
		{`  env:"A,required"  doc:"a \"b\" c" `, []tagPair{{"env", "A,required"}, {"doc", `a "b" c`}}, true},
		{`env:"A"doc:"b"`, nil, false},
		{`env:"A" envDefault=5`, []tagPair{{"env", "A"}}, false},
		{`env: "A"`, nil, false},
		{`env:"A`, nil, false},
		{`A`, nil, false},
		{`:"A"`, nil, false},
	}
	for _, test := range tests {
		pairs, wellFormed := splitTag(test.tag)
		if diff := cmp.Diff(test.pairs, pairs, cmp.AllowUnexported(tagPair{})); diff != "" || wellFormed != test.wellFormed {
			t.Errorf("%s: well-formed %v, -want +got:\n%s", test.tag, wellFormed, diff)
		}
	}
}
