package state

import (
	"context"
	"net/http"
)

type Sessions struct {
	users map[string]string
	names map[string]string
	hits  map[string]int
}

//cgigen:provide
func NewSessions() (*Sessions, error) { return &Sessions{}, nil }

func (s *Sessions) Save(ctx context.Context, id, user string) {
	s.users[id] = user // want `Save keeps state in s.users, which the next request does not see`
}

func (s *Sessions) User(r *http.Request) string {
	s.hits[r.Host]++ // want `User keeps state in s.hits`
	return s.users[r.Host]
}

// Name asks once in a request.
func (s *Sessions) Name(ctx context.Context, id string) string {
	if name, ok := s.names[id]; ok {
		return name
	}
	s.names[id] = id
	return id
}

// Register is called while the program is wired.
func (s *Sessions) Register(id, user string) { s.users[id] = user }

// Elsewhere is made by nobody who says so.
type Elsewhere struct{ users map[string]string }

func (e *Elsewhere) Save(ctx context.Context, id, user string) { e.users[id] = user }
