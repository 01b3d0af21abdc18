// Package servers starts real web servers for tests: each in a temporary folder, on loopback ports, with a configuration
// that the test writes, in the foreground, so that it is stopped by its process id and by nothing else.
//
// A server has one or more hosts, each with a port of its own, so that one process can serve a program in several ways:
//
//	server := servers.Apache(t, servers.Options{Modules: []string{"cgid", "rewrite"}}, `
//		ScriptAlias /cgi-bin/ "`+dir+`/"`)
//	resp, err := http.Get("http://" + server.Addr(0) + "/cgi-bin/hello")
//
// A server that the machine lacks skips the test; where the variable CI is true it fails it.
package servers
