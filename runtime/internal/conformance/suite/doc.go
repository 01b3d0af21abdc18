// Package suite holds what the runtime promises to a handler as cases: requests whose answers have to be those of
// net/http.Server, whatever web server and gateway stand between the client and the handler.
//
// [Handler] is the handler under test. It runs twice: on an httptest.Server, which says what is right, and as a program
// behind a real server. [Do] sends a [Case] as raw bytes over TCP to either of them and returns an [Answer], whose lines
// are compared. What a server changes by force stands in [Differences], with the reason; docs/reference/servers.md is made of it.
//
// The handler reports what it sees and the client cannot, such as the error of a Write, over a connection of its own, the
// journal: the client listens, and names its address in the request header Journal.
package suite
