@owner:payments @runbook:docs/runbooks/checkout.md
Feature: Checkout
  In order to lose fewer than 1% of orders to errors
  As a shop owner
  I want a customer to pay for a basket in one step
  Value: confirm 95% of orders within 300 ms

  @journey @probe
  Scenario: Pay for one product
    Given the customer is signed in as "ann"
    And the customer has 1 "Earl Grey" in the basket
    When the customer pays
    Then the order is confirmed
    And the order costs "£7.15"
    And the order is in the history once
    And the basket is empty

  # A load stage replaces these examples by data/users.csv.
  @journey
  Scenario Outline: Every customer can pay
    Given the customer is signed in as "<user>" with the password "<password>"
    When the customer searches for "coffee"
    And the customer adds 1 "House Espresso" to the basket
    And the customer adds 1 "Espresso Cup" to the basket
    And the customer pays
    Then the order is confirmed
    And the order costs "£19.45"
    And the order is in the history once

    Examples:
      | user    | password          |
      | user001 | user001-likes-tea |
      | user002 | user002-likes-tea |

  Scenario: The order costs what its lines add up to
    Given the customer is signed in as "ann"
    And the customer has 2 "Sencha" and 1 "Stoneware Mug" in the basket
    When the customer pays
    Then the order is confirmed
    And the order costs "£25.95"
    And the order costs the sum of its lines and "£2.95" for delivery

  Scenario: Try again with another card
    Given the customer is signed in as "bob"
    And the customer has 1 "Milk Jug" in the basket
    And the customer tried to pay with the card "4000 0000 0000 0002"
    When the customer pays
    Then the order is confirmed
    And the order is in the history once

  Scenario: An empty basket cannot be paid
    Given the customer is signed in as "ann"
    When the customer tries to pay
    Then the customer is told "Your basket is empty."

  Rule: Nobody gets anything with a card that is not good

    Background:
      Given the customer is signed in as "dave"
      And the customer has 1 "Milk Jug" in the basket

    Scenario Outline: Card <card> is refused
      When the customer tries to pay with the card "<card>"
      Then the customer is told "<reason>"
      And nothing is in the history
      And the basket holds only 1 "Milk Jug"

      Examples:
        | card                | reason                            |
        | 4000 0000 0000 0002 | Your card was declined.           |
        | 4000 0000 0000 9995 | Your card has insufficient funds. |
        | 4000 0000 0000 0069 | Your card has expired.            |
        | 4242 4242 4242 4241 | That is not a card number.        |
