package ir

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Major changes when old programs can no longer be read, Minor when fields, ops or places are added.
const (
	Major = 1
	Minor = 3 // 2: places of XML, patterns of parameters. 3: the $id of files
)

const format = "hoops.ir"

// maxArtefact bounds what Decode inflates, in bytes: a small compressed file must not fill the memory.
const maxArtefact = 1 << 30

// An artefact is one JSON object: this header, then the program in canonical form. The tool's version is
// outside the digest.
type header struct {
	Format string `json:"format"`
	Major  int    `json:"major"`
	Minor  int    `json:"minor"`
	Tool   string `json:"tool,omitempty"`
	Digest string `json:"digest"`
}

// Encode is the artefact of a program: its bytes depend on the program, the tool's version and compress only.
func Encode(p *Program, tool string, compress bool) []byte {
	var b bytes.Buffer
	Write(&b, p, Digest(p), tool, compress) // a buffer takes everything
	return b.Bytes()
}

// Write writes the artefact of a program whose digest is known, a piece at a time: as a whole it is as large as the
// program.
func Write(to io.Writer, p *Program, digest, tool string, compress bool) error {
	out := &steady{to: to}
	var z *gzip.Writer
	if compress {
		z, _ = gzip.NewWriterLevel(to, gzip.BestCompression) // no name and no time in its header: same bytes everywhere
		out.to = z
	}
	head := fmt.Appendf(nil, `{"format":"%s","major":%d,"minor":%d,"tool":`, format, Major, Minor)
	head = appendString(head, tool)
	head = appendString(append(head, `,"digest":`...), digest)
	out.write(append(head, ",\n\"program\":"...))
	inPieces(p, out.write)
	out.write([]byte("}\n"))
	if z != nil && out.err == nil {
		out.err = z.Close()
	}
	return out.err
}

// steady writes until something goes wrong, and remembers what.
type steady struct {
	to  io.Writer
	err error
}

func (s *steady) write(piece []byte) {
	if s.err == nil {
		_, s.err = s.to.Write(piece)
	}
}

// Reasons why an artefact cannot be used; Decode wraps one of them.
var (
	ErrNotArtefact = errors.New("not a hoops artefact")
	ErrTruncated   = errors.New("the artefact is cut off")
	ErrEdited      = errors.New("the artefact was changed after it was built")
	ErrVersion     = errors.New("the artefact is of another version")
)

// Decode reads an artefact and returns the program and its digest. It refuses what was truncated or edited,
// and what another major version wrote; a program with a newer minor version is read as far as it is known,
// and newer is true. The texts of the program lie in data, which must not be changed any more.
func Decode(data []byte) (p *Program, digest string, newer bool, err error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if data, err = inflate(data, maxArtefact); err != nil {
			return nil, "", false, err
		}
	}
	head, body, err := split(data)
	if err != nil {
		return nil, "", false, err
	}
	if head.Major != Major {
		return nil, "", false, fmt.Errorf("%w: it has format %d.%d, and this hoops reads %d.%d", ErrVersion, head.Major, head.Minor, Major, Minor)
	}
	newer = head.Minor > Minor
	digests := make(chan string, 1)
	go func() { digests <- digestOf(body) }() // while it is read
	if p, err = read(body, newer); err == nil {
		err = p.check()
	}
	if got := <-digests; got != head.Digest {
		return nil, "", false, fmt.Errorf("%w: its digest is %s, and its header says %s", ErrEdited, Short(got), Short(head.Digest))
	}
	if err != nil {
		return nil, "", newer, fmt.Errorf("%w: %v", ErrNotArtefact, err)
	}
	return p, head.Digest, newer, nil
}

func inflate(data []byte, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrTruncated, err)
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrTruncated, err)
	}
	if int64(len(out)) > limit {
		return nil, fmt.Errorf("%w: it inflates to more than %d bytes", ErrNotArtefact, limit)
	}
	return out, nil
}

// split separates the header from the program's bytes as they stand, so that the digest is of what was
// stored and not of what a reader made of it.
func split(data []byte) (header, []byte, error) {
	var head header
	line, rest, found := bytes.Cut(data, []byte(",\n\"program\":"))
	if !bytes.HasPrefix(line, []byte(`{"format":"`+format+`"`)) {
		return head, nil, ErrNotArtefact
	}
	if !found {
		return head, nil, ErrTruncated
	}
	if err := json.Unmarshal(append(line[:len(line):len(line)], '}'), &head); err != nil {
		return head, nil, fmt.Errorf("%w: %v", ErrNotArtefact, err)
	}
	body, whole := bytes.CutSuffix(rest, []byte("}\n"))
	if !whole {
		if end := bytes.LastIndex(rest, []byte("}\n")); end >= 0 && digestOf(rest[:end]) == head.Digest {
			return head, nil, fmt.Errorf("%w: something follows its end", ErrEdited)
		}
		return head, nil, ErrTruncated
	}
	return head, body, nil
}
