@owner:customer-service
Feature: Order history
  In order to take fewer calls
  As a customer
  I want to look up what I ordered

  Background:
    Given the customer is signed in as "carol"

  Scenario: Look up an order
    Given the customer has ordered 2 "Chamomile"
    When the customer looks up the order
    Then the order is confirmed
    And the order holds 2 "Chamomile"
    And the order costs "£10.15"

  Scenario: The history forgets nothing
    Given the customer has ordered 1 "Chamomile"
    And the order is in the history once
    And the customer has ordered 1 "Sencha"
    And the order is in the history once
    And the customer has ordered 1 "Masala Chai"
    Then the order is in the history once

  Scenario: Nobody sees another customer's order
    Given the customer has ordered 1 "Chamomile"
    When "dave" signs in and looks for that order
    Then "dave" is told "You have no such order."
