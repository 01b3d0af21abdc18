package signing

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"time"

	"example.com/guestbook"
	"example.com/guestbook/book"
	"example.com/guestbook/upload"
)

// A Desk is where entries are taken.
type Desk struct {
	book *book.Book
	cfg  guestbook.Config
	now  func() time.Time
}

// NewDesk returns a desk that puts entries into the book, signed at the time
// that now tells.
func NewDesk(b *book.Book, c guestbook.Config, now func() time.Time) *Desk {
	return &Desk{book: b, cfg: c, now: now}
}

// Sign checks a draft and keeps it as the entry of a visitor ("" for one that
// cannot take it back), who is at an address as in http.Request.RemoteAddr.
// Errors: Invalid, *book.TooMany, book.ErrFull.
//
// The cheap checks come first: a picture is decoded only for somebody whose
// turn it is, because that is what costs.
func (d *Desk) Sign(ctx context.Context, draft Draft, visitor, address string) (book.Entry, error) {
	draft = draft.Tidy()
	if err := draft.Check(); err != nil {
		return book.Entry{}, err
	}
	if err := d.admit(ctx, address); err != nil {
		return book.Entry{}, err
	}
	entry := book.Entry{Name: draft.Name, Message: draft.Message, Visitor: visitor, Signed: d.now()}
	if len(draft.Picture) > 0 {
		picture, err := upload.Clean(ctx, draft.Picture)
		if r, ok := errors.AsType[upload.Rejection](err); ok {
			return book.Entry{}, Invalid{"picture": string(r)}
		}
		if err != nil {
			return book.Entry{}, err
		}
		entry.Picture = picture
	}
	return d.book.Add(ctx, entry)
}

func (d *Desk) admit(ctx context.Context, address string) error {
	if d.cfg.Limit == 0 {
		return nil
	}
	key, err := d.book.Key(ctx)
	if err != nil {
		return err
	}
	return d.book.Admit(ctx, disguise(key, address), d.now(), d.cfg.Limit, d.cfg.LimitWindow)
}

// disguise hides an address from whoever reads the database. IPv6 counts by
// network: each customer has 2^64 addresses of his own.
func disguise(key []byte, address string) string {
	if a, err := netip.ParseAddrPort(address); err == nil {
		ip := a.Addr().Unmap()
		address = ip.String()
		if network, err := ip.Prefix(64); err == nil {
			address = network.String()
		}
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("address " + address))
	return hex.EncodeToString(mac.Sum(nil))
}
