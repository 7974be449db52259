Feature: Product

  Scenario: A product is as agreed
    When I GET "/products/tea"
    Then a product is as agreed

  @wrong
  Scenario: A product that is not
    When I GET "/products/mug"
    Then a product is as agreed
