package model

// ChangeKind says what a Change does.
type ChangeKind int

const (
	Created ChangeKind = iota
	Updated
	Removed
)

// String returns "created", "updated" or "removed".
func (k ChangeKind) String() string {
	return [...]string{"created", "updated", "removed"}[k]
}

// A Change is a file to write or to remove.
type Change struct {
	Kind ChangeKind
	Path string // absolute
	Old  []byte // nil for Created
	New  []byte // nil for Removed
}
