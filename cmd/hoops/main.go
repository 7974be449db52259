// Command hoops compiles Gherkin features once and makes them jump every hoop from CI to production.
package main

import (
	"os"

	"github.com/cucumber-value/hoops/cmd"
)

func main() {
	os.Exit(cmd.Main(os.Args[1:], cmd.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
