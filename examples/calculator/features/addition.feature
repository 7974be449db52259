@owner:numeracy-team
Feature: Addition
  In order to make 0 silly mistakes
  As a math idiot
  I want to be told the sum of two numbers

  Scenario: Add two numbers
    Given I have entered 50 into the calculator
    And I have entered 70 into the calculator
    When I press add
    Then the result should be 120

  Scenario Outline: Add <first> and <second>
    Given I have entered <first> into the calculator
    And I have entered <second> into the calculator
    When I press add
    Then the result should be <sum>

    Examples:
      | first | second | sum  |
      | 2     | 3      | 5    |
      | 99    | 1      | 100  |
      | -5    | 8      | 3    |
      | 0     | 0      | 0    |
      | 999   | 999    | 1998 |
