package cgi

import "time"

// Flush does nothing: a write leaves at once.
func (*output) Flush() error { return nil }

// GiveUp takes in the rest of the body, which nobody wants any more, while the
// response leaves. fcgiwrap passes on the whole body before it looks at the
// response, and answers 502 if the program has ended before.
func (in *input) GiveUp() {
	in.rest = make(chan struct{})
	go func() {
		defer close(in.rest)
		buf := make([]byte, 32<<10)
		for {
			in.SetReadDeadline(time.Now().Add(silence))
			if _, err := in.Read(buf); err != nil {
				return
			}
		}
	}()
}

// silence is how long the rest of a body may pause: longer than servers wait
// for their clients, so that it ends with them.
const silence = 2 * time.Minute

// awaitRest returns when no rest of the body can come any more.
func (in *input) awaitRest() {
	if in.rest != nil {
		<-in.rest
	}
}
