package initwork

import (
	"html/template"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"
)

var (
	word     = regexp.MustCompile(`\w+`)
	page     = template.Must(template.New("").Parse("hello"))
	fromDisk = template.Must(template.ParseGlob("*.html")) // want `template.ParseGlob at package initialisation: every request pays for it`
	later    = sync.OnceValue(func() []byte { b, _ := os.ReadFile("x"); return b })
	now      = func() []byte { b, _ := os.ReadFile("x"); return b }() // want `os.ReadFile at package initialisation`
)

func init() {
	time.Sleep(time.Second) // want `time.Sleep at package initialisation`
}

//cgigen:handler GET /
func Home(w http.ResponseWriter, r *http.Request) { time.Sleep(0) }
