Feature: Check out
  In order to
  As a shop owner
  And as a tester
  Value: make 0 mistakes
  * a list item
  Note: this is fine
  Scenari: Pay
    Given the basket is full
    And the customer pays
  Examples:

  Rule: Money
    When it is paid

    Scenario: Nothing yet

    @wip
    Scenario: Unfinished

    Scenario Outline: No rows
      Given <a>
      Examples: of nothing
        Then steps stand elsewhere
        | a |

    Scenario Outline: No examples
      Given <a>
