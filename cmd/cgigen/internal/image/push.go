package image

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// A Reference says where an image lies in a registry.
type Reference struct{ tag name.Tag }

// ParseReference reads REGISTRY/NAME[:TAG]. The registry is never guessed: what
// docker takes for docker.io/library/shop is the name of nothing here.
func ParseReference(text string) (Reference, error) {
	host, rest, found := strings.Cut(text, "/")
	if !found || !strings.ContainsAny(host, ".:") && host != "localhost" {
		return Reference{}, fmt.Errorf("%q does not say its registry: write REGISTRY/NAME[:TAG], such as registry.example.org/shop or docker.io/alice/shop", text)
	}
	if strings.Contains(rest, "@") {
		return Reference{}, fmt.Errorf("%q has a digest, which follows from the programs: write REGISTRY/NAME[:TAG]", text)
	}
	tag, err := name.NewTag(text)
	if err != nil {
		return Reference{}, fmt.Errorf("%q is not the name of an image: %w", text, err)
	}
	return Reference{tag}, nil
}

// String returns the reference with its tag.
func (r Reference) String() string { return r.tag.Name() }

// Pinned returns the reference of what has a digest, which no later push changes.
func (r Reference) Pinned(digest string) string { return r.tag.Context().Name() + "@" + digest }

// Repository returns the reference without its tag.
func (r Reference) Repository() string { return r.tag.Context().Name() }

// Registry returns the host.
func (r Reference) Registry() string { return r.tag.RegistryStr() }

// A Progress says how far a push is, in bytes.
type Progress struct{ Done, Total int64 }

// Push sends the image of every platform, then the manifest by which others find
// it, then the bill of materials. Logins are those of docker and podman. What a
// registry has is not sent again; what fails for a moment is tried again. show
// may be nil, and is called from one goroutine.
func (i *Image) Push(ctx context.Context, to Reference, show func(Progress)) error {
	options := []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithUserAgent("cgigen"),
		remote.WithRetryBackoff(remote.Backoff{Duration: 500 * time.Millisecond, Factor: 3, Jitter: 0.1, Steps: 4}),
	}
	watched, wait := watch(options, show)
	var err error
	if i.single != nil {
		err = remote.Write(to.tag, i.single, watched...)
	} else {
		err = remote.WriteIndex(to.tag, i.index, watched...)
	}
	wait()
	if err != nil {
		return pushError(to, "nothing in the registry has the tag or the digest of this image yet: what was sent is used by the next attempt", err)
	}
	digest, err := i.bill.Digest()
	if err == nil {
		err = remote.Write(to.tag.Digest(digest.String()), i.bill, options...)
	}
	if err != nil {
		return pushError(to, "the image itself is there and can be used; its bill of materials is missing", err)
	}
	return nil
}

// watch adds a channel for the progress to options. The function that it returns
// waits for the last report.
func watch(options []remote.Option, show func(Progress)) ([]remote.Option, func()) {
	if show == nil {
		return options, func() {}
	}
	updates, done := make(chan v1.Update, 16), make(chan struct{})
	go func() {
		defer close(done)
		for u := range updates { // which the push closes
			if u.Error == nil {
				show(Progress{u.Complete, u.Total})
			}
		}
	}()
	return append(options[:len(options):len(options)], remote.WithProgress(updates)), func() { <-done }
}

// A PushError is why an image, or a part of it, did not get into a registry.
type PushError struct {
	To    Reference
	State string // what is there now
	Hint  string // what to do; "" if nobody knows
	err   error
}

func (e *PushError) Error() string {
	text := fmt.Sprintf("cannot push %s: %v\n\tnote: %s", e.To, e.err, e.State)
	if e.Hint != "" {
		text += "\n\thint: " + e.Hint
	}
	return text
}

func (e *PushError) Unwrap() error { return e.err }

func pushError(to Reference, state string, err error) error {
	return &PushError{to, state, pushHint(to, err), err}
}

func pushHint(to Reference, err error) string {
	var refused *transport.Error
	if !errors.As(err, &refused) {
		return "check that " + to.Registry() + " can be reached, and push again"
	}
	switch refused.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "log in with: docker login " + to.Registry() + " (or podman login); the account must be allowed to write " + to.tag.RepositoryStr()
	case http.StatusNotFound:
		return "create the repository " + to.tag.RepositoryStr() + " in the registry first, if it does not do so by itself"
	case http.StatusRequestEntityTooLarge, http.StatusTooManyRequests, http.StatusInsufficientStorage:
		return "the registry's limits are in the way: see its quota, and push again"
	}
	return ""
}
