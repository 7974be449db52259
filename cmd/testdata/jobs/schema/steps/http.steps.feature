@driver:http
Feature: Products over HTTP

  Scenario: a product is as agreed
    Then the status is 200
    And the response matches the schema "schemas/product.json"
