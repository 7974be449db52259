Feature: Test what a feature says
  In order to trust a green build
  As a developer
  I want an exit code for each way in which a test ends

  Scenario: Everything passes
    Given a project of shell steps
    When I type "hoops test --driver shell --allow shell"
    Then the exit code is 0
    And hoops says "PASSED 1 of 1"

  Scenario: Something fails
    Given a project of shell steps
    And a file "fail.feature" with:
      """
      Feature: Fail
        Scenario: Expect another greeting
          When hello is said
          Then the output contains "goodbye"
      """
    When I type "hoops test --driver shell --allow shell"
    Then the exit code is 1
    And hoops says "fail.feature:4:10: error:"
    And hoops says "FAILED 1 of 2"

  Scenario: A step is not defined yet
    Given a project of shell steps
    And a file "new.feature" with:
      """
      Feature: New
        Scenario: Say something new
          When "good morning" is said twice
      """
    When I type "hoops test --driver shell --allow shell"
    Then the exit code is 1
    And hoops says "Scenario: {string} is said twice"
    And hoops says "FAILED 1 undefined of 2"

  Scenario Outline: Select <what>
    Given a project of shell steps
    When I type "hoops test --driver shell --allow shell <selection>"
    Then the exit code is 0
    And hoops says "PASSED 1 of 1"

    Examples:
      | what      | selection       |
      | by tag    | -t @polite      |
      | by name   | --name hello    |
      | by line   | greet.feature:3 |
      | by folder | .               |

  Scenario: Nothing is selected
    Given a project of shell steps
    When I type "hoops test --driver shell --allow shell -t @rude"
    Then the exit code is 2
    And hoops complains "nothing is selected: no scenario has tags @rude"

  Scenario: Commands run only when they are allowed to
    Given a project of shell steps
    When I type "hoops test --driver shell"
    Then the exit code is 2
    And hoops complains "--allow shell"
    And hoops does not say "PASSED"

  Scenario: The software under test does not start
    Given the calculator "false" at port ${param.unknown}, whose metrics are at "/metrics"
    When I type "hoops test"
    Then the exit code is 3
    And hoops complains "the software under test ended by itself"

  Scenario: Nobody listens
    Given a project of shell steps
    And a file "call.feature" with:
      """
      Feature: Call
        Scenario: Call nobody
          When I GET "/"
          Then the status is 200
      """
    When I type "hoops test call.feature --url http://127.0.0.1:9"
    Then the exit code is 1
    And hoops says "127.0.0.1:9 refuses connections"
