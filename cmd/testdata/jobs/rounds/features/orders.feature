Feature: Orders

  Scenario: Ann sees her orders
    Given Ann is signed in
    When Ann opens her orders
