// Package guestbook holds the settings that the programs of the site share.
//
//cgigen:site data=GUESTBOOK_DATA
package guestbook

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/cgigen/cgigen/runtime/config"
)

// Config is what the owner of a guestbook may set. Every value has a default
// that works.
//
//cgigen:config prefix=GUESTBOOK_
type Config struct {
	Title   string `env:"TITLE" envDefault:"Guestbook" doc:"name of the site"`
	Welcome string `env:"WELCOME" envDefault:"You have been here. Leave a few words, and a picture if you like." doc:"sentence below the name"`

	Data      string `env:"DATA" envDefault:"guestbook" doc:"folder of the database; relative to the site's private folder"`
	MaxDataMB int    `env:"MAX_DATA_MB" envDefault:"500" doc:"size that the database does not exceed"`

	PageSize     int `env:"PAGE_SIZE" envDefault:"12" doc:"entries on a page"`
	MaxPictureMB int `env:"MAX_PICTURE_MB" envDefault:"8" doc:"largest picture that may be uploaded"`

	Limit       int           `env:"LIMIT" envDefault:"5" doc:"entries that one address may leave within LIMIT_WINDOW; 0 for any number"`
	LimitWindow time.Duration `env:"LIMIT_WINDOW" envDefault:"10m" doc:"period to which LIMIT applies"`

	Key        string `env:"KEY" secret:"true" doc:"signs the cookies; made at the first start and kept in the database if empty"`
	AdminToken string `env:"ADMIN_TOKEN" secret:"true" doc:"bearer token that may delete any entry through the API; nobody may if empty"`
}

// MinSecret is the least length of Key and AdminToken, in bytes: they are not
// slowed down like passwords, so they have to be beyond guessing.
const MinSecret = 32

// Check reports all values with which the site cannot work.
func (c Config) Check() error {
	return errors.Join(
		within("PAGE_SIZE", c.PageSize, 1, 100),
		within("MAX_DATA_MB", c.MaxDataMB, 1, 1<<20),
		within("MAX_PICTURE_MB", c.MaxPictureMB, 1, 64),
		within("LIMIT", c.Limit, 0, 1<<20),
		within("LIMIT_WINDOW in seconds", int(c.LimitWindow/time.Second), 1, 1<<30),
		secret("KEY", c.Key),
		secret("ADMIN_TOKEN", c.AdminToken),
	)
}

func within(name string, value, least, most int) error {
	if value < least || value > most {
		return fmt.Errorf("GUESTBOOK_%s: %d is not from %d to %d", name, value, least, most)
	}
	return nil
}

func secret(name, value string) error {
	if value != "" && len(value) < MinSecret {
		return fmt.Errorf("GUESTBOOK_%s: shorter than %d characters (try: openssl rand -hex 32)", name, MinSecret)
	}
	return nil
}

// MaxPicture is the largest picture that may be uploaded, in bytes.
func (c Config) MaxPicture() int64 { return int64(c.MaxPictureMB) << 20 }

// DataDir is the absolute folder of the database. It lies outside the document
// root as long as Data is relative.
func (c Config) DataDir() (string, error) { return dataDir(c.Data, config.PrivateDir()) }

func dataDir(data, private string) (string, error) {
	switch {
	case filepath.IsAbs(data):
		return data, nil
	case private == "":
		return "", errors.New("no folder \"private\" beside or above the program: make one outside the document root, or set GUESTBOOK_DATA to an absolute path")
	}
	return filepath.Join(private, data), nil
}
