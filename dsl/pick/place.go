package pick

import (
	"strconv"
	"strings"
)

// ParseLocation reads PATH, PATH:LINE or PATH:LINE:LINE…: two numbers are two lines, not a line and a column, as
// in every Cucumber. Paths may be written as Windows does, features\a.feature:3 or C:\shop\a.feature:3, and
// come back with slashes. No lines mean the whole file. It is not ok when the path is empty, a line is 0, or
// what follows ".feature:" is no line number.
func ParseLocation(arg string) (path string, lines []int, ok bool) {
	path = arg
	for {
		i := strings.LastIndexByte(path, ':')
		if i < 0 || !digits(path[i+1:]) {
			break
		}
		n, err := strconv.Atoi(path[i+1:])
		if err != nil || n < 1 {
			return "", nil, false
		}
		lines = append([]int{n}, lines...)
		path = path[:i]
	}
	drive := len(path) == 2 && path[1] == ':'
	if path == "" || strings.HasSuffix(path, ":") && !drive || strings.Contains(path, ".feature:") {
		return "", nil, false
	}
	return slashed(path), lines, true
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
