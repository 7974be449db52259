Feature: Reports

  @fresh
  Scenario: A service reads the report of today
    When the service reads the report
    Then the report counts 3 orders

  @stale
  Scenario: A service reads with a token that has expired
    When the service reads the report with an old token
    Then the report counts 3 orders
