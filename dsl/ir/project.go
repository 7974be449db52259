package ir

import "github.com/cucumber-value/hoops/dsl/diag"

// What hoops.yaml says, checked. Values that may hold ${secret.…}, ${param.…} or ${env.…} are templates and
// are evaluated at run time; a secret is only ever a name here.

// Param is a parameter of the project, read as ${param.name} and set by --param.
type Param struct {
	Name    string   `json:"name"`
	Default string   `json:"default,omitempty"`
	Pos     diag.Pos `json:"pos"`
}

// Var is a named value, read as ${env.name}.
type Var struct {
	Name  string   `json:"name"`
	Value Template `json:"value,omitempty"`
	Pos   diag.Pos `json:"pos"`
}

// Environment is a place where the software runs.
type Environment struct {
	Name        string   `json:"name"`
	URL         Template `json:"url,omitempty"`
	Services    []Var    `json:"services,omitempty"` // further base URLs, ${env.name}
	Vars        []Var    `json:"vars,omitempty"`
	Hosts       []string `json:"hosts,omitempty"` // further hosts that requests may go to
	Headers     []Field  `json:"headers,omitempty"`
	Auth        *Auth    `json:"auth,omitempty"`
	Timeout     Duration `json:"timeout,omitempty"`      // of a request; 30s
	StepTimeout Duration `json:"step-timeout,omitempty"` // of a browser step; 10s
	MaxBody     int64    `json:"max-body,omitempty"`     // bytes of a response; 10 MB
	TLS         *TLS     `json:"tls,omitempty"`
	Proxy       Template `json:"proxy,omitempty"`
	HTTP        string   `json:"http,omitempty"`   // "1.1" or "2"
	Where       string   `json:"where,omitempty"`  // tag expression
	Writes      string   `json:"writes,omitempty"` // allow, refuse, or "" where the host decides
	Load        string   `json:"load,omitempty"`   // allow, or ""
	Start       *Start   `json:"start,omitempty"`
	OpenMetrics Template `json:"openmetrics,omitempty"`
	Prometheus  Template `json:"prometheus,omitempty"`
	Browser     string   `json:"browser,omitempty"` // address of a remote browser
	Pos         diag.Pos `json:"pos"`
}

// Defaults of an environment.
const (
	DefaultTimeout     = Duration(30e9)
	DefaultStepTimeout = Duration(10e9)
	DefaultMaxBody     = int64(10e6)
)

// Auth is sent to the environment's url and services, and nowhere else.
type Auth struct {
	User     Template `json:"user,omitempty"`
	Password Template `json:"password,omitempty"`
	Bearer   Template `json:"bearer,omitempty"`
}

// TLS names files of the project; Key may be a template of a secret's path.
type TLS struct {
	CA         Template `json:"ca,omitempty"`
	Cert       Template `json:"cert,omitempty"`
	Key        Template `json:"key,omitempty"`
	ServerName string   `json:"server-name,omitempty"`
	Insecure   bool     `json:"insecure,omitempty"`
}

// Start is how hoops starts the software itself.
type Start struct {
	Run    string   `json:"run"`
	Ready  string   `json:"ready,omitempty"`  // a path below url that answers 2xx, or "" for an open port
	Within Duration `json:"within,omitempty"` // 30s
	Pos    diag.Pos `json:"pos"`
}

// CrossCut is a list of expectations that hold after every request or navigation of the scenarios it selects.
type CrossCut struct {
	Where  string       `json:"where,omitempty"`
	Expect []Expression `json:"expect"`
	Pos    diag.Pos     `json:"pos"`
}

// Expression is the source of an expression with its place.
type Expression struct {
	Source string   `json:"source"`
	Pos    diag.Pos `json:"pos"`
}

// Releases says where the version that is running can be read: the Label of the metric Value.
type Releases struct {
	From  string   `json:"from"`
	Label string   `json:"label"`
	Value string   `json:"value"`
	Pos   diag.Pos `json:"pos"`
}

// RunnerName is who runs a stage.
type RunnerName string

const (
	Functional RunnerName = "functional"
	LoadRunner RunnerName = "load"
	Probe      RunnerName = "probe"
	Value      RunnerName = "value"
	Approval   RunnerName = "approval"
)

// Stage is a named place in the pipeline.
type Stage struct {
	Name     string       `json:"name"`
	Run      RunnerName   `json:"run"`
	Driver   string       `json:"driver,omitempty"`
	Env      string       `json:"env,omitempty"`
	Where    string       `json:"where,omitempty"`
	Load     *Load        `json:"load,omitempty"`
	Expect   []Expression `json:"expect,omitempty"` // the gate of a load stage
	StopWhen *Expression  `json:"stop-when,omitempty"`
	For      Duration     `json:"for,omitempty"`      // of a probe stage; 0 is once
	Every    Duration     `json:"every,omitempty"`    // of a probe stage
	Browsers int          `json:"browsers,omitempty"` // of a probe stage: checks that run in one at once; 0 is 2
	Ask      Template     `json:"ask,omitempty"`      // of an approval
	Release  Template     `json:"release,omitempty"`
	Continue bool         `json:"continue,omitempty"` // goes on when undecided
	Pos      diag.Pos     `json:"pos"`
}

// Load is what a load stage asks for. Exactly one of Rate and Users is set.
type Load struct {
	Rate        Template `json:"rate,omitempty"` // words: "10/s to 50/s over 1m, then 50/s for 5m"
	Users       int      `json:"users,omitempty"`
	Duration    Duration `json:"duration,omitempty"`
	Mix         []Share  `json:"mix,omitempty"`
	Data        *Data    `json:"data,omitempty"`
	MaxInFlight int      `json:"max-in-flight,omitempty"` // 10000
	Browsers    int      `json:"browsers,omitempty"`      // users of the scenarios that run in a browser
	Drain       Duration `json:"drain,omitempty"`         // 30s
	Connections string   `json:"connections,omitempty"`   // shared, unless PerJourney
}

// PerJourney gives each journey connections of its own, as people have who come one after the other.
const PerJourney = "per journey"

// MostBrowsers is how many users a load may have in browsers, and how many probes may run in one at once. Each has a page
// of his own, of about 45 MB, which takes a core while it loads: above a few, only this machine would be measured.
const MostBrowsers = 20

// Share gives a part of the arrivals to a scenario, an id or a tag expression.
type Share struct {
	Of     string   `json:"of"`
	Share  int      `json:"share"`
	Driver string   `json:"driver,omitempty"` // instead of the scenario's and the stage's
	Pos    diag.Pos `json:"pos"`
}

// Data replaces the rows of outlines by a file's.
type Data struct {
	File  string   `json:"file"`
	Use   string   `json:"use,omitempty"`    // in order, unique, shared, random
	AtEnd string   `json:"at-end,omitempty"` // loop, stop, fail
	Pos   diag.Pos `json:"pos"`
}
