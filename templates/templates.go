// Package templates holds everything that cgigen makes and that is not a
// generated Go program: the starter project and the pages of the local server.
// All texts are embedded; rendering one is a function of its data.
package templates
