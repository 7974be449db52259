Feature: A shop under load

  @journey
  Scenario: Buy one item
    When the customer signs in
    Then the customer sees 3 products
    When the customer puts 2 of product 1 into the basket
    Then the customer pays

  @bare
  Scenario: Ask for nothing
    When I GET "/ping"
    Then the status is 200

  @visit
  Scenario: Come once
    When I GET "/visit/${uuid()}"
    Then the status is 200

  @slow
  Scenario: Wait
    When I GET "/slow"
    Then the status is 200
