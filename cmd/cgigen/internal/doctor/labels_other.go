//go:build !linux

package doctor

func labelType(string) string { return "" }
