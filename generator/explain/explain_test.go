package explain

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

func step(kind model.StepKind, pkg, name, typ string, args ...model.Arg) model.Step {
	s := model.Step{Kind: kind, Func: model.Symbol{Package: "example.com/shop/" + pkg, PackageName: pkg, Name: name}, Type: typ, Args: args}
	s.Position.Filename, s.Position.Line = pkg+"/"+pkg+".go", 10
	return s
}

func value(i int) model.Arg { return model.Arg{Kind: model.StepArg, Step: i} }

func lazy(i int) model.Arg { return model.Arg{Kind: model.StepArg, Step: i, Lazy: true} }

func shop() model.Program {
	config := step(model.LoadConfig, "store", "", "store.Config")
	config.Config = &model.Config{
		Type: model.Symbol{Package: "example.com/shop/store", PackageName: "store", Name: "Config"},
		Fields: []model.ConfigField{
			{Name: "DB_DSN", Required: true, Secret: true}, {Name: "DB_TIMEOUT", Default: "5s", HasDefault: true},
			{Name: "DB_KEY", Default: "hush", HasDefault: true, Secret: true},
			{Name: "DB_NOTE"},
		},
	}
	open := step(model.CallProvider, "store", "Open", "*sql.DB", model.Arg{Kind: model.ContextArg}, value(0))
	open.Result = model.CallResult{Cleanup: model.CleanupErrorFunc, Error: true}
	mail := step(model.CallProvider, "mail", "Connect", "*mail.Client", model.Arg{Kind: model.LoggerArg})
	mail.Lazy, mail.Result = true, model.CallResult{Cleanup: model.CleanupFunc, Error: true}
	return model.Program{
		Name: "users", Packages: []string{"example.com/shop/users"},
		Steps: []model.Step{
			config, open, mail,
			step(model.PlainMiddleware, "web", "Secure", ""),
			step(model.CallMiddleware, "web", "NewLog", "func(http.Handler) http.Handler", model.Arg{Kind: model.LoggerArg}),
			step(model.CallHandler, "users", "NewList", "*users.List", value(1), lazy(2)),
		},
		Routes: []model.Route{
			{Pattern: "GET /users/{id}", Use: []string{"secure", "log"}, Wrap: []int{3, 4}, Step: 5},
			{Pattern: "POST /old/users", Strip: "/old", Step: 5},
		},
	}
}

func TestFormats(t *testing.T) {
	p := Of(shop())
	for name, got := range map[string]string{"users.txt": p.Text(), "users.dot": p.Dot(), "users.mmd": p.Mermaid(), "users.svg": p.SVG()} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// large is a program of forty steps and more.
func large() model.Program {
	p := model.Program{Name: "admin", Packages: []string{"example.com/shop/admin"}}
	add := func(s model.Step) int { p.Steps = append(p.Steps, s); return len(p.Steps) - 1 }
	var stores []int
	for i, name := range []string{"users", "orders", "invoices", "stock", "audit"} {
		config := step(model.LoadConfig, name, "", "")
		config.Config = &model.Config{Type: model.Symbol{PackageName: name, Name: "Config"}, Fields: make([]model.ConfigField, i+2)}
		c := add(config)
		db := add(step(model.CallProvider, name, "Open", "*"+name+".DB", value(c)))
		p.Steps[db].Lazy = i%2 == 1
		p.Steps[db].Result.Cleanup = model.CleanupFunc
		args := []model.Arg{value(db)}
		if len(stores) > 0 {
			args = append(args, value(stores[len(stores)-1]))
		}
		stores = append(stores, add(step(model.CallProvider, name, "NewRepository", "*"+name+".Repository", args...)))
	}
	sessions := add(step(model.CallProvider, "session", "NewStore", "*session.Store", value(stores[0])))
	auth := add(step(model.CallMiddleware, "web", "NewAuth", "", value(sessions)))
	log := add(step(model.PlainMiddleware, "web", "Log", ""))
	for i := range 12 {
		h := add(step(model.CallHandler, "admin", fmt.Sprintf("NewPage%d", i), "", value(stores[i%5]), lazy(stores[(i+2)%5]), value(sessions)))
		p.Routes = append(p.Routes, model.Route{Pattern: fmt.Sprintf("GET /admin/page-%d/{id}", i), Wrap: []int{log, auth}, Step: h})
	}
	return p
}

func TestBoxesDoNotOverlapAndStayInThePicture(t *testing.T) {
	nodes, edges := Of(large()).graph()
	if len(nodes) < 40 {
		t.Fatalf("only %d nodes", len(nodes))
	}
	l := newLayout(nodes, edges)
	for i, a := range l.spots {
		if a.x < 0 || a.y < headHeight || a.x+a.width > l.width || a.y+a.height > l.height {
			t.Errorf("spot %d is outside of the picture: %+v", i, a)
		}
		for j, b := range l.spots[:i] {
			if a.x < b.x+b.width && b.x < a.x+a.width && a.y < b.y+b.height && b.y < a.y+a.height {
				t.Errorf("spots %d and %d overlap: %+v, %+v", i, j, a, b)
			}
		}
	}
}

func TestSVGIsXML(t *testing.T) {
	svg := Of(large()).SVG()
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", "large.svg"), []byte(svg), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
