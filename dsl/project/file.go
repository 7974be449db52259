package project

// The shape of hoops.yaml. These types drive three things at once, so that they cannot differ: reading, the
// suggestions for unknown keys, and the JSON Schema. The tags of a field:
//
//	key     the key as people write it
//	doc     a few words for the schema
//	need    the key must be there
//	choice  the words of a choice, separated by "|"
//	runs    the runners of a stage that have this key; all, if absent
//	raw     "${" is not ours: the text is in a language of its own
//	empty   the text may be empty
//	names   the names of this mapping are read as ${…} and must be fit for it

type file struct {
	block
	Project      text               `key:"project" doc:"the project's name"`
	Include      list[text]         `key:"include" doc:"further files, merged into this one; a key defined twice is an error"`
	Params       named[param]       `key:"params" names:"name" empty:"yes" doc:"parameters and their defaults: ${param.name}, set by --param"`
	Vars         named[template]    `key:"vars" names:"name" empty:"yes" doc:"defaults of every environment's vars: ${env.name}"`
	Types        named[text]        `key:"types" raw:"yes" doc:"parameter types of patterns: a name and its regular expression"`
	Environments named[environment] `key:"environments" doc:"where the software runs"`
	Measures     named[measure]     `key:"measures" doc:"metrics that value clauses are about"`
	Baselines    named[param]       `key:"baselines" empty:"yes" doc:"names that clauses compare with, and what each was: than the spring campaign"`
	Releases     releases           `key:"releases" doc:"where the running version can be read"`
	CrossCutting list[crossCut]     `key:"cross-cutting" doc:"expectations that hold after every request or navigation"`
	Stages       named[stage]       `key:"stages" doc:"the pipeline, in order"`
	Zone         text               `key:"zone" doc:"the time zone of days and weeks in clauses: Europe/London; UTC"`
	History      text               `key:"history" doc:"the history's file; .hoops/history.db beside hoops.yaml"`
	Escalation   escalation         `key:"escalation" doc:"what to do when a probe fails hard"`
}

type environment struct {
	block
	URL         template        `key:"url" place:"url" doc:"the base of every relative URL"`
	Services    named[template] `key:"services" names:"name" place:"url" doc:"further base URLs: ${env.name}"`
	Vars        named[template] `key:"vars" names:"name" empty:"yes" doc:"${env.name}"`
	Hosts       list[text]      `key:"hosts" doc:"further hosts that requests may go to"`
	Headers     named[template] `key:"headers" empty:"yes" place:"header" doc:"sent to url and services"`
	Auth        auth            `key:"auth" doc:"user and password, or bearer: sent to url and services"`
	Timeout     duration        `key:"timeout" doc:"of a request; 30s"`
	StepTimeout duration        `key:"step-timeout" doc:"of a browser step; 10s"`
	MaxBody     size            `key:"max-body" doc:"of a response; 10MB"`
	TLS         tls             `key:"tls" doc:"certificates"`
	Proxy       template        `key:"proxy" place:"url" doc:"HTTP_PROXY of the process otherwise"`
	HTTP        choice          `key:"http" choice:"1.1|2" doc:"the version of HTTP; 1.1"`
	Where       text            `key:"where" doc:"tag expression: what may run here"`
	Writes      choice          `key:"writes" choice:"allow|refuse" doc:"whether scenarios may change anything here"`
	Load        choice          `key:"load" choice:"allow" doc:"whether load may be put on it"`
	Start       start           `key:"start" doc:"how hoops starts the software"`
	OpenMetrics template        `key:"openmetrics" place:"url" doc:"the application's own metrics"`
	Prometheus  template        `key:"prometheus" place:"url" doc:"a Prometheus server"`
	Browser     browser         `key:"browser" doc:"a browser elsewhere"`
}

type auth struct {
	block
	User     template `key:"user"`
	Password template `key:"password" empty:"yes"`
	Bearer   template `key:"bearer" place:"header"`
}

type tls struct {
	block
	CA         template `key:"ca" doc:"a file"`
	Cert       template `key:"cert" doc:"a file"`
	Key        template `key:"key" doc:"a file"`
	ServerName text     `key:"server-name"`
	Insecure   boolean  `key:"insecure" doc:"certificates are not checked"`
}

type start struct {
	block
	Run    text     `key:"run" need:"yes" raw:"yes" doc:"the command"`
	Ready  text     `key:"ready" doc:"a path that answers 2xx; an open port otherwise"`
	Within duration `key:"within" doc:"30s"`
}

type browser struct {
	block
	Remote text `key:"remote" need:"yes" doc:"its address"`
}

type measure struct {
	block
	Says      list[text] `key:"says" raw:"yes" doc:"other phrasings, {quantity} where the number stands"`
	Count     text       `key:"count" raw:"yes" doc:"what is counted: a PromQL selector, SQL, a JSON path"`
	Per       text       `key:"per" raw:"yes" doc:"exposure, which makes the count a rate"`
	Of        text       `key:"of" raw:"yes" doc:"the whole that count is a part of"`
	Value     text       `key:"value" raw:"yes" doc:"a gauge"`
	Quantile  text       `key:"quantile" raw:"yes" doc:"a distribution"`
	Step      text       `key:"step" raw:"yes" doc:"of a run's own samples: the step that is measured"`
	From      choice     `key:"from" choice:"openmetrics|prometheus|sql|json|csv|run|history" doc:"the source; openmetrics"`
	Better    choice     `key:"better" choice:"lower|higher"`
	Owner     text       `key:"owner"`
	MDE       percent    `key:"mde" doc:"the smallest change worth knowing; 20%"`
	Unit      text       `key:"unit" doc:"s, ms, £, B, %"`
	At        text       `key:"at" doc:"the quantile that is meant when none is named; p95"`
	Margin    percent    `key:"margin" doc:"of no worse than; the mde"`
	DSN       template   `key:"dsn" doc:"the database of from: sql"`
	URL       template   `key:"url" place:"url" doc:"the document of from: json or csv: a URL or a file"`
	Control   text       `key:"control" raw:"yes" doc:"label matchers of the control group"`
	Split     text       `key:"split" raw:"yes" doc:"label matchers of the candidate"`
	Weights   weights    `key:"weights" doc:"the parts of the traffic that both are meant to have"`
	Synthetic choice     `key:"synthetic" choice:"include|exclude" doc:"traffic of hoops itself"`
}

