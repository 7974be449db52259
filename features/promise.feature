Feature: Judge what a feature promises
  In order to know whether the software is worth having
  As a product owner
  I want each promise judged by what was measured, and never by what was not

  Scenario: A promise that is kept
    Given the calculator "calculator" at port ${param.kept}, whose metrics are at "/metrics"
    When I type "hoops run"
    Then the exit code is 0
    And hoops says "DELIVERED  make 0 silly mistakes — 0 silly mistakes in 1 sum"

  Scenario: A promise that is broken, whatever the tests say
    Given the calculator "calculator --broken" at port ${param.broken}, whose metrics are at "/metrics"
    When I type "hoops run"
    Then the exit code is 1
    And hoops says "MISSED  make 0 silly mistakes — 1 silly mistake in 1 sum"

  Scenario: A promise of which nothing is known
    Given the calculator "calculator" at port ${param.unknown}, whose metrics are at "/gone"
    When I type "hoops run"
    Then the exit code is 4
    And hoops says "NOT YET KNOWN  make 0 silly mistakes"
    And hoops does not say "DELIVERED"

  Scenario: Software that is not running has kept no promise
    Given the calculator "calculator" at port ${param.unknown}, whose metrics are at "/metrics"
    When I type "hoops value"
    Then the exit code is 4
    And hoops says "NOT YET KNOWN  make 0 silly mistakes"

  Scenario: Report a run again
    Given the calculator "calculator" at port ${param.repeated}, whose metrics are at "/metrics"
    When I type "hoops run -f ndjson:run.ndjson"
    And I type "hoops report run.ndjson"
    Then the exit code is 0
    And hoops says "DELIVERED  make 0 silly mistakes"
    When I type "hoops report -f junit run.ndjson"
    Then hoops says "<testsuites>"
