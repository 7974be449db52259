@driver:http
Feature: Chat over HTTP

  Scenario: {who:string} comes in
    Given I act as "${who}"
    When I POST "/in" with form:
      | name | ${who} |
    Then the status is 204

  Scenario: {who:string} has a token
    Given I act as "${who}"
    When I POST "/token" with form:
      | name | ${who} |
    Then the status is 200
    And I keep secret token = body.token
    And every request has headers:
      | Authorization | Bearer ${token} |

  Scenario: {who:string} writes {words:string}
    Given I act as "${who}"
    When I POST "/messages" with body:
      """text/plain
      ${words}
      """
    Then the status is 201

  Scenario: {who:string} reads {words:string} from {writer:string}
    Given I act as "${who}"
    When I GET "/messages"
    Then I expect any(body, #.text == words and #.from == writer)

  Scenario: {who:string} is still herself
    Given I act as "${who}"
    When I GET "/me"
    Then I expect body.name == who
