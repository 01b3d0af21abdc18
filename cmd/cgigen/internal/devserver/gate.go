package devserver

import (
	"context"
	"sync"
)

// gate holds requests back from the moment in which a change is noticed until
// the programs have been built: nobody who saves a file and reloads the page
// sees the old one.
type gate struct {
	mu      sync.Mutex
	changes int           // how many changes have been noticed
	opened  chan struct{} // closed while requests may pass
	table   table
}

func newGate() *gate {
	return &gate{opened: make(chan struct{})}
}

// version tells which changes a build that starts now takes in.
func (g *gate) version() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.changes
}

// close holds requests back: what has been built is out of date.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.changes++
	select {
	case <-g.opened:
		g.opened = make(chan struct{})
	default: // closed already
	}
}

// open lets requests pass to the result of the build that started at version,
// unless more has changed since.
func (g *gate) open(version int, t table) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if version != g.changes {
		return
	}
	g.table = t
	select {
	case <-g.opened:
	default:
		close(g.opened)
	}
}

// pass waits until the gate is open, and returns the table behind it.
func (g *gate) pass(ctx context.Context) (table, error) {
	for {
		g.mu.Lock()
		opened, t := g.opened, g.table
		g.mu.Unlock()
		select {
		case <-opened:
			return t, nil
		default:
		}
		select {
		case <-opened:
		case <-ctx.Done():
			return table{}, ctx.Err()
		}
	}
}
