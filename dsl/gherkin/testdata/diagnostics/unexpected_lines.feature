Featur: Check out
Feature: Check out

  Scenario: Pay
    Given the basket is full
    when the customer pays
    Givven the customer paid
    Then the order is confirmed
      | a | b |
      """
      {"a": "second argument"}
      }
      """
    the customer pays again
  Scenari: Pay again
  Background: too late
Feature: Second
  Rule it
  Wrong: word

  Scenario Outline: After examples
    Given a <b>
    Examples:
      | b |
      | 1 |
    Given a step after examples
    """
    prose
    """

  @tagged
  Background:
  Scenario: a keyword and a space
    Given a step
  Scenario : a space
