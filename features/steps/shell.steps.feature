@driver:shell
Feature: hoops on the command line

  Scenario: an empty folder
    When I run "mktemp -d"
    Then the exit code is 0
    And I keep folder = out

  @undo
  Scenario: an empty folder
    When I run:
      """
      rm -r ${folder}
      """
    Then the exit code is 0

  Scenario: a project of shell steps
    Given an empty folder
    And a file "hoops.yaml" with:
      """
      project: greetings
      stages:
        uat: {run: functional, driver: shell}
      """
    And a file "greet.feature" with:
      """
      Feature: Greet
        @polite
        Scenario: Say hello
          When hello is said
          Then the output contains "hello"
      """
    And a file "shell.steps.feature" with:
      """
      @driver:shell
      Feature: Greeting in a shell
        Scenario: hello is said
          When I run "echo hello"
      """

  Scenario: a file {name:string} with:
    When I run:
      """
      cd ${folder} && mkdir -p "$(dirname ${name})" && printf '%s\n' ${doc} > ${name}
      """
    Then the exit code is 0

  # The words of the line are split at its spaces, and nothing else in it means anything to the shell.
  Scenario: I type {line:string}
    When I run:
      """
      cd ${folder} && line=${line} && set -f && $line
      """

  Scenario: hoops says {text:string}
    Then I expect out contains text

  Scenario: hoops does not say {text:string}
    Then I expect not (out contains text)

  Scenario: hoops complains {text:string}
    Then I expect err contains text

  # The one that works, or with --broken the one that forgets to carry; see examples/calculator.
  Scenario: the calculator {command:string} at port {port:int}, whose metrics are at {metrics:string}
    Given an empty folder
    And a file "hoops.yaml" with:
      """
      project: calculator
      environments:
        local:
          url: http://127.0.0.1:${port}
          start: {run: "${command} --port ${port}", ready: /healthz, within: 30s}
          openmetrics: "http://127.0.0.1:${port}${metrics}"
      measures:
        silly mistakes: {count: calculator_mistakes_total, per: calculator_sums_total, from: openmetrics, better: lower}
      stages:
        uat: {run: functional, env: local}
        value: {run: value, env: local}
      """
    And a file "addition.feature" with:
      """
      Feature: Addition
        In order to make 0 silly mistakes

        Scenario: Add with a carry
          Given I POST "/numbers" with JSON:
            ```
            {"number": 99}
            ```
          And I POST "/numbers" with JSON:
            ```
            {"number": 1}
            ```
          When I POST "/add"
          Then I expect body.sum == 100
      """