type weights struct {
	block
	Control percent `key:"control" need:"yes" doc:"the part of the traffic that is the control group"`
	Split   percent `key:"split" need:"yes" doc:"the part of the traffic that is the candidate"`
}

type releases struct {
	block
	From  choice `key:"from" need:"yes" choice:"prometheus|openmetrics"`
	Label text   `key:"label" need:"yes" doc:"the label that holds the version"`
	Value text   `key:"value" need:"yes" raw:"yes" doc:"the metric that has it"`
}

type crossCut struct {
	block
	Where  text             `key:"where" doc:"tag expression"`
	Expect list[expression] `key:"expect" need:"yes"`
}

type stage struct {
	block
	Run         choice           `key:"run" need:"yes" choice:"functional|load|probe|value|approval" doc:"who runs it"`
	Driver      choice           `key:"driver" runs:"functional|load|probe" choice:"http|browser|shell" doc:"http, unless a scenario says otherwise"`
	Env         text             `key:"env" doc:"an environment"`
	Where       text             `key:"where" runs:"functional|load|probe|value" doc:"tag expression"`
	Mix         list[share]      `key:"mix" runs:"load" doc:"each scenario's part of the arrivals"`
	Rate        template         `key:"rate" runs:"load" doc:"arrivals: 10/s to 50/s over 1m, then 50/s for 5m"`
	Users       whole            `key:"users" runs:"load" doc:"the closed model, instead of rate"`
	Duration    duration         `key:"duration" runs:"load"`
	Data        data             `key:"data" runs:"load" doc:"a file instead of the rows of outlines"`
	MaxInFlight whole            `key:"max-in-flight" runs:"load" doc:"10000"`
	Browsers    whole            `key:"browsers" runs:"load|probe" doc:"users of the scenarios that run in a browser, beside the rate; probes in one at once: 2"`
	Drain       duration         `key:"drain" runs:"load" doc:"30s"`
	Connections choice           `key:"connections" runs:"load" choice:"shared|per journey" doc:"shared; per journey, as people who come one after the other"`
	Expect      list[expression] `key:"expect" runs:"load" doc:"the gate"`
	StopWhen    expression       `key:"stop when" runs:"load" doc:"ends the load early"`
	For         duration         `key:"for" runs:"probe" doc:"how long; once, if absent"`
	Every       duration         `key:"every" runs:"probe" doc:"how often"`
	Ask         template         `key:"ask" runs:"approval" doc:"the question"`
	Release     template         `key:"release" doc:"the version that this stage records as released"`
	Undecided   choice           `key:"undecided" runs:"functional|load|probe|value" choice:"continue|stop" doc:"whether the pipeline goes on; stop"`
}

type share struct {
	block
	Of     text   `key:"of" need:"yes" raw:"yes" doc:"a scenario, an id or a tag expression"`
	Share  whole  `key:"share" need:"yes"`
	Driver choice `key:"driver" choice:"http|browser|shell" doc:"how these are driven; the scenario's or the stage's, if absent"`
}

type data struct {
	block
	File  text   `key:"file" need:"yes" doc:"a CSV or NDJSON file of the project"`
	Use   choice `key:"use" choice:"in order|unique|shared|random" doc:"in order"`
	AtEnd choice `key:"at end" choice:"loop|stop|fail"`
}

type escalation struct {
	block
	Quiesce duration    `key:"quiesce" doc:"how long failures are collected before anything is done; 30s"`
	Levels  list[level] `key:"levels" need:"yes" doc:"what can be done; 1 is the widest"`
	Mode    choice      `key:"mode" choice:"dry-run|live" doc:"dry-run"`
}

type level struct {
	block
	Level whole    `key:"level" need:"yes"`
	Title text     `key:"name" need:"yes"`
	Run   text     `key:"run" raw:"yes" doc:"a command"`
	HTTP  webhook  `key:"http" doc:"a request, instead of a command"`
	Quiet duration `key:"quiet" doc:"how long nothing further is done afterwards"`
}

type webhook struct {
	block
	Post template `key:"post" need:"yes" place:"url"`
}

func (*file) is() string        { return "the project" }
func (*environment) is() string { return "an environment" }
func (*auth) is() string        { return "auth" }
func (*tls) is() string         { return "tls" }
func (*start) is() string       { return "start" }
func (*browser) is() string     { return "browser" }
func (*measure) is() string     { return "a measure" }
func (*weights) is() string     { return "weights" }
func (*releases) is() string    { return "releases" }
func (*crossCut) is() string    { return "an item of cross-cutting" }
func (*stage) is() string       { return "a stage" }
func (*share) is() string       { return "an item of mix" }
func (*data) is() string        { return "data" }
func (*escalation) is() string  { return "escalation" }
func (*level) is() string       { return "a level" }
func (*webhook) is() string     { return "http" }
