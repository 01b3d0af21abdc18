package gateway

import (
	"io"
	"os"
)

// A fileReader is an Output that can send a file by itself.
type fileReader interface {
	// ReadFile sends n bytes of file from its current position.
	ReadFile(file *os.File, n int64) (int64, error)
}

// fileToSend finds the file in what io.Copy and io.CopyN hand to ReadFrom, and
// how many of its bytes are meant.
func fileToSend(src io.Reader) (*os.File, int64, bool) {
	limit := int64(-1)
	if limited, ok := src.(*io.LimitedReader); ok {
		src, limit = limited.R, max(limited.N, 0)
	}
	file, ok := src.(*os.File)
	if !ok {
		return nil, 0, false
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, false
	}
	offset, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, 0, false
	}
	n := info.Size() - offset
	if limit >= 0 {
		n = min(n, limit)
	}
	return file, n, n > bufferSize
}

// canSendFile reports whether n more bytes may leave as they are.
func (w *response) canSendFile(n int64) bool {
	if _, ok := w.x.Output.(fileReader); !ok {
		return false
	}
	return w.err == nil && !w.isHead && bodyAllowed(w.status) &&
		(w.declared < 0 || w.written+n <= w.declared)
}

func (w *response) sendFile(file *os.File, n int64, src io.Reader) (int64, error) {
	if n > longTransfer {
		w.x.mayBeStopped()
	}
	if err := w.send(); err != nil {
		return 0, err
	}
	sent, err := w.x.Output.(fileReader).ReadFile(file, n)
	w.written += sent
	if limited, ok := src.(*io.LimitedReader); ok {
		limited.N -= sent
	}
	if err != nil {
		w.broken(err)
	}
	return sent, err
}
