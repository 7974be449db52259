Feature: Compile once
  In order to know that every stage ran the same thing
  As a release manager
  I want one artefact with one digest

  Scenario: Build, look and run
    Given a project of shell steps
    When I type "hoops build -o greetings.hoops"
    Then the exit code is 0
    And I keep digest = out
    When I type "hoops show greetings.hoops"
    Then hoops says "digest ${digest}"
    When I type "hoops test greetings.hoops --driver shell --allow shell"
    Then the exit code is 0
    And hoops says "PASSED 1 of 1"

  Scenario: What was edited is refused
    Given a project of shell steps
    When I type "hoops build -o greetings.hoops"
    And I type "sed -i s/hello/hallo/ greetings.hoops"
    And I type "hoops test greetings.hoops --driver shell --allow shell"
    Then the exit code is 3
    And hoops complains "the artefact was changed after it was built"
