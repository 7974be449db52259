@driver:http
Feature: Exact over HTTP

  Scenario: a note is written
    When I POST "/notes" with JSON:
      """json
      {"text": "n"}
      """
    Then the status is 201
    And I keep id = body.id

  Scenario: the note can be read by its id
    When I GET "/notes/${id}"
    Then the status is 200
    When I PUT "/notes/${id}" with JSON:
      """json
      {"id": ${id}, "ids": [${id}], "text": "${id}"}
      """
    Then the status is 204

  Scenario: {name:string} is greeted by that name in the address, a form and JSON
    When I GET "/hello/${name}?name=${name}"
    Then the status is 200
    And I expect body.name == name
    When I POST "/hello" with form:
      | name | ${name} |
    Then the status is 200
    And I expect body.name == name
    When I POST "/hello" with JSON:
      """json
      {"name": "${name}"}
      """
    Then the status is 200
    And I expect body.name == name

  Scenario: the archive is fetched
    When I GET "/archive"

  Scenario: it has {n:int} letters
    Then the status is 200
    And I expect len(text) == n and text startsWith "aaa" and text endsWith "z"

  Scenario: the compressed page is fetched
    When I GET "/compressed"

  Scenario: it says hello {n:int} times
    Then the status is 200
    And I expect len(split(text, "hello")) - 1 == n
