@driver:http
Feature: Photo album over HTTP

  Scenario: Ann uploads the photo of her cat, called {title:string}
    When I POST "/photos" with parts:
      | title | ${title}      |
      | photo | @data/cat.png |
      | note  | @data/note.txt |
    Then the status is 201

  Scenario: Ann saves the photo of her cat
    When I PUT "/photos/cat" with body:
      """image/png
      ${file("data/cat.png")}
      """
    Then the status is 201

  Scenario: the album has all {n:int} bytes of it
    Then I expect body.bytes == n
    And I expect body.sha256 == sha256(file("data/cat.png"))
