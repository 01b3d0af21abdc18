package runtime_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/cgigen/cgigen/runtime"
)

// A link to another page of the site begins with the prefix, so that it holds
// wherever the site lies on its host.
func ExamplePrefix() {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<a href="%s/users/7">`, runtime.Prefix(r))
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil)) // at the root of its host the prefix is ""
	fmt.Println(w.Body)
	// Output: <a href="/users/7">
}

// Variable reads what the web server says about a request beyond net/http. A
// request that did not come through a gateway has no variables.
func ExampleVariable() {
	r := httptest.NewRequest("GET", "/", nil)
	if user := runtime.Variable(r, "REMOTE_USER"); user == "" {
		fmt.Println("nobody has logged in")
	}
	// Output: nobody has logged in
}

// A value that is made at its first use, once for all goroutines.
func ExampleLazy() {
	open := runtime.Lazy(func() (string, error) {
		fmt.Println("opening")
		return "a database", nil
	})
	for range 2 {
		db, err := open()
		fmt.Println(db, err)
	}
	// Output:
	// opening
	// a database <nil>
	// a database <nil>
}
