//go:build !linux || !(amd64 || arm64)

package warm

import (
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// Where there is no entry, a program is as cold as ever.

func coldReason() string { return reason(notEntered) }

func leave(gateway.Program, time.Duration) func() { return nil }

func work(func() gateway.Program, time.Duration) (int, bool) { return 0, false }
