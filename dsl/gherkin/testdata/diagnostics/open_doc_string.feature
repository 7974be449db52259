Feature: Doc strings

  Scenario: Open
    When I send:
      ```json
      {"a": 1}
      """
    Then nothing is left
