@driver:http
Feature: Export over HTTP

  Scenario: the accountant asks for the export of {year:int}
    When I POST "/exports" with JSON:
      """json
      {"year": ${year}}
      """
    Then the status is 202
    And I keep export = header("Location")

  Scenario: the export is ready
    When I GET "${export}"
    Then the status is 200
    And I expect body.state == "done"

  Scenario: the export has {n:int} lines
    When I GET "${body.file}"
    Then I expect len(split(trim(text), "\n")) == n
