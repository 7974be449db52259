Feature: Orders

  @good
  Scenario: What is ordered is delivered
    Given Ann is signed in
    And these products are in stock:
      | product | price |
      | Tea     | 4.20  |
      | Mug     | 9     |
    When Ann orders "Tea"
    And Ann pays

  @bad
  Scenario: What is not paid is cancelled
    Given Ann is signed in
    And these products are in stock:
      | product | price |
      | Tea     | 4.20  |
    When Ann orders "Tea"
    And Ann orders "Mug"
    And Ann pays with a stolen card
