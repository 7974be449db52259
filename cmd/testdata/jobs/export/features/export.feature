Feature: Export
  An export of a year takes its time. It is asked for once, and fetched when it is ready.

  Scenario: The accountant exports the year
    When the accountant asks for the export of 2026
    Then within 10s the export is ready
    And the export has 3 lines

  @never
  Scenario: An export that hangs
    When the accountant asks for the export of 1970
    Then within 1s the export is ready
