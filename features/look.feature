Feature: Look before you run
  In order to find mistakes before they cost a run
  As an author of features
  I want hoops to tell me what it understood

  Scenario: Begin a project
    Given an empty folder
    When I type "hoops init"
    Then the exit code is 0
    And hoops says "wrote hoops.yaml"
    When I type "hoops check"
    Then the exit code is 0
    And hoops says "promise: have fewer than 1% failed requests"

  Scenario: See what runs where
    Given a project of shell steps
    When I type "hoops check"
    Then the exit code is 0
    And hoops says "Say hello  ✓ shell"

  Scenario: Be told what is wrong, where, and what to do
    Given a project of shell steps
    And a file "typo.feature" with:
      """
      Feature: Typo
        Scenario: Say it wrong
          When helo is said
      """
    When I type "hoops check"
    Then the exit code is 2
    And hoops complains "typo.feature:3:10: error: undefined step for driver"
    And hoops complains "= help: closest: hello is said (shell.steps.feature:3)"

  Scenario: Read the program
    Given a project of shell steps
    When I type "hoops show"
    Then the exit code is 0
    And hoops says "echo hello"

  Scenario: Let an editor complete hoops.yaml
    Given an empty folder
    When I type "hoops schema"
    Then the exit code is 0
    And hoops says "json-schema.org"

  Scenario: Know the version
    Given an empty folder
    When I type "hoops version"
    Then the exit code is 0
    And I expect out matches "^hoops [0-9]"
