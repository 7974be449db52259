# How the steps reach the software over HTTP: a scenario's name is the step, its steps are what the step does.
@driver:http
Feature: The site over HTTP

  Scenario: a visitor opens {path:string}
    When I GET "${path}"

  Scenario: the page is there
    Then the status is 2xx

  Scenario: it came within {limit:duration}
    Then I expect duration < limit
