@driver:http
Feature: The calculator over HTTP

  Scenario: I have entered {number:int} into the calculator
    When I POST "/numbers" with JSON:
      """json
      {"number": ${number}}
      """
    Then the status is 204

  Scenario: I press add
    When I POST "/add"
    Then the status is 200
    And I keep sum = body.sum

  Scenario: the result should be {expected:int}
    Then I expect sum == expected
