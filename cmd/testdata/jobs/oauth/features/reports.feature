Feature: Reports
  A service reads reports in its own name. It holds a token for that, which it renews before it expires.

  @fresh
  Scenario: A service reads the report of today
    When the service reads the report
    Then the report counts 3 orders

  @stale
  Scenario: A service reads with a token that has expired
    When the service reads the report with an old token
    Then the report counts 3 orders
