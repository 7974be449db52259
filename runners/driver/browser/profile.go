package browser

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// profile is the browser's own folder. A lock that dies with this process tells later ones whether it is still
// in use: a process that is killed cannot clean up behind itself.
type profile struct {
	path string
	lock *os.File
}

// longestRemove of a folder that somebody still writes to.
const longestRemove = 2 * time.Second

const profilePrefix = "hoops-browser-"

func newProfile() (*profile, error) {
	temp := tempFolder()
	sweep(temp)
	for tries := 1; ; tries++ {
		p, err := makeProfile(temp)
		if err == nil || tries == 3 { // another hoops may have swept it before it was locked
			return p, err
		}
	}
}

func makeProfile(temp string) (*profile, error) {
	dir, err := os.MkdirTemp(temp, profilePrefix)
	if err != nil {
		return nil, err
	}
	lock, err := os.Create(dir + ".lock")
	if err == nil {
		err = take(lock)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return &profile{dir, lock}, nil
}

// The path of a socket has at most so many bytes on every system that has them; the browser keeps one in a folder
// of its own in the profile.
const (
	longestSocket = 103
	socketInTemp  = len("/" + profilePrefix + "1234567890/org.chromium.Chromium.123456/SingletonSocket")
)

// tempFolder is that of the system, or one with a shorter path where the browser could not start in it.
func tempFolder() string {
	temp := os.TempDir()
	if runtime.GOOS != "windows" && len(temp)+socketInTemp > longestSocket {
		return "/tmp"
	}
	return temp
}

// remove deletes the folder. Children of the browser may still be writing into it for a moment.
func (p *profile) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), longestRemove)
	defer cancel()
	poll(ctx, func() (bool, error) { return os.RemoveAll(p.path) == nil, nil })
	os.Remove(p.lock.Name())
	p.lock.Close()
}

// sweep removes the folders of processes that were killed.
func sweep(temp string) {
	locks, _ := filepath.Glob(filepath.Join(temp, profilePrefix+"*.lock"))
	for _, name := range locks {
		lock, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if take(lock) == nil {
			if os.RemoveAll(strings.TrimSuffix(name, ".lock")) == nil {
				os.Remove(name)
			}
		}
		lock.Close()
	}
}
