package runtime

// LinkBuild does what the linker does for a program that is built by cgigen.
func LinkBuild(hash string) { linkedBuild = hash }
