//go:build !unix

package doctor

const openFlags = 0
