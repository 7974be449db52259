@owner: payments
Feature: Tags

  @slow @two words @fast # comment
  Scenario: One
    Given a step

  @left @behind
  # nothing follows
