package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// gigabyte is the size of a large body.
const gigabyte = 1 << 30

// measureStreams sends a gigabyte in each direction through nginx and prints how
// long it took, and how much the memory of the program grew meanwhile.
func (s *site) measureStreams(w io.Writer) error {
	fmt.Fprintf(w, "%-22s %12s %12s %12s %12s\n", "", "down MiB/s", "grown KiB", "up MiB/s", "grown KiB")
	for _, b := range backends() {
		fmt.Fprintf(w, "%-22s", b.name)
		for _, direction := range []func(string) error{download, upload} {
			before, err := s.resident(b)
			if err != nil {
				return err
			}
			begin := time.Now()
			if err := direction("http://" + s.addr[b.name]); err != nil {
				return fmt.Errorf("%s: %w", b.name, err)
			}
			took := time.Since(begin)
			after, err := s.resident(b)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, " %12.0f %12d", 1024/took.Seconds(), after-before)
		}
		fmt.Fprintln(w)
	}
	return nil
}

func download(site string) error {
	resp, err := http.Get(fmt.Sprintf("%s/send?%d", site, gigabyte))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); n != gigabyte {
		return fmt.Errorf("%d bytes arrived: %w", n, err)
	}
	return nil
}

func upload(site string) error {
	r, err := http.NewRequest("POST", site+"/take", io.LimitReader(zeros{}, gigabyte))
	if err != nil {
		return err
	}
	r.ContentLength = gigabyte
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && !strings.HasPrefix(string(text), fmt.Sprint(gigabyte)) {
		err = fmt.Errorf("%d %q", resp.StatusCode, text)
	}
	return err
}
