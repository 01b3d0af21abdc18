package devserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopDelay is how long a program may take to end after it was asked to.
const stopDelay = 3 * time.Second

// The size that a program's header may have, in bytes. Apache allows less.
const headerLimit = 64 << 10

// process is a program that answers one request. The host side of
// net/http/cgi is not used because it cannot stop a program whose client has
// gone, refuses header lines of 1 KiB, and holds back what has been flushed.
type process struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	stderr *lines
	served func() // called when the client is about to have all that it waits for
	ended  bool
	result error // of cmd.Wait, once it has ended
}

// response is the head of what a program answers (RFC 3875 §6).
type response struct {
	status int
	header http.Header
}

// start starts the program. When ctx ends, it is asked to stop, and killed if
// it does not.
func start(ctx context.Context, p Program, env []string, stdin *os.File, stderr *lines) (*process, error) {
	cmd := exec.CommandContext(ctx, p.Path)
	cmd.Dir = p.Dir
	cmd.Env = env
	cmd.Stderr = stderr
	if stdin != nil {
		cmd.Stdin = stdin
	}
	cmd.Cancel = func() error {
		// Apache sends SIGTERM, too. Windows can only kill a process.
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = stopDelay
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the program: %w", err)
	}
	return &process{cmd: cmd, stdout: bufio.NewReaderSize(stdout, headerLimit), stderr: stderr}, nil
}

// wait waits for the program to end. Everything that it wrote to standard
// error has then been passed on.
func (p *process) wait() error {
	if !p.ended {
		p.result, p.ended = p.cmd.Wait(), true
		p.stderr.end()
	}
	return p.result
}

// killed reports whether a process was ended by a signal, and so may have
// been in the middle of its answer.
func killed(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == -1
}

// readHead reads the header that the program answers with.
func (p *process) readHead() (response, error) {
	res := response{header: http.Header{}}
	for size := 0; ; {
		line, err := p.stdout.ReadSlice('\n')
		if size += len(line); size > headerLimit || errors.Is(err, bufio.ErrBufferFull) {
			return res, fmt.Errorf("its header is larger than %d bytes", headerLimit)
		}
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case err != nil && size == 0:
			return res, errors.New("it wrote nothing")
		case err != nil:
			return res, fmt.Errorf("its header does not end with an empty line; the last line is %q", text)
		case text == "":
			return res, res.complete()
		}
		if err := res.add(text); err != nil {
			return res, err
		}
	}
}

// add takes in a line of the header.
func (res *response) add(line string) error {
	name, value, ok := strings.Cut(line, ":")
	if !ok || name == "" || strings.ContainsAny(name, " \t") {
		return fmt.Errorf("it wrote %q instead of a header line", line)
	}
	value = strings.TrimSpace(value)
	if !strings.EqualFold(name, "Status") {
		res.header.Add(name, value)
		return nil
	}
	code, _, _ := strings.Cut(value, " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < 200 || status > 999 {
		return fmt.Errorf("its status %q does not begin with a number from 200 to 999", value)
	}
	res.status = status
	return nil
}

// complete checks the header and fills in a status that was left out
// (RFC 3875 §6.2, §6.3.3).
func (res *response) complete() error {
	switch {
	case res.status != 0:
	case res.header.Get("Location") != "":
		res.status = http.StatusFound
	case res.header.Get("Content-Type") != "":
		res.status = http.StatusOK
	default:
		return errors.New("its header has neither a Status nor a Content-Type")
	}
	return nil
}

// failed reports whether the answer is the one that the runtime gives in place
// of a handler's, and with which request id. It has then been read.
func (p *process) failed(res response) (id string, ok bool) {
	const page = "500 Internal Server Error\nrequest "
	if res.status != http.StatusInternalServerError || res.header.Get("X-Content-Type-Options") != "nosniff" {
		return "", false
	}
	if start, err := p.stdout.Peek(len(page)); err != nil || string(start) != page {
		return "", false
	}
	body, _ := io.ReadAll(p.stdout) // an end that is missing says nothing more
	return strings.TrimSpace(string(body[len(page):])), true
}

// bodySize returns how many bytes of body the client waits for: -1 if it waits
// for the end.
func (res *response) bodySize(method string) int64 {
	if method == http.MethodHead || res.status == http.StatusNoContent || res.status == http.StatusNotModified {
		return 0
	}
	size, err := strconv.ParseInt(res.header.Get("Content-Length"), 10, 64)
	if err != nil {
		return -1
	}
	return size
}

// copyBody passes the body on as it comes, so that a program which flushes is
// seen to do so. A client that leaves after size bytes has not left early: the
// program may go on cleaning up. The error is that of the client's connection.
func (p *process) copyBody(w http.ResponseWriter, size int64) error {
	buffer := make([]byte, 32<<10)
	flusher := http.NewResponseController(w)
	for {
		n, err := p.stdout.Read(buffer)
		if size -= int64(n); size == 0 {
			p.served()
		}
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
			if err := flusher.Flush(); err != nil {
				return err
			}
		}
		if err != nil {
			return nil // io.EOF, or the pipe was closed because the program ended
		}
	}
}

// drain lets a program whose answer nobody reads come to its end.
func (p *process) drain() {
	_, _ = io.Copy(io.Discard, p.stdout)
}
