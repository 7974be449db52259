package history

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// look refuses what SQLite would take for an empty database, and then write over it or delete the log beside it. The
// log is looked at first: while another process creates the history, it comes second.
func (s *Store) look(full string) error {
	log, err := os.Stat(full + "-wal")
	logged := err == nil && log.Size() > 0
	file, err := os.Stat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist) && logged:
		return s.fail(Damaged, nil, "the file is gone, and its log %s-wal is still there", s.path)
	case errors.Is(err, fs.ErrNotExist) && s.only:
		return s.fail(Missing, err, "there is none yet")
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !file.Mode().IsRegular():
		return s.fail(Foreign, nil, "this is a %s, not a file", kindOf(file.Mode()))
	case file.Size() == 0 && logged:
		return s.fail(Damaged, nil, "the file is empty, and its log %s-wal is not", s.path)
	case file.Size() == 0 && s.only:
		return s.fail(Missing, fs.ErrNotExist, "the file is still empty")
	case file.Size() == 0 || logged || unfinished(full):
		return nil // it is new, or SQLite makes it whole
	}
	return s.wholePages(full, file.Size())
}

// unfinished reports whether a process died while it made the file: SQLite then undoes it.
func unfinished(full string) bool {
	_, err := os.Stat(full + "-journal")
	return err == nil
}

// wholePages refuses a file that ends within a page: SQLite would read zeros for what is missing.
func (s *Store) wholePages(full string, size int64) error {
	file, err := os.Open(full)
	if err != nil {
		return err
	}
	defer file.Close()
	head := make([]byte, 18)
	if _, err := io.ReadFull(file, head); err != nil {
		return s.fail(Damaged, err, "the file is cut off after %d bytes", size)
	}
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 1 << 16
	}
	if string(head[:15]) != "SQLite format 3" || page == 0 {
		return s.fail(Damaged, nil, "the file is no database, or its beginning was written over")
	}
	if size%page != 0 {
		return s.fail(Damaged, nil, "the file is cut off after %d bytes, within a page of %d", size, page)
	}
	return nil
}

func kindOf(m fs.FileMode) string {
	if m.IsDir() {
		return "folder"
	}
	return "device"
}
