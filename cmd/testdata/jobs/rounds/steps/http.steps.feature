@driver:http
Feature: Orders over HTTP

  @once
  Scenario: Ann is signed in
    When I POST "/login" with form:
      | user | ann |
    Then the status is 200

  Scenario: Ann opens her orders
    When I GET "/orders"
    Then the status is 200
